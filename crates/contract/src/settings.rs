//! The settings that several roles share.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::SettingError;

/// The buckets and their addresses for clients (`[storage]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSettings {
    /// The bucket that clients upload to, which also holds the manifests.
    pub raw_bucket: String,
    /// The bucket of variants. If it is the raw bucket, there is a warning at start.
    pub media_bucket: String,
    /// The S3 endpoint that clients use, if it differs from the endpoint that the services use.
    /// Upload URLs are signed for the endpoint that clients use.
    pub public_endpoint: Option<String>,
    /// Puts the bucket into the path of a URL instead of the host. The default is `true` if a
    /// custom endpoint is set, and `false` for AWS's own endpoints.
    pub path_style: Option<bool>,
    /// Writes an object only if its key has no object yet (`If-None-Match: *`). Set this to `false`
    /// for a store that does not support such writes. An upload URL then works more than once until
    /// it expires, and each upload replaces the object.
    pub conditional_writes: bool,
    /// The base URL of variants, such as the URL of a CDN. A variant's key is appended to it. By
    /// default variants have presigned URLs.
    pub media_base_url: Option<String>,
    /// The `Cache-Control` of variants.
    ///
    /// Caches may keep a variant forever, because a variant with different bytes has a different
    /// URL (parameter `v`).
    pub cache_control: String,
    /// The origins of web pages that may upload from a browser. `darkroom provision` configures
    /// them as CORS rules of the raw bucket.
    pub cors_origins: Vec<String>,
    /// The number of days after which S3 removes raw objects. `darkroom provision` configures it as
    /// a lifecycle rule. By default raw objects are kept, so that other variants can be rendered
    /// from them later.
    pub raw_expiration_days: Option<u32>,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            raw_bucket: "darkroom-raw".to_owned(),
            media_bucket: "darkroom-media".to_owned(),
            public_endpoint: None,
            path_style: None,
            conditional_writes: true,
            media_base_url: None,
            cache_control: "public, max-age=31536000, immutable".to_owned(),
            cors_origins: vec!["*".to_owned()],
            raw_expiration_days: None,
        }
    }
}

impl StorageSettings {
    /// Returns `true` if variants are in the same bucket as raw objects and manifests.
    pub fn has_single_bucket(&self) -> bool {
        self.raw_bucket == self.media_bucket
    }

    /// Checks the rules that the types do not express.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        let is_url = |text: &str| text.starts_with("https://") || text.starts_with("http://");
        let endpoint = self.public_endpoint.as_deref();
        let base_url = self.media_base_url.as_deref();
        for (is_valid, key, problem) in [
            (
                !self.raw_bucket.is_empty(),
                "storage.raw_bucket",
                "must be the name of a bucket",
            ),
            (
                !self.media_bucket.is_empty(),
                "storage.media_bucket",
                "must be the name of a bucket",
            ),
            (
                endpoint.is_none_or(is_url),
                "storage.public_endpoint",
                "must be an http or https URL",
            ),
            (
                base_url.is_none_or(|url| !url.is_empty()),
                "storage.media_base_url",
                "must be a URL",
            ),
            (
                self.raw_expiration_days != Some(0),
                "storage.raw_expiration_days",
                "must be at least 1",
            ),
        ] {
            SettingError::ensure(is_valid, key, problem)?;
        }
        Ok(())
    }
}

/// The queues (`[queues]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// The queue that S3 sends events of uploads to.
    pub events: String,
    /// The queue of messages that could not be processed.
    pub dead_letters: String,
    /// The queue of outcomes to deliver to the webhook.
    pub webhooks: String,
    /// The queue of outcomes that could not be delivered.
    pub webhooks_dead_letters: String,
    /// The time for which a received message is invisible to other workers.
    #[serde(with = "humantime_serde")]
    pub visibility_timeout: Duration,
    /// The number of times a message is received before it becomes a dead letter.
    pub max_receive_count: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            events: "darkroom-events".to_owned(),
            dead_letters: "darkroom-events-dlq".to_owned(),
            webhooks: "darkroom-webhooks".to_owned(),
            webhooks_dead_letters: "darkroom-webhooks-dlq".to_owned(),
            visibility_timeout: Duration::from_secs(60),
            max_receive_count: 5,
        }
    }
}

impl QueueSettings {
    const FIFO_SUFFIX: &str = ".fifo";
    const MIN_VISIBILITY: Duration = Duration::from_secs(3);
    /// The longest visibility timeout that SQS allows.
    const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);

    /// Returns `true` if the queue of events and its dead-letter queue are FIFO queues.
    pub fn is_fifo(&self) -> bool {
        self.events.ends_with(Self::FIFO_SUFFIX)
    }

    /// Checks the rules that the types do not express.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        for (key, name) in [
            ("queues.events", &self.events),
            ("queues.dead_letters", &self.dead_letters),
            ("queues.webhooks", &self.webhooks),
            ("queues.webhooks_dead_letters", &self.webhooks_dead_letters),
        ] {
            SettingError::ensure(!name.is_empty(), key, "must be the name of a queue")?;
        }
        let is_fifo = |name: &str| name.ends_with(Self::FIFO_SUFFIX);
        SettingError::ensure(
            is_fifo(&self.events) == is_fifo(&self.dead_letters),
            "queues.dead_letters",
            "must be of the same kind as queues.events: both FIFO (.fifo) or both standard",
        )?;
        SettingError::ensure(
            !is_fifo(&self.webhooks),
            "queues.webhooks",
            "must be a standard queue: a FIFO queue cannot retry one message alone",
        )?;
        self.validate_difference()?;
        let visibility = Self::MIN_VISIBILITY..=Self::MAX_VISIBILITY;
        SettingError::ensure(
            visibility.contains(&self.visibility_timeout),
            "queues.visibility_timeout",
            "must be between 3 s and 12 h",
        )?;
        SettingError::ensure(
            self.max_receive_count > 0,
            "queues.max_receive_count",
            "must be at least 1",
        )
    }

    /// Checks that no two settings name the same queue. A dead letter in the queue that it came
    /// from would be received endlessly.
    fn validate_difference(&self) -> Result<(), SettingError> {
        let mut earlier = vec![("queues.events", &self.events)];
        for (key, name) in [
            ("queues.dead_letters", &self.dead_letters),
            ("queues.webhooks", &self.webhooks),
            ("queues.webhooks_dead_letters", &self.webhooks_dead_letters),
        ] {
            if let Some((other, _)) = earlier.iter().find(|(_, other)| *other == name) {
                let problem = format!("must differ from {other}: messages would go in a loop");
                return Err(SettingError::new(key, problem));
            }
            earlier.push((key, name));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid_queue_key(settings: &QueueSettings) -> String {
        settings.validate().unwrap_err().key().to_owned()
    }

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(StorageSettings::default().validate(), Ok(()));
        assert_eq!(QueueSettings::default().validate(), Ok(()));
    }

    #[test]
    fn the_dead_letter_queue_must_be_fifo_if_and_only_if_the_event_queue_is() {
        let mut settings = QueueSettings {
            events: "events.fifo".to_owned(),
            ..QueueSettings::default()
        };
        assert_eq!(invalid_queue_key(&settings), "queues.dead_letters");
        settings.dead_letters = "events-dlq.fifo".to_owned();
        assert_eq!(settings.validate(), Ok(()));
        settings.events = "events".to_owned();
        assert_eq!(invalid_queue_key(&settings), "queues.dead_letters");
    }

    #[test]
    fn a_queue_that_is_its_own_dead_letter_queue_is_a_loop() {
        let mut settings = QueueSettings::default();
        settings.dead_letters.clone_from(&settings.events);
        let error = settings.validate().unwrap_err();
        assert_eq!(
            error.to_string(),
            "queues.dead_letters must differ from queues.events: messages would go in a loop"
        );
        settings.dead_letters = settings.webhooks.clone();
        assert_eq!(invalid_queue_key(&settings), "queues.webhooks");
    }

    #[test]
    fn the_webhook_queue_cannot_be_fifo() {
        let settings = QueueSettings {
            webhooks: "webhooks.fifo".to_owned(),
            ..QueueSettings::default()
        };
        assert_eq!(invalid_queue_key(&settings), "queues.webhooks");
    }

    #[test]
    fn a_visibility_timeout_must_be_between_3_seconds_and_12_hours() {
        for (seconds, is_valid) in [
            (0, false),
            (2, false),
            (3, true),
            (43_200, true),
            (43_201, false),
        ] {
            let settings = QueueSettings {
                visibility_timeout: Duration::from_secs(seconds),
                ..QueueSettings::default()
            };
            assert_eq!(settings.validate().is_ok(), is_valid, "{seconds} s");
        }
    }

    #[test]
    fn an_empty_name_is_not_a_bucket() {
        let settings = StorageSettings {
            raw_bucket: String::new(),
            ..StorageSettings::default()
        };
        assert_eq!(
            settings.validate().unwrap_err().to_string(),
            "storage.raw_bucket must be the name of a bucket"
        );
    }

    #[test]
    fn the_public_endpoint_must_be_a_url() {
        for (endpoint, is_valid) in [
            ("http://localhost:9000", true),
            ("localhost:9000", false),
            ("", false),
        ] {
            let settings = StorageSettings {
                public_endpoint: Some(endpoint.to_owned()),
                ..StorageSettings::default()
            };
            assert_eq!(settings.validate().is_ok(), is_valid, "{endpoint:?}");
        }
    }
}
