//! Messages: received, put off, acknowledged.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageSystemAttributeName, QueueAttributeName,
};

use crate::message::Message;
use crate::{CloudError, CloudErrorKind};

/// SQS takes and gives at most this many messages in one call.
pub(crate) const BATCH: usize = 10;

/// One queue; cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    pub(crate) client: Client,
    pub(crate) url: String,
}

/// The handle of one receipt of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub(crate) String);

/// How full a queue is; SQS's own approximations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Messages that could be received now.
    pub visible: u64,
    /// Messages that were given out and not acknowledged yet.
    pub in_flight: u64,
    /// Messages that wait for their delay to pass.
    pub delayed: u64,
}

impl Queue {
    pub(crate) async fn find(client: Client, name: &str) -> Result<Self, CloudError> {
        let found = client.get_queue_url().queue_name(name).send().await;
        let url = found.map_err(CloudError::of("GetQueueUrl"))?.queue_url;
        let url = url.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "GetQueueUrl",
                "the answer has no URL",
            )
        })?;
        Ok(Self { client, url })
    }

    /// The queue's URL, which is its name in AWS's own interfaces.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it hands out messages in order and takes none twice.
    pub(crate) fn is_fifo(&self) -> bool {
        self.url.ends_with(".fifo")
    }

    /// Waits up to `wait` (at most 20 s) for up to `most` (at most 10) messages, which are then
    /// hidden from others for `hidden`, whatever the queue's own setting is.
    ///
    /// One call is one attempt: who polls in a loop paces the retries itself.
    ///
    /// # Errors
    /// What the call met.
    pub async fn receive(
        &self,
        most: usize,
        wait: Duration,
        hidden: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        let once = aws_sdk_sqs::Config::builder().retry_config(RetryConfig::disabled());
        let output = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(wait))
            .visibility_timeout(seconds(hidden))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(CloudError::of("ReceiveMessage"))?;
        Ok(output
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(Message::read)
            .collect())
    }

    /// Acknowledges messages; gives back the receipts that SQS did not take, to be tried again.
    ///
    /// # Errors
    /// What the call met; then none was taken for sure.
    pub async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        let mut failed = Vec::new();
        for batch in receipts.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(index, receipt)| {
                    DeleteMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .receipt_handle(&receipt.0)
                        .build()
                })
                .collect();
            let output = self
                .client
                .delete_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries.map_err(invalid("DeleteMessageBatch"))?))
                .send()
                .await
                .map_err(CloudError::of("DeleteMessageBatch"))?;
            let refused = output
                .failed
                .iter()
                .filter_map(|entry| entry.id.parse().ok());
            failed.extend(refused.filter_map(|index: usize| batch.get(index).cloned()));
        }
        Ok(failed)
    }

    /// Hides a message from other workers for `hidden` from now; zero gives it back at once.
    ///
    /// # Errors
    /// What the call met; `NotFound` or `Invalid` if the receipt has lost its message.
    pub async fn hide(&self, receipt: &Receipt, hidden: Duration) -> Result<(), CloudError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&receipt.0)
            .visibility_timeout(seconds(hidden))
            .send()
            .await
            .map_err(CloudError::of("ChangeMessageVisibility"))?;
        Ok(())
    }

    /// Gives messages back, to be received by anyone at once.
    ///
    /// # Errors
    /// What the call met. Messages that SQS would not give back come back by themselves later.
    pub async fn give_back(&self, receipts: &[Receipt]) -> Result<(), CloudError> {
        self.hide_all(receipts, Duration::ZERO).await
    }

    /// Hides messages from others for `hidden` from now.
    ///
    /// # Errors
    /// What the call met. A message that SQS would not hide keeps the time it had.
    pub async fn hide_all(&self, receipts: &[Receipt], hidden: Duration) -> Result<(), CloudError> {
        for batch in receipts.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(index, receipt)| {
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(index.to_string())
                        .receipt_handle(&receipt.0)
                        .visibility_timeout(seconds(hidden))
                        .build()
                })
                .collect();
            self.client
                .change_message_visibility_batch()
                .queue_url(&self.url)
                .set_entries(Some(
                    entries.map_err(invalid("ChangeMessageVisibilityBatch"))?,
                ))
                .send()
                .await
                .map_err(CloudError::of("ChangeMessageVisibilityBatch"))?;
        }
        Ok(())
    }

    /// How full the queue is.
    ///
    /// # Errors
    /// What the call met.
    pub async fn depth(&self) -> Result<QueueDepth, CloudError> {
        let output = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesDelayed)
            .send()
            .await
            .map_err(CloudError::of("GetQueueAttributes"))?;
        let attributes = output.attributes.unwrap_or_default();
        let count = |name| {
            attributes
                .get(&name)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default()
        };
        Ok(QueueDepth {
            visible: count(QueueAttributeName::ApproximateNumberOfMessages),
            in_flight: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
            delayed: count(QueueAttributeName::ApproximateNumberOfMessagesDelayed),
        })
    }
}

/// Whole seconds, rounded up, within what SQS takes (12 h).
pub(crate) fn seconds(duration: Duration) -> i32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds.min(43_200)).unwrap_or(43_200)
}

pub(crate) fn invalid<E: std::fmt::Display>(operation: &'static str) -> impl Fn(E) -> CloudError {
    move |error| CloudError::new(CloudErrorKind::Invalid, operation, error)
}
