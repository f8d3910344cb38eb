//! One delivery of a message.

use darkroom_cloud::Message;
use time::OffsetDateTime;

/// The history of a message, as its current delivery shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// The number of deliveries, this one included.
    pub receive_count: u32,
    /// The number of deliveries that the queue permits.
    pub max_receive_count: u32,
    /// The time of the first delivery, by the queue's clock.
    pub first_received_at: Option<OffsetDateTime>,
    /// The time the message was sent, by the queue's clock.
    pub sent_at: Option<OffsetDateTime>,
}

impl DeliveryAttempt {
    /// The attempt that a received message is.
    pub fn new(message: &Message, max_receive_count: u32) -> Self {
        Self {
            receive_count: message.receive_count,
            max_receive_count,
            first_received_at: message.first_received_at,
            sent_at: message.sent_at,
        }
    }

    /// The same attempt for a caller that retries without releasing the message.
    #[must_use]
    pub const fn repeated(self) -> Self {
        Self {
            receive_count: self.receive_count.saturating_add(1),
            ..self
        }
    }

    /// Returns `true` if no other consumer had the message before, so that none can have been
    /// stopped halfway.
    pub const fn is_first(&self) -> bool {
        self.receive_count <= 1
    }

    /// Returns `true` if the queue does not deliver the message again.
    pub const fn is_last(&self) -> bool {
        self.receive_count >= self.max_receive_count
    }

    /// Seconds since the message was sent. Clocks of two machines differ, so this is never
    /// negative.
    pub fn age_seconds(&self, now: OffsetDateTime) -> Option<f64> {
        let age = now - self.sent_at?;
        Some(age.as_seconds_f64().max(0.0))
    }
}
