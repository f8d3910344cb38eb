//! The options of a test bed.

use std::time::Duration;

use crate::{Cloud, ResourceNames};

/// The value of `profiles.NAME.formats` for all formats, including JPEG XL, which the default profiles do not
/// accept.
pub const ALL_FORMATS: &str = r#"["jpeg", "png", "webp", "gif", "heic", "avif", "jxl"]"#;

/// The options of a test bed.
#[derive(Debug, Clone)]
pub struct TestBedOptions {
    /// The cloud that the processes use.
    pub cloud: Cloud,
    /// The visibility timeout of the event queue.
    pub visibility: Duration,
    /// The number of attempts before SQS moves a message to the dead-letter queue.
    pub max_receive_count: u32,
    /// `true` for FIFO queues. S3 cannot send events to a FIFO queue.
    pub fifo: bool,
    /// The seed of the fault proxies.
    pub seed: u64,
    /// Environment variables for every process.
    pub settings: Vec<(String, String)>,
}

impl Default for TestBedOptions {
    fn default() -> Self {
        Self {
            cloud: Cloud::Embedded,
            visibility: Duration::from_secs(30),
            max_receive_count: 5,
            fifo: false,
            seed: 1,
            settings: Vec::new(),
        }
    }
}

impl TestBedOptions {
    /// Returns the default options with this cloud.
    #[must_use]
    pub fn on(cloud: Cloud) -> Self {
        Self {
            cloud,
            ..Self::default()
        }
    }

    /// Adds environment variables for every process. If two variables have the same name, the later
    /// one takes precedence.
    #[must_use]
    pub fn with_settings(mut self, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter();
        self.settings
            .extend(settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// Returns the environment variables for every role.
    ///
    /// They do not contain the maximum number of attempts, because workers follow the redrive
    /// policy of the queue.
    pub(crate) fn environment(&self, names: &ResourceNames) -> Vec<(String, String)> {
        let visibility = format!("{}s", self.visibility.as_secs());
        let own = [
            ("DARKROOM_QUEUES_VISIBILITY_TIMEOUT", &*visibility),
            ("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0"),
            ("DARKROOM_WORKER_LISTEN", "127.0.0.1:0"),
            ("DARKROOM_WORKER_POLL_WAIT", "1s"),
            ("DARKROOM_RENDER_PROCESSES", "1"),
        ];
        let all = names.environment().into_iter().chain(own);
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        all.chain(self.settings.clone()).collect()
    }

    /// Returns the environment variables for the process that creates the queues.
    pub(crate) fn provision_environment(&self, names: &ResourceNames) -> Vec<(String, String)> {
        let count = "DARKROOM_QUEUES_MAX_RECEIVE_COUNT".to_owned();
        let mut all = vec![(count, self.max_receive_count.to_string())];
        all.extend(self.environment(names));
        all
    }
}
