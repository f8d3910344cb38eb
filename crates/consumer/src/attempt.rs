//! One delivery of a message.

use std::collections::BTreeMap;

use darkroom_cloud::Message;
use time::OffsetDateTime;

const NANOS_PER_MILLI: i128 = 1_000_000;
/// The attribute of a redriven message that contains the time of its first delivery, in
/// milliseconds since 1970. The queue does not know that time, because it treats a redriven message
/// as a new one.
const FIRST_RECEIVED_AT: &str = "darkroom-first-received-at";

/// The history of a message up to its current delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// The number of deliveries, including this one.
    pub receive_count: u32,
    /// The number of deliveries that the queue permits.
    pub max_receive_count: u32,
    /// `true` if the message was dead-lettered and redriven.
    pub is_redriven: bool,
    /// The time of the first delivery, by the queue's clock. For a redriven message, this is the
    /// first delivery before it was dead-lettered.
    pub first_received_at: Option<OffsetDateTime>,
    /// The time at which the message was sent, by the queue's clock.
    pub sent_at: Option<OffsetDateTime>,
}

impl DeliveryAttempt {
    /// Reads the history of a received message.
    pub fn new(message: &Message, max_receive_count: u32) -> Self {
        let redriven = message.attributes.get(FIRST_RECEIVED_AT);
        let redriven = redriven.and_then(|millis| millis.parse::<i64>().ok());
        let first_received_at = redriven.and_then(|millis| {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * NANOS_PER_MILLI).ok()
        });
        Self {
            receive_count: message.receive_count,
            max_receive_count,
            is_redriven: first_received_at.is_some(),
            first_received_at: first_received_at.or(message.first_received_at),
            sent_at: message.sent_at,
        }
    }

    /// Returns the message attributes that preserve the history while the message moves to the
    /// dead-letter queue and back.
    pub fn history(&self) -> BTreeMap<&'static str, String> {
        let first = self.first_received_at.into_iter();
        first
            .map(|first| first.unix_timestamp_nanos() / NANOS_PER_MILLI)
            .map(|millis| (FIRST_RECEIVED_AT, millis.to_string()))
            .collect()
    }

    /// Returns this delivery with a `receive_count` that is higher by one, for use after an outage
    /// interrupted an attempt. The result is never a first delivery, so the handler cleans up what
    /// the interrupted attempt left behind. The queue's own count does not change.
    #[must_use]
    pub const fn repeated(self) -> Self {
        Self {
            receive_count: self.receive_count.saturating_add(1),
            ..self
        }
    }

    /// Returns `true` if no consumer has received the message before. In this case, no earlier
    /// attempt can have stopped halfway.
    pub const fn is_first(&self) -> bool {
        self.receive_count <= 1 && !self.is_redriven
    }

    /// Returns `true` if the queue will not deliver the message again.
    pub const fn is_last(&self) -> bool {
        self.receive_count >= self.max_receive_count
    }

    /// Returns the seconds since the message was sent. The result is never negative, even if the
    /// clocks of two machines differ. Returns `None` if the time of sending is unknown.
    pub fn age_seconds(&self, now: OffsetDateTime) -> Option<f64> {
        let age = now - self.sent_at?;
        Some(age.as_seconds_f64().max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use darkroom_cloud::{MemoryQueue, Queue};
    use darkroom_contract::Clock;
    use time::macros::datetime;

    use super::*;

    const FIRST: OffsetDateTime = datetime!(2026-01-02 03:04:05.678 UTC);

    async fn receive(queue: &MemoryQueue) -> Message {
        let timeout = Duration::from_secs(30);
        let received = queue.receive(1, Duration::ZERO, timeout).await.unwrap();
        received.into_iter().next().unwrap()
    }

    async fn first_delivery() -> Message {
        let queue = MemoryQueue::new(Clock::from_fn(|| FIRST));
        queue.send(&["body".to_owned()]).await.unwrap();
        receive(&queue).await
    }

    #[tokio::test]
    async fn the_first_delivery_of_a_new_message_is_the_first_attempt() {
        let attempt = DeliveryAttempt::new(&first_delivery().await, 2);
        assert!(attempt.is_first() && !attempt.is_redriven && !attempt.is_last());
        assert_eq!(attempt.first_received_at, Some(FIRST));
        let repeated = attempt.repeated();
        assert!(!repeated.is_first() && repeated.is_last());
    }

    #[tokio::test]
    async fn a_redriven_message_keeps_the_time_of_its_first_delivery() {
        let mut message = first_delivery().await;
        // The message is dead-lettered, redriven, and dead-lettered again.
        for _ in 0..3 {
            let history = DeliveryAttempt::new(&message, 5).history();
            let later = || FIRST + Duration::from_secs(3600);
            let next_queue = MemoryQueue::new(Clock::from_fn(later));
            next_queue.forward(&message, &history).await.unwrap();
            message = receive(&next_queue).await;
            let attempt = DeliveryAttempt::new(&message, 5);
            assert_eq!((attempt.receive_count, attempt.is_redriven), (1, true));
            assert!(
                !attempt.is_first(),
                "an earlier attempt may have left variants"
            );
            assert_eq!(attempt.first_received_at, Some(FIRST));
        }
    }

    #[tokio::test]
    async fn an_unreadable_history_is_ignored() {
        let queue = MemoryQueue::new(Clock::from_fn(|| FIRST));
        for value in ["", "yesterday", "9223372036854775807"] {
            let history = BTreeMap::from([(FIRST_RECEIVED_AT, value.to_owned())]);
            let message = first_delivery().await;
            queue.forward(&message, &history).await.unwrap();
            let message = receive(&queue).await;
            assert!(DeliveryAttempt::new(&message, 5).is_first(), "{value:?}");
            queue.delete(&[message.receipt]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn the_age_of_a_message_is_never_negative() {
        let attempt = DeliveryAttempt::new(&first_delivery().await, 5);
        let age = |seconds: i64| attempt.age_seconds(FIRST + time::Duration::seconds(seconds));
        assert_eq!((age(2), age(-2)), (Some(2.0), Some(0.0)));
    }
}
