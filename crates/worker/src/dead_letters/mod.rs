//! Listing, redriving and purging dead letters.

mod diagnosis;
mod lease;
mod reason;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, CloudErrorKind, MAX_BATCH, Message, Queue, Receipt};
use darkroom_consumer::{DeadLetterReason, DeliveryAttempt};
use darkroom_contract::Notification;
use darkroom_uploads::UploadStore;
use futures_util::future::join_all;
use time::OffsetDateTime;

use diagnosis::diagnose;
use lease::Lease;
pub(crate) use reason::ReasonCode;

const DELETE_ATTEMPTS: u32 = 3;

/// The dead letters of the queue of upload events.
///
/// A redrive receives, sends and deletes each message. It does not use SQS's own move task
/// (`StartMessageMoveTask`). The task moves all messages or none, and continues after the command
/// that started it has ended. Without a destination queue, the task moves only the messages that
/// SQS itself dead-lettered, and leaves those that a worker dead-lettered. Many SQS-compatible
/// services do not have the task.
///
/// If a redrive fails between sending and deleting a message, the message exists twice. Workers
/// tolerate that. No message is ever lost.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    /// The dead-letter queue.
    pub dead_letters: Arc<dyn Queue>,
    /// The queue that the dead letters come from.
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
    /// The keys of the objects that the message is about. There are none if the message is
    /// malformed or a test event.
    pub keys: Vec<String>,
    /// The time at which a worker dead-lettered the message. If SQS itself moved it, this is the
    /// time at which it was originally sent.
    pub sent_at: Option<OffsetDateTime>,
}

/// An action on dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterAction {
    /// Leaves the dead letters on the queue.
    List,
    /// Moves the dead letters back to the queue that they come from.
    Redrive,
    /// Deletes the dead letters.
    Purge,
}

impl DeadLetters {
    /// Applies an action to the dead letters with these ids, or to all if `ids` is empty. Reports
    /// each dead letter after the action has been applied to it. At the end, releases all messages
    /// that stay on the queue. The only effect of listing is a higher receive count, which does not
    /// matter in a dead-letter queue.
    ///
    /// # Errors
    /// The error of the first call that failed. Messages that were reported have been handled.
    /// Others may have been handled too.
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
        for batch in lease.selected(ids).chunks(MAX_BATCH) {
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
            let history = history(message);
            let forwarded = self.events.forward(message, &history, Duration::ZERO);
            forwarded.await?;
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

/// Returns the attributes that keep a dead letter's history across a redrive, so that the next
/// attempt still cleans up what earlier attempts left over. A worker that dead-letters a message
/// stores the time of the first delivery in the message. SQS does not store that time. For a
/// message that SQS itself moved, the time of sending is used, because no delivery can be earlier.
fn history(message: &Message) -> BTreeMap<&'static str, String> {
    let attempt = DeliveryAttempt::new(message, u32::MAX);
    let first_received_at = if attempt.is_redriven {
        attempt.first_received_at
    } else {
        attempt.sent_at
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use darkroom_cloud::{Bucket, PutOptions};
    use darkroom_uploads::MemoryStore;
    use tokio::time::sleep;

    use super::*;
    use crate::StandInRenderer;
    use crate::testing::TestStore;

    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: Duration = Duration::from_secs(3600);

    async fn apply(test: &TestStore, action: DeadLetterAction, ids: &[&str]) -> Vec<DeadLetter> {
        let all = DeadLetters {
            dead_letters: Arc::new(test.dead_letters.clone()),
            events: Arc::new(test.events.clone()),
            store: test.store.clone(),
        };
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        let mut reported = Vec::new();
        let applied = all.apply(action, &ids, |letter| reported.push(letter));
        applied.await.unwrap();
        reported
    }

    #[tokio::test(start_paused = true)]
    async fn redriving_the_dead_letter_of_a_deleted_upload_deletes_its_variants() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        let invalid = CloudErrorKind::Invalid;
        test.raw.faults().fail("PutObject", "manifests/", invalid);
        test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(HOUR).await;
        assert_ne!(test.outputs(), [""; 0], "variants without a manifest");
        test.raw.delete(&[key.to_string()]).await.unwrap();
        test.raw.succeed();
        let redriven = apply(&test, DeadLetterAction::Redrive, &[]).await;
        assert_eq!(redriven[0].reason.code, "attempts_exhausted");
        assert_eq!(redriven[0].keys, [key.to_string()]);
        sleep(HOUR).await;
        assert_eq!(test.outputs(), [""; 0]);
        assert!(test.events.is_empty() && test.dead_letters.is_empty());
    }

    /// Delivers all messages as often as the queue permits, each time to a worker that dies.
    async fn lose_workers(test: &TestStore) {
        for _ in 0..5 {
            test.events.receive(10, SECOND, SECOND).await.unwrap();
            sleep(SECOND).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_no_worker_finished_is_ready_after_its_redrive() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        lose_workers(&test).await;
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        assert_eq!(test.dead_letters.len(), 1);
        let redriven = apply(&test, DeadLetterAction::Redrive, &[]).await;
        assert_eq!(redriven[0].reason.code, "never_finished");
        sleep(SECOND).await;
        test.assert_ready(&key).await;
    }

    #[tokio::test(start_paused = true)]
    async fn redriving_a_dead_letter_that_sqs_moved_deletes_the_variants_of_lost_workers() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        lose_workers(&test).await;
        let profile = test.store.profile(&key.profile).unwrap();
        let options = PutOptions {
            content_type: "image/webp",
            cache_control: "no-cache",
        };
        for variant in profile.variant_keys(&key) {
            let put = test.media.put(&variant, Bytes::from("x"), options);
            put.await.unwrap();
        }
        test.raw.delete(&[key.to_string()]).await.unwrap();
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        let redriven = apply(&test, DeadLetterAction::Redrive, &[]).await;
        assert_eq!(redriven[0].reason.code, "deleted");
        sleep(SECOND).await;
        assert_eq!(test.outputs(), [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn each_redrive_moves_a_malformed_message_once_and_it_is_dead_lettered_again() {
        let test = TestStore::new();
        let _worker = test.start(StandInRenderer::default()).await;
        test.send_malformed().await;
        for _ in 0..2 {
            sleep(HOUR).await;
            assert_eq!(test.dead_letters.len(), 1);
            let redriven = apply(&test, DeadLetterAction::Redrive, &[]).await;
            assert_eq!(redriven.len(), 1);
            assert_eq!(redriven[0].reason.code, "malformed");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_listing_keeps_all_dead_letters_and_a_purge_deletes_the_named_ones() {
        let test = TestStore::new();
        let bodies: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        test.dead_letters.send(&bodies).await.unwrap();
        let listed = apply(&test, DeadLetterAction::List, &[]).await;
        assert_eq!((listed.len(), test.dead_letters.len()), (25, 25));
        let purged = apply(&test, DeadLetterAction::Purge, &[&listed[3].id]).await;
        assert_eq!((purged.len(), test.dead_letters.len()), (1, 24));
        let depth = test.dead_letters.depth().await.unwrap();
        assert_eq!(depth.visible, 24, "the others are released");
        let purged = apply(&test, DeadLetterAction::Purge, &[]).await;
        assert_eq!((purged.len(), test.dead_letters.len()), (24, 0));
    }
}
