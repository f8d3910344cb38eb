//! Dead letters: listed with their reasons, redriven, purged.

mod diagnosis;
mod lease;
mod reason;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use darkroom_cloud::{CloudError, CloudErrorKind, Message, Queue, Receipt};
use darkroom_consumer::{DeadLetterReason, DeliveryAttempt};
use darkroom_contract::Notification;
use darkroom_uploads::UploadStore;
use futures_util::future::join_all;
use time::OffsetDateTime;

use diagnosis::diagnose;
use lease::{BATCH, Lease};
pub(crate) use reason::ReasonCode;

const DELETE_ATTEMPTS: u32 = 3;

/// The dead letters of the queue of upload events.
///
/// They are moved by receiving, sending and deleting, not by SQS's own move task
/// (`StartMessageMoveTask`): that one moves all or nothing, goes on after this process has ended,
/// accepts only messages that SQS itself has dead-lettered unless it is given a destination, and is
/// missing in many stores that speak SQS. A message that is sent but not deleted exists twice,
/// which workers tolerate, and never not at all.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    /// The dead-letter queue.
    pub dead_letters: Arc<dyn Queue>,
    /// The queue they come from.
    pub events: Arc<dyn Queue>,
    /// The store of uploads.
    pub store: UploadStore,
}

/// One dead letter.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// The message id that the queue assigned.
    pub id: String,
    /// The reason, written by a worker or diagnosed.
    pub reason: DeadLetterReason,
    /// The keys of the objects that it is about; none if it is malformed.
    pub keys: Vec<String>,
    /// The time it was dead-lettered by a worker, or originally sent if SQS itself moved it.
    pub sent_at: Option<OffsetDateTime>,
}

/// An action on dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterAction {
    /// Leaves them on the queue.
    List,
    /// Moves them back to the queue they come from.
    Redrive,
    /// Deletes them.
    Purge,
}

impl DeadLetters {
    /// Applies an action to all dead letters, or to those with these ids, and reports each once it
    /// is done. All others are released. Listing costs a message nothing but a receive in its
    /// count, and a dead-letter queue does not act on that.
    ///
    /// # Errors
    /// The error of the first call that failed. Messages that were reported are done, and some that
    /// were not reported may be.
    pub async fn apply(
        &self,
        action: DeadLetterAction,
        ids: &HashSet<String>,
        mut report: impl FnMut(DeadLetter),
    ) -> Result<(), CloudError> {
        let mut lease = Lease::new(&*self.dead_letters);
        let applied = async {
            lease.collect(ids).await?;
            self.apply_to_each(action, ids, &mut report, &mut lease)
                .await
        };
        let applied = applied.await;
        let released = lease.release().await;
        applied.and(released)
    }

    async fn apply_to_each(
        &self,
        action: DeadLetterAction,
        ids: &HashSet<String>,
        report: &mut impl FnMut(DeadLetter),
        lease: &mut Lease<'_>,
    ) -> Result<(), CloudError> {
        for batch in lease.selected(ids).chunks(BATCH) {
            let applied = batch.iter().map(|message| self.apply_to(action, message));
            for (applied, message) in join_all(applied).await.into_iter().zip(batch) {
                report(applied?);
                if action != DeadLetterAction::List {
                    lease.remove(message);
                }
            }
            lease.extend().await?;
        }
        Ok(())
    }

    async fn apply_to(
        &self,
        action: DeadLetterAction,
        message: &Message,
    ) -> Result<DeadLetter, CloudError> {
        let dead_letter = DeadLetter {
            id: message.id.clone(),
            reason: diagnose(&self.store, message).await,
            keys: keys(message),
            sent_at: message.sent_at,
        };
        if action == DeadLetterAction::Redrive {
            self.events.forward(message, &history(message)).await?;
        }
        if action != DeadLetterAction::List {
            self.delete(message.receipt.clone()).await?;
        }
        Ok(dead_letter)
    }

    async fn delete(&self, receipt: Receipt) -> Result<(), CloudError> {
        let mut receipts = vec![receipt];
        for _ in 0..DELETE_ATTEMPTS {
            receipts = self.dead_letters.delete(&receipts).await?;
            if receipts.is_empty() {
                return Ok(());
            }
        }
        let detail = "the queue does not delete the message";
        Err(CloudError::new(
            CloudErrorKind::Unavailable,
            "DeleteMessageBatch",
            detail,
        ))
    }
}

/// The history of a dead letter, so that what its attempts left behind is still cleaned up. A worker
/// has written it; a dead letter that SQS itself moved was not delivered before it was sent.
fn history(message: &Message) -> BTreeMap<&'static str, String> {
    let attempt = DeliveryAttempt::new(message, u32::MAX);
    let first_received_at = if attempt.is_redriven {
        attempt.first_received_at
    } else {
        message.sent_at
    };
    let attempt = DeliveryAttempt {
        first_received_at,
        ..attempt
    };
    attempt.history()
}

fn keys(message: &Message) -> Vec<String> {
    match Notification::parse(&message.body) {
        Ok(Notification::Records(records)) => {
            let events = records.into_iter().flatten();
            events.map(|event| event.key).collect()
        }
        Ok(Notification::Test) | Err(_) => Vec::new(),
    }
}
