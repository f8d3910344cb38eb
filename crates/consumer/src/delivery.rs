//! One message, from its delivery to its disposition.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Message, MessageCopy, Receipt};
use darkroom_telemetry::metric;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::attempt::DeliveryAttempt;
use crate::dead_letter::DeadLetterReason;
use crate::deferrals::Deferrals;
use crate::handler::{Context, Disposition, MessageHandler};
use crate::heartbeat::{Heartbeat, WorkEnd};
use crate::parts::ConsumerParts;
use crate::settings::ConsumerSettings;

/// The longest time that a message stays invisible until its retry. If the delay is longer, a
/// delayed copy replaces the message, because copies do not count toward SQS's limit of 120,000
/// messages in flight. With the default delays, a failing message is in flight for less than a
/// minute in total.
const MAX_INVISIBLE_DELAY: Duration = Duration::from_secs(60);

/// The shared context of all deliveries.
#[derive(Debug)]
pub(crate) struct Delivery<H> {
    pub(crate) parts: Arc<ConsumerParts>,
    pub(crate) handler: Arc<H>,
    pub(crate) settings: ConsumerSettings,
    pub(crate) deferrals: Deferrals,
    /// Cancelled at shutdown. Work that has begun continues.
    pub(crate) stop: CancellationToken,
    /// Cancelled when the grace period is over. Unfinished messages are released.
    pub(crate) overdue: CancellationToken,
}

impl<H: MessageHandler> Delivery<H> {
    /// Processes one message to completion. Every failure leaves the message on a queue.
    pub(crate) async fn run(&self, message: Message, acknowledge: mpsc::Sender<Receipt>) {
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is_planted(crate::planted::Bug::DeleteBeforePublish) {
            let _ = acknowledge.send(message.receipt.clone()).await;
        }
        let is_done = match self.handle(&message).await {
            WorkEnd::Lost => {
                self.count("lost");
                tracing::warn!(
                    queue = self.parts.name,
                    "no heartbeat succeeded in time: abandoning a message"
                );
                false
            }
            WorkEnd::Overdue => {
                self.count("released");
                let receipt = &message.receipt;
                self.change_visibility(receipt, Duration::ZERO).await;
                false
            }
            WorkEnd::Finished(Disposition::Ack) => {
                self.count("acknowledged");
                true
            }
            WorkEnd::Finished(Disposition::Retry) => self.retry_later(&message).await,
            WorkEnd::Finished(Disposition::Replace { body, delay }) => {
                self.replace(&body, delay).await
            }
            WorkEnd::Finished(Disposition::Defer { delay }) => self.defer(&message, delay).await,
            WorkEnd::Finished(Disposition::DeadLetter(reason)) => {
                self.dead_letter(&message, &reason).await
            }
        };
        if is_done && acknowledge.send(message.receipt).await.is_err() {
            tracing::error!(queue = self.parts.name, "cannot acknowledge a message");
        }
    }

    async fn handle(&self, message: &Message) -> WorkEnd<Disposition> {
        let context = Context {
            attempt: DeliveryAttempt::new(message, self.settings.max_receive_count),
            stop: self.stop.clone(),
        };
        let heartbeat = Heartbeat {
            name: self.parts.name,
            queue: &*self.parts.queue,
            receipt: &message.receipt,
            visibility_timeout: self.settings.visibility_timeout,
            overdue: &self.overdue,
        };
        heartbeat.run(self.handler.handle(message, &context)).await
    }

    /// Delays the next delivery of a message. Returns `true` if the message can be deleted, because
    /// a delayed copy replaces it.
    async fn retry_later(&self, message: &Message) -> bool {
        self.count("retried");
        let attempt = DeliveryAttempt::new(message, self.settings.max_receive_count);
        let delay = self.settings.retry.delay(attempt.receive_count);
        // After the last attempt there is no copy, because the queue's own count would start again,
        // and SQS would not move the message to the dead letters.
        let is_copied =
            self.settings.delayed_copies && delay > MAX_INVISIBLE_DELAY && !attempt.is_last();
        if is_copied {
            let copy = MessageCopy {
                message: message.clone(),
                attributes: attempt.history_of_retried(),
                delay,
            };
            match self.deferrals.send(copy).await {
                Ok(()) => return true,
                Err(error) => {
                    tracing::warn!(queue = self.parts.name, %error, "cannot send a delayed copy: the message stays in flight until its retry");
                }
            }
        }
        self.change_visibility(&message.receipt, delay).await;
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is_planted(crate::planted::Bug::HeartbeatAfterBackoff) {
            let timeout = self.settings.visibility_timeout;
            self.change_visibility(&message.receipt, timeout).await;
        }
        false
    }

    async fn change_visibility(&self, receipt: &Receipt, timeout: Duration) {
        let changed = self.parts.queue.change_visibility(receipt, timeout).await;
        if let Err(error) = changed {
            let queue = self.parts.name;
            tracing::warn!(queue, %error, "cannot change a visibility timeout: the message reappears when its current timeout ends");
        }
    }

    /// Sends the new message and returns `true` if the old message can be deleted. Otherwise the
    /// old message becomes visible again after its timeout.
    async fn replace(&self, body: &str, delay: Duration) -> bool {
        match self.parts.queue.send_delayed(body, delay).await {
            Ok(()) => {
                self.count("retried");
                true
            }
            Err(error) => {
                tracing::warn!(queue = self.parts.name, %error, "cannot replace a message");
                false
            }
        }
    }

    /// Sends the delayed copy and returns `true` if the original can be deleted. Otherwise the
    /// original becomes visible at once, and its next delivery is another attempt.
    async fn defer(&self, message: &Message, delay: Duration) -> bool {
        let attempt = DeliveryAttempt::new(message, self.settings.max_receive_count);
        let history = attempt.history_of_deferred();
        let copy = MessageCopy {
            message: message.clone(),
            attributes: history,
            delay,
        };
        match self.deferrals.send(copy).await {
            Ok(()) => {
                self.count("deferred");
                true
            }
            Err(error) => {
                tracing::warn!(queue = self.parts.name, %error, "cannot defer a message");
                self.count("released");
                self.change_visibility(&message.receipt, Duration::ZERO)
                    .await;
                false
            }
        }
    }

    /// Copies a message to the dead-letter queue and returns `true` if the original can be deleted.
    /// Otherwise the original stays on its queue, and SQS itself moves it after the last attempt.
    async fn dead_letter(&self, message: &Message, reason: &DeadLetterReason) -> bool {
        let (queue, message_id) = (self.parts.name, &message.id);
        let DeadLetterReason { code, detail } = reason;
        let mut attributes = reason.attributes();
        attributes.extend(DeliveryAttempt::new(message, self.settings.max_receive_count).history());
        let dead_letters = &self.parts.dead_letters;
        let forwarded = dead_letters.forward(message, &attributes, Duration::ZERO);
        match forwarded.await {
            Ok(()) => {
                tracing::error!(
                    queue,
                    message_id,
                    reason = code,
                    detail,
                    "message dead-lettered"
                );
                self.count("dead_lettered");
                metric::DEAD_LETTERS.add(1, [queue, code]);
                true
            }
            Err(error) => {
                tracing::error!(queue, message_id, %error, "cannot reach the dead-letter queue");
                self.retry_later(message).await
            }
        }
    }

    fn count(&self, result: &str) {
        metric::MESSAGES.add(1, [self.parts.name, result]);
    }
}
