//! Settings of a consumer.

use std::time::Duration;

use darkroom_cloud::Backoff;

/// The pace and the limits of a consumer.
#[derive(Debug, Clone)]
pub struct ConsumerSettings {
    /// The number of messages processed concurrently.
    pub permits: usize,
    /// The number of further messages that a consumer may receive while all permits are in use.
    pub look_ahead: usize,
    /// The duration of a long poll, at most 20 s.
    pub poll_wait: Duration,
    /// The time for which a received message is invisible to others. It is extended while the
    /// message is being processed.
    pub visibility_timeout: Duration,
    /// The number of deliveries of a message that the queue permits.
    pub max_receive_count: u32,
    /// The delay before a message is delivered again after a failed attempt.
    pub retry: Backoff,
    /// `true` if the queue can delay single messages. A message that waits long for a retry is then
    /// replaced by a delayed copy. FIFO queues cannot do this.
    pub delayed_copies: bool,
    /// The time that an open poll may take after the signal to stop. A message that is received by
    /// an abandoned poll stays invisible until its visibility timeout ends.
    pub poll_grace: Duration,
    /// The time that work may take after the signal to stop.
    pub drain_grace: Duration,
}

/// The worker sets every field from its own settings. The webhook dispatcher sets all but
/// `look_ahead`, `poll_wait`, `retry`, `delayed_copies` and `drain_grace`.
impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            permits: 10,
            look_ahead: 0,
            poll_wait: Duration::from_secs(20),
            visibility_timeout: Duration::from_secs(60),
            max_receive_count: 5,
            retry: Backoff::new(Duration::from_secs(10), 4, Duration::from_secs(15 * 60)),
            delayed_copies: true,
            poll_grace: Duration::from_secs(20),
            drain_grace: Duration::from_secs(25),
        }
    }
}
