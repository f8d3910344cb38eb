//! Dead letters that were received and have to be released.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use darkroom_cloud::{CloudError, MAX_BATCH, Message, Queue, Receipt};
use tokio::time::Instant;

/// A long poll asks every server of a queue; a short one asks some.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// Time that a dead letter is invisible to others. It becomes visible again after that if this
/// process is killed before it releases it.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(60);
/// A FIFO queue delivers 20,000 messages before some are deleted. More dead letters take several
/// runs.
const MAX_MESSAGES: usize = 18_000;

/// All dead letters, received at once and kept invisible.
///
/// All are received before any is handled: one that is redriven and malformed becomes a dead letter
/// again at once, and would be received without end.
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

    /// Receives every dead letter, or at least those with these ids.
    pub(super) async fn collect(&mut self, ids: &HashSet<String>) -> Result<(), CloudError> {
        while !self.is_complete(ids) {
            let received = self.queue.receive(MAX_BATCH, POLL_WAIT, VISIBILITY_TIMEOUT);
            let received = received.await?;
            let before = self.messages.len();
            for message in received {
                // The later of two receipts of one message counts.
                self.messages.insert(message.id.clone(), message);
            }
            // A message that comes a second time shows that all others have come.
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

    /// Returns the messages with these ids, or all, in the order in which they were sent.
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

    /// Keeps all messages invisible for as long as it takes to go through the rest.
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
