//! One delivery of a message.

use std::collections::BTreeMap;

use darkroom_cloud::Message;
use time::OffsetDateTime;

const NANOS_PER_MILLI: i128 = 1_000_000;
/// The attribute with the time of the first delivery of a redriven message or of a delayed copy, in
/// milliseconds since 1970. The queue does not know that time, because it treats such a message as
/// a new one.
const FIRST_RECEIVED_AT: &str = "darkroom-first-received-at";
/// The attribute with the time at which the original of a delayed copy was first sent, in
/// milliseconds since 1970.
const SENT_AT: &str = "darkroom-sent-at";
/// The attribute with the number of attempts before a delayed copy was sent.
const ATTEMPTS: &str = "darkroom-attempts";
/// The attribute that marks a delayed copy of a redriven message.
const REDRIVEN: &str = "darkroom-redriven";

/// The history of a message up to its current delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// The number of this attempt, counted from 1. Deliveries that ended with a deferral do not
    /// count.
    pub receive_count: u32,
    /// The number of deliveries that the queue permits.
    pub max_receive_count: u32,
    /// `true` if the message was dead-lettered and redriven.
    pub is_redriven: bool,
    /// `true` if the message is a delayed copy: the original was deferred or retried.
    pub is_copy: bool,
    /// `true` if the message may be deferred: it has attempts left, and the queue would deliver it
    /// again if the deferral failed. These are two conditions, because the count of the queue
    /// starts again with each copy.
    pub can_be_deferred: bool,
    /// The time of the first delivery, by the queue's clock. For a redriven message or a delayed
    /// copy, this is the first delivery of the original message.
    pub first_received_at: Option<OffsetDateTime>,
    /// The time at which the message was sent, by the queue's clock. For a delayed copy, this is
    /// the time at which the original message was sent.
    pub sent_at: Option<OffsetDateTime>,
}

impl DeliveryAttempt {
    /// Reads the history of a received message.
    pub fn new(message: &Message, max_receive_count: u32) -> Self {
        let number = |name: &str| message.attributes.get(name)?.parse::<u32>().ok();
        let time = |name: &str| {
            message
                .attributes
                .get(name)
                .and_then(|millis| from_millis(millis))
        };
        let earlier_attempts = number(ATTEMPTS);
        let is_copy = earlier_attempts.is_some();
        let first_received_at = time(FIRST_RECEIVED_AT);
        let is_redriven = if is_copy {
            message.attributes.contains_key(REDRIVEN)
        } else {
            first_received_at.is_some()
        };
        let earlier_attempts = earlier_attempts.unwrap_or_default();
        let receive_count = message.receive_count.saturating_add(earlier_attempts);
        Self {
            receive_count,
            max_receive_count,
            is_redriven,
            is_copy,
            can_be_deferred: message.receive_count < max_receive_count
                && receive_count <= max_receive_count,
            first_received_at: first_received_at.or(message.first_received_at),
            sent_at: time(SENT_AT).or(message.sent_at),
        }
    }

    /// Returns the message attributes that preserve the history while the message moves to the
    /// dead-letter queue and back.
    pub fn history(&self) -> BTreeMap<&'static str, String> {
        let first = self.first_received_at.into_iter();
        first
            .map(|first| (FIRST_RECEIVED_AT, to_millis(first)))
            .collect()
    }

    /// Returns the message attributes that preserve the history while the message is deferred. This
    /// delivery does not count as an attempt.
    pub(crate) fn history_of_deferred(&self) -> BTreeMap<&'static str, String> {
        self.history_of_copy(self.receive_count.saturating_sub(1))
    }

    /// Returns the message attributes that preserve the history while the message waits for a
    /// retry. This delivery counts as an attempt.
    pub(crate) fn history_of_retried(&self) -> BTreeMap<&'static str, String> {
        self.history_of_copy(self.receive_count)
    }

    fn history_of_copy(&self, attempts: u32) -> BTreeMap<&'static str, String> {
        let mut attributes = self.history();
        attributes.insert(ATTEMPTS, attempts.to_string());
        if let Some(sent_at) = self.sent_at {
            attributes.insert(SENT_AT, to_millis(sent_at));
        }
        if self.is_redriven {
            attributes.insert(REDRIVEN, "true".to_owned());
        }
        attributes
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

    /// Returns `true` if there was no earlier attempt that could have stopped halfway. A delivery
    /// that ended with a deferral was not an attempt.
    pub const fn is_first(&self) -> bool {
        self.receive_count <= 1 && !self.is_redriven
    }

    /// Returns `true` if the message has no attempts left.
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

fn to_millis(time: OffsetDateTime) -> String {
    (time.unix_timestamp_nanos() / NANOS_PER_MILLI).to_string()
}

fn from_millis(millis: &str) -> Option<OffsetDateTime> {
    let millis = i128::from(millis.parse::<i64>().ok()?);
    OffsetDateTime::from_unix_timestamp_nanos(millis * NANOS_PER_MILLI).ok()
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
            let forwarded = next_queue.forward(&message, &history, Duration::ZERO);
            forwarded.await.unwrap();
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

    /// Defers a message to a new queue an hour later, and receives it there.
    async fn deferred(message: &Message) -> Message {
        let history = DeliveryAttempt::new(message, 5).history_of_deferred();
        let later = || FIRST + Duration::from_secs(3600);
        let queue = MemoryQueue::new(Clock::from_fn(later));
        let forwarded = queue.forward(message, &history, Duration::ZERO);
        forwarded.await.unwrap();
        receive(&queue).await
    }

    #[tokio::test]
    async fn a_deferral_keeps_the_history_and_costs_no_attempt() {
        for (attempts, is_first) in [(1, true), (3, false)] {
            let mut message = first_delivery().await;
            message.receive_count = attempts;
            for _ in 0..20 {
                message = deferred(&message).await;
                let attempt = DeliveryAttempt::new(&message, 5);
                assert!(attempt.is_copy && attempt.can_be_deferred);
                assert!(!attempt.is_redriven && !attempt.is_last());
                assert_eq!(attempt.receive_count, attempts);
                assert_eq!(attempt.is_first(), is_first);
                assert_eq!(attempt.first_received_at, Some(FIRST));
                assert_eq!(attempt.sent_at, Some(FIRST));
            }
            message.receive_count = 5 - (attempts - 1);
            let last = DeliveryAttempt::new(&message, 5);
            assert!(last.is_last());
            message.receive_count += 1;
            let too_late = DeliveryAttempt::new(&message, 5);
            assert!(!too_late.can_be_deferred, "its attempts are exhausted");
        }
    }

    #[tokio::test]
    async fn a_redriven_message_that_is_deferred_is_still_redriven() {
        let mut message = first_delivery().await;
        let history = DeliveryAttempt::new(&message, 5).history().into_iter();
        let history = history.map(|(name, value)| (name.to_owned(), value));
        message.attributes.extend(history);
        for _ in 0..3 {
            message = deferred(&message).await;
            let attempt = DeliveryAttempt::new(&message, 5);
            assert!(attempt.is_redriven && !attempt.is_first());
        }
    }

    #[tokio::test]
    async fn a_delayed_retry_keeps_the_history_and_counts_as_an_attempt() {
        let mut message = first_delivery().await;
        for attempt in 1..5 {
            let history = DeliveryAttempt::new(&message, 5).history_of_retried();
            let queue = MemoryQueue::new(Clock::system());
            let forwarded = queue.forward(&message, &history, Duration::ZERO);
            forwarded.await.unwrap();
            message = receive(&queue).await;
            let next = DeliveryAttempt::new(&message, 5);
            assert_eq!(
                (next.receive_count, next.is_last()),
                (attempt + 1, attempt == 4)
            );
            assert!(!next.is_first() && !next.is_redriven);
            assert_eq!(
                (next.first_received_at, next.sent_at),
                (Some(FIRST), Some(FIRST))
            );
        }
    }

    #[tokio::test]
    async fn an_unreadable_history_is_ignored() {
        let queue = MemoryQueue::new(Clock::from_fn(|| FIRST));
        for value in ["", "yesterday", "9223372036854775807"] {
            let history = BTreeMap::from([(FIRST_RECEIVED_AT, value.to_owned())]);
            let message = first_delivery().await;
            let forwarded = queue.forward(&message, &history, Duration::ZERO);
            forwarded.await.unwrap();
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
