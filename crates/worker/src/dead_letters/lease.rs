//! Dead letters that were received and must be released.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use darkroom_cloud::{CloudError, MAX_BATCH, Message, Queue, Receipt};
use tokio::time::Instant;

/// The duration of a long poll. A poll that does not wait queries only some of the queue's servers.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// The time for which a received dead letter is invisible to others. If the process that received
/// the dead letter is killed, the dead letter becomes visible after that time.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(60);
/// The maximum number of messages in a lease. If there are more dead letters, several runs are
/// needed. SQS limits the messages in flight on a FIFO queue to 120,000, formerly 20,000. A lease
/// stays below both numbers.
const MAX_MESSAGES: usize = 18_000;

/// The dead letters of a queue, kept invisible until they are released.
///
/// All messages are received before any of them is handled. Otherwise a malformed message that is
/// redriven would become a dead letter again at once, and would then be received and redriven
/// endlessly.
pub(super) struct Lease<'a> {
    queue: &'a dyn Queue,
    messages: HashMap<String, Message>,
    extended_at: Instant,
}

impl<'a> Lease<'a> {
    pub(super) fn new(queue: &'a dyn Queue) -> Self {
        Self {
            queue,
            messages: HashMap::new(),
            extended_at: Instant::now(),
        }
    }

    /// Receives dead letters until the lease has all messages with these ids, or all messages of
    /// the queue if `ids` is empty.
    pub(super) async fn collect(&mut self, ids: &HashSet<String>) -> Result<(), CloudError> {
        while !self.is_complete(ids) {
            let received = self.queue.receive(MAX_BATCH, POLL_WAIT, VISIBILITY_TIMEOUT);
            let received = received.await?;
            let before = self.messages.len();
            for message in received {
                // If a message is received twice, only its later receipt is valid.
                self.messages.insert(message.id.clone(), message);
            }
            // After a poll without a new message, all messages have been received.
            if self.messages.len() == before {
                break;
            }
            self.extend().await?;
        }
        Ok(())
    }

    fn is_complete(&self, ids: &HashSet<String>) -> bool {
        let has_all = !ids.is_empty() && ids.iter().all(|id| self.messages.contains_key(id));
        has_all || self.messages.len() >= MAX_MESSAGES
    }

    /// Returns the messages with these ids, or all messages if `ids` is empty, in the order of
    /// sending.
    pub(super) fn selected(&self, ids: &HashSet<String>) -> Vec<Message> {
        let is_selected = |message: &&Message| ids.is_empty() || ids.contains(&message.id);
        let messages = self.messages.values().filter(is_selected);
        let mut selected: Vec<Message> = messages.cloned().collect();
        selected.sort_by(|a, b| (a.sent_at, &a.id).cmp(&(b.sent_at, &b.id)));
        selected
    }

    /// Forgets a message that is no longer on the queue.
    pub(super) fn remove(&mut self, message: &Message) {
        self.messages.remove(&message.id);
    }

    /// Extends the visibility timeout of all messages if a third of it has passed, so that there is
    /// time to handle the rest.
    pub(super) async fn extend(&mut self) -> Result<(), CloudError> {
        if self.extended_at.elapsed() < VISIBILITY_TIMEOUT / 3 {
            return Ok(());
        }
        self.extended_at = Instant::now();
        let receipts = self.receipts();
        let queue = self.queue;
        queue
            .change_visibility_batch(&receipts, VISIBILITY_TIMEOUT)
            .await
    }

    pub(super) async fn release(self) -> Result<(), CloudError> {
        self.queue.release(&self.receipts()).await
    }

    fn receipts(&self) -> Vec<Receipt> {
        let messages = self.messages.values();
        messages.map(|message| message.receipt.clone()).collect()
    }
}
