//! Message queues: receiving and sending messages, changing their visibility, and deleting them.

mod lazy;
mod memory;
mod message;
mod permission;
mod redrive_policy;
mod sqs;
mod sqs_send;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

pub use lazy::LazyQueue;
pub use memory::MemoryQueue;
pub use message::{Message, MessageCopy, Receipt};
pub use permission::QueueAction;
pub use redrive_policy::RedrivePolicy;
pub use sqs::SqsQueue;

use crate::CloudError;

/// The approximate numbers of messages in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Messages that can be received now.
    pub visible: u64,
    /// Messages that have been received, and are neither deleted nor visible again.
    pub in_flight: u64,
    /// Messages whose delay has not passed.
    pub delayed: u64,
}

/// SQS's limit on messages per call.
pub const MAX_BATCH: usize = 10;

/// A message queue with the semantics of SQS. Delivery is at least once and unordered. A received
/// message is invisible to others until its visibility timeout ends.
///
/// [`SqsQueue`] is the real implementation. [`MemoryQueue`] is for tests.
#[async_trait]
pub trait Queue: fmt::Debug + Send + Sync {
    /// Waits up to `wait` (at most 20 s) for up to `max` messages (at most 10). Received messages
    /// become invisible for `visibility_timeout`.
    ///
    /// A failed call is not retried. A caller that polls in a loop must pause before the next call.
    ///
    /// # Errors
    /// The error of the request to SQS.
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError>;

    /// Deletes messages. Returns the receipts of the messages that were not deleted, so that the
    /// caller can retry.
    ///
    /// # Errors
    /// The error of the request to SQS. It is then unknown which messages were deleted.
    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError>;

    /// Makes a message invisible for `timeout` from now. Zero makes it visible at once.
    ///
    /// # Errors
    /// The error of the request to SQS. It is `NotFound` or `Invalid` if the receipt is no longer
    /// valid.
    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError>;

    /// Makes messages invisible for `timeout` from now.
    ///
    /// # Errors
    /// The error of the request to SQS. It is not an error if the queue refuses individual
    /// messages. Refused messages keep their timeouts.
    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError>;

    /// Sends messages.
    ///
    /// # Errors
    /// The error of the request to SQS, or of the first message that was not accepted.
    async fn send(&self, bodies: &[String]) -> Result<(), CloudError>;

    /// Sends one message that stays invisible for `delay`, at most 15 minutes. FIFO queues do not
    /// support this.
    ///
    /// # Errors
    /// The error of the request to SQS.
    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError>;

    /// Sends a copy of a received message to this queue, with `attributes` in place of the
    /// message's own. The copy stays invisible for `delay`, at most 15 minutes. FIFO queues do not
    /// support a delay.
    ///
    /// On a FIFO queue the message keeps its group, and a repeated call within five minutes has no
    /// effect. To move a message, forward it first and delete the original afterward.
    ///
    /// # Errors
    /// The error of the request to SQS.
    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError>;

    /// Sends up to ten copies of received messages, each as [`Queue::forward`] does. Returns the
    /// result for each copy, in the same order.
    async fn forward_batch(&self, copies: &[MessageCopy]) -> Vec<Result<(), CloudError>> {
        let mut results = Vec::new();
        for copy in copies {
            let forwarded = self.forward(&copy.message, &copy.attributes, copy.delay);
            results.push(forwarded.await);
        }
        results
    }

    /// Returns the queue's redrive policy, if it has one.
    ///
    /// # Errors
    /// The error of the request to SQS.
    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError>;

    /// Returns the approximate numbers of messages.
    ///
    /// # Errors
    /// The error of the request to SQS.
    async fn depth(&self) -> Result<QueueDepth, CloudError>;

    /// Makes messages visible at once.
    ///
    /// # Errors
    /// The same as for [`Queue::change_visibility_batch`].
    async fn release(&self, receipts: &[Receipt]) -> Result<(), CloudError> {
        self.change_visibility_batch(receipts, Duration::ZERO).await
    }
}
