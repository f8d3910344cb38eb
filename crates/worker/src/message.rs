//! From one message to what becomes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use darkroom_cloud::{CloudError, Message, Queue, Receipt};
use darkroom_contract::{Notification, ObjectEvent, QueueSettings, RecordError};
use tokio::sync::mpsc;

use crate::backoff::Backoff;
use crate::fetch::Downloads;
use crate::settle::{Settled, Studio};
use crate::visibility::keep_hidden;

/// How long a message waits before it is worked on again after something was unavailable.
const RETRY: Backoff = Backoff {
    first: Duration::from_secs(10),
    most: Duration::from_secs(300),
};

/// Works on messages; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) studio: Studio,
    pub(crate) events: Queue,
    pub(crate) dead_letters: Queue,
    pub(crate) queues: QueueSettings,
    pub(crate) downloads: Downloads,
}

/// What becomes of a message.
#[derive(Debug)]
enum Verdict {
    /// Everything in it is settled.
    Acknowledge,
    /// Something in it could not be settled now.
    Retry,
    /// It will never be understood.
    Poison(String),
}

impl Verdict {
    /// What becomes of a message with two records: one that must be tried again keeps the message,
    /// and one that will never be understood is buried when there is nothing left to try.
    fn or_worse(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Retry, _) | (_, Self::Acknowledge) => self,
            _ if matches!(other, Self::Retry) => other,
            (Self::Poison(_), _) => self,
            (Self::Acknowledge, _) => other,
        }
    }
}

impl Desk {
    /// Works on one message to its end. Every failure leaves the message on a queue.
    pub(crate) async fn handle(&self, message: Message, acknowledge: mpsc::Sender<Receipt>) {
        let visibility = self.queues.visibility_timeout;
        let work = self.judge(&message);
        let verdict = keep_hidden(&self.events, &message.receipt, visibility, work).await;
        let done = match verdict {
            Verdict::Acknowledge => true,
            Verdict::Retry => {
                self.put_off(&message).await;
                false
            }
            Verdict::Poison(reason) => self.bury(&message, reason).await,
        };
        if done && acknowledge.send(message.receipt).await.is_err() {
            tracing::error!("a message that is done could not be acknowledged");
        }
    }

    async fn judge(&self, message: &Message) -> Verdict {
        let records = match Notification::parse(&message.body) {
            Ok(Notification::Test) => Vec::new(),
            Ok(Notification::Records(records)) => records,
            Err(error) => return Verdict::Poison(error.to_string()),
        };
        let mut verdict = Verdict::Acknowledge;
        for record in records {
            let of_record = match record {
                Ok(event) => self.settle(message, &event).await,
                Err(error @ RecordError::Kind(_)) => {
                    tracing::info!(%error, "nothing to do for an event");
                    Verdict::Acknowledge
                }
                Err(error) => Verdict::Poison(error.to_string()),
            };
            verdict = verdict.or_worse(of_record);
        }
        verdict
    }

    async fn settle(&self, message: &Message, event: &ObjectEvent) -> Verdict {
        let error = match self.studio.settle(event, &self.downloads).await {
            Ok(settled) => {
                if settled != Settled::Done {
                    tracing::info!(key = event.key, ?settled, "nothing to do for an event");
                }
                return Verdict::Acknowledge;
            }
            Err(error) => error,
        };
        tracing::warn!(key = event.key, tries = message.receive_count, %error, "not settled");
        if self.is_last_try(message)
            && let Err(error) = self.studio.give_up(event, &error).await
        {
            tracing::error!(key = event.key, %error, "the client could not be told");
        }
        Verdict::Retry
    }

    const fn is_last_try(&self, message: &Message) -> bool {
        message.receive_count >= self.queues.max_receive_count
    }

    /// Hides the message until the next try. After the last one SQS itself moves it to the dead
    /// letters, when it is next asked for.
    async fn put_off(&self, message: &Message) {
        let wait = if self.is_last_try(message) {
            RETRY.first
        } else {
            RETRY.after(message.receive_count)
        };
        if let Err(error) = self.events.hide(&message.receipt, wait).await {
            tracing::warn!(%error, "a message could not be put off: it comes back by itself");
        }
    }

    /// Moves a message to the dead letters with the reason; says whether it is there.
    async fn bury(&self, message: &Message, reason: String) -> bool {
        tracing::error!(
            message = message.id,
            reason,
            "a message goes to the dead letters"
        );
        let buried: Result<(), CloudError> = self
            .dead_letters
            .send_with(
                &message.body,
                &BTreeMap::from([("darkroom-reason", reason)]),
            )
            .await;
        if let Err(error) = &buried {
            tracing::error!(message = message.id, %error, "it could not be sent there");
            self.put_off(message).await;
        }
        buried.is_ok()
    }
}
