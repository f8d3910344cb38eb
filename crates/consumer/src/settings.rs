//! Settings of a consumer.

use std::time::Duration;

use darkroom_cloud::Backoff;

/// The pace and the limits of a consumer.
#[derive(Debug, Clone)]
pub struct ConsumerSettings {
    /// Messages processed concurrently.
    pub permits: usize,
    /// Duration of a long poll; at most 20 s.
    pub poll_wait: Duration,
    /// Time a received message is invisible to others; extended while it is processed.
    pub visibility_timeout: Duration,
    /// Deliveries of a message that the queue permits.
    pub max_receive_count: u32,
    /// Delay before a failed message is delivered again.
    pub retry: Backoff,
    /// Time that an open poll may take after the consumer was told to stop. A message that an
    /// abandoned poll has received stays invisible until its visibility timeout ends.
    pub poll_grace: Duration,
    /// Time that work may take after the consumer was told to stop.
    pub drain_grace: Duration,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            permits: 10,
            poll_wait: Duration::from_secs(20),
            visibility_timeout: Duration::from_secs(60),
            max_receive_count: 5,
            retry: Backoff::new(Duration::from_secs(10), 4, Duration::from_secs(15 * 60)),
            poll_grace: Duration::from_secs(20),
            drain_grace: Duration::from_secs(25),
        }
    }
}
