//! The handler of messages and its decisions.

use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::Message;
use tokio_util::sync::CancellationToken;

use crate::attempt::DeliveryAttempt;
use crate::dead_letter::DeadLetterReason;

/// The handler of one kind of message.
#[async_trait]
pub trait MessageHandler: Send + Sync + 'static {
    /// Waits until the handler can make progress, and returns the maximum number of messages that
    /// it accepts. The consumer receives no messages until this returns, so an outage does not use
    /// up attempts.
    async fn ready(&self) -> usize {
        usize::MAX
    }

    /// Returns `true` while the consumer should look ahead, that is, receive messages although all
    /// permits are in use. A handler wants this if messages that should not wait may be behind
    /// those in progress. By default, a consumer never looks ahead. See
    /// [`ConsumerSettings::look_ahead`](crate::ConsumerSettings::look_ahead).
    fn looks_ahead(&self) -> bool {
        false
    }

    /// Processes one message, which stays invisible to other consumers until this returns.
    ///
    /// The future may be dropped at any await point. This happens when the grace period of a
    /// shutdown is over (the message is released), or when no heartbeat succeeded (another consumer
    /// receives the message).
    async fn handle(&self, message: &Message, context: &Context) -> Disposition;
}

/// The circumstances of a delivery.
#[derive(Debug, Clone)]
pub struct Context {
    /// The delivery that is being processed.
    pub attempt: DeliveryAttempt,
    /// Cancelled when the consumer shuts down. The handler should then finish its work, but not
    /// wait for events that may never happen, such as the end of an outage.
    pub stop: CancellationToken,
}

/// The decision of a handler about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// The work is done and durable. The message is deleted.
    Ack,
    /// The work failed for now. The message is delivered again after a backoff. During a short
    /// backoff it stays invisible. For a long one it is replaced by a delayed copy with the same
    /// history, for the same reason as with `Replace`.
    ///
    /// After the last attempt ([`DeliveryAttempt::is_last`]), a handler returns `DeadLetter`
    /// instead. The queue itself moves a message to the dead letters only after it has delivered
    /// the same copy as often as it permits.
    Retry,
    /// The work failed for now. The message is replaced by a new one that is delivered after a
    /// delay of at most 15 minutes.
    ///
    /// SQS permits only 120,000 messages in flight per queue. If a webhook receiver is down for a
    /// day, messages that wait for a retry would soon exceed that limit. Delayed messages do not
    /// count toward it.
    Replace {
        /// The body of the new message.
        body: String,
        /// The delay of the new message.
        delay: Duration,
    },
    /// The message has to wait and was not processed. It is replaced by a copy that is delivered
    /// after a delay of at most 15 minutes and has the same history, so this delivery costs no
    /// attempt. To extend the visibility timeout instead would cost an attempt, because the queue
    /// counts deliveries.
    ///
    /// A handler returns this only if [`DeliveryAttempt::can_be_deferred`] is `true`.
    Defer {
        /// The delay of the copy.
        delay: Duration,
    },
    /// The message is malformed or out of attempts. It goes to the dead-letter queue.
    DeadLetter(DeadLetterReason),
}

impl Disposition {
    /// Combines the dispositions of two parts of one message. `Retry` takes precedence over
    /// `Defer`, `Defer` over `Replace`, `Replace` over `DeadLetter`, and `DeadLetter` over `Ack`.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        if self.severity() >= other.severity() {
            self
        } else {
            other
        }
    }

    const fn severity(&self) -> u8 {
        match self {
            Self::Ack => 0,
            Self::DeadLetter(_) => 1,
            Self::Replace { .. } => 2,
            Self::Defer { .. } => 3,
            Self::Retry => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_takes_precedence_over_dead_letter_and_dead_letter_over_ack() {
        let hopeless = || Disposition::DeadLetter(DeadLetterReason::new("malformed", &"x"));
        let retried = hopeless().or_worse(Disposition::Retry);
        assert_eq!(retried, Disposition::Retry);
        let retried = Disposition::Retry.or_worse(hopeless());
        assert_eq!(retried, Disposition::Retry);
        assert_eq!(Disposition::Ack.or_worse(hopeless()), hopeless());
        assert_eq!(hopeless().or_worse(Disposition::Ack), hopeless());
        let done = Disposition::Ack.or_worse(Disposition::Ack);
        assert_eq!(done, Disposition::Ack);
    }
}
