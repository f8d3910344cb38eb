//! Names of buckets and queues.

use std::sync::atomic::{AtomicU32, Ordering};

/// The names of one test's buckets and queues. No other test uses them.
#[derive(Debug, Clone)]
pub struct ResourceNames {
    /// The raw bucket.
    pub raw_bucket: String,
    /// The media bucket.
    pub media_bucket: String,
    /// The event queue.
    pub events: String,
    /// The dead-letter queue of the event queue.
    pub dead_letters: String,
    /// The webhook queue.
    pub webhooks: String,
    /// The dead-letter queue of the webhook queue.
    pub webhooks_dead_letters: String,
}

impl ResourceNames {
    /// Returns names that no other call returns, in this process or in another. The event queue and
    /// its dead-letter queue are FIFO queues if `fifo` is `true`.
    #[must_use]
    pub fn unique(fifo: bool) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{count}", std::process::id());
        let suffix = if fifo { ".fifo" } else { "" };
        Self {
            raw_bucket: format!("raw-{id}"),
            media_bucket: format!("media-{id}"),
            events: format!("events-{id}{suffix}"),
            dead_letters: format!("events-dlq-{id}{suffix}"),
            webhooks: format!("webhooks-{id}"),
            webhooks_dead_letters: format!("webhooks-dlq-{id}"),
        }
    }

    /// Returns the environment variables that set these names.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 6] {
        [
            ("DARKROOM_STORAGE_RAW_BUCKET", &self.raw_bucket),
            ("DARKROOM_STORAGE_MEDIA_BUCKET", &self.media_bucket),
            ("DARKROOM_QUEUES_EVENTS", &self.events),
            ("DARKROOM_QUEUES_DEAD_LETTERS", &self.dead_letters),
            ("DARKROOM_QUEUES_WEBHOOKS", &self.webhooks),
            (
                "DARKROOM_QUEUES_WEBHOOKS_DEAD_LETTERS",
                &self.webhooks_dead_letters,
            ),
        ]
    }
}
