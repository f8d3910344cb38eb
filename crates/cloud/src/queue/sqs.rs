//! An SQS queue, accessed through the AWS SDK.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageSystemAttributeName, QueueAttributeName,
};

use super::{MAX_BATCH, Message, MessageCopy, Queue, QueueDepth, Receipt, RedrivePolicy};
use crate::{CloudError, CloudErrorKind};

/// SQS's limit on a visibility timeout: 12 hours.
const MAX_TIMEOUT_SECONDS: i32 = 43_200;

/// An SQS queue. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    pub(super) client: Client,
    pub(super) url: String,
}

impl SqsQueue {
    pub(crate) async fn find(client: Client, name: &str) -> Result<Self, CloudError> {
        const OPERATION: &str = "GetQueueUrl";
        let found = client.get_queue_url().queue_name(name).send().await;
        let url = found.map_err(CloudError::from_sdk(OPERATION))?.queue_url;
        let url = url.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                OPERATION,
                "the response has no URL",
            )
        })?;
        Ok(Self { client, url })
    }

    /// Returns the queue's URL, which identifies it in every call.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn is_fifo(&self) -> bool {
        self.url.ends_with(".fifo")
    }

    async fn delete_batch(&self, batch: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        const OPERATION: &str = "DeleteMessageBatch";
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
        let entries = entries.map_err(invalid(OPERATION))?;
        let request = self.client.delete_message_batch().queue_url(&self.url);
        let output = request.set_entries(Some(entries)).send().await;
        let output = output.map_err(CloudError::from_sdk(OPERATION))?;
        let failed = output.failed.iter();
        let failed = failed.filter_map(|entry| batch.get(entry.id.parse::<usize>().ok()?));
        Ok(failed.cloned().collect())
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        let once = aws_sdk_sqs::Config::builder().retry_config(RetryConfig::disabled());
        let output = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(max.min(MAX_BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(wait))
            .visibility_timeout(seconds(visibility_timeout))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(CloudError::from_sdk("ReceiveMessage"))?;
        let messages = output.messages.unwrap_or_default().into_iter();
        Ok(messages.filter_map(Message::from_sdk).collect())
    }

    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        let mut failed = Vec::new();
        for batch in receipts.chunks(MAX_BATCH) {
            failed.extend(self.delete_batch(batch).await?);
        }
        Ok(failed)
    }

    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&receipt.0)
            .visibility_timeout(seconds(timeout))
            .send()
            .await
            .map_err(CloudError::from_sdk("ChangeMessageVisibility"))?;
        Ok(())
    }

    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "ChangeMessageVisibilityBatch";
        for batch in receipts.chunks(MAX_BATCH) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(index, receipt)| {
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(index.to_string())
                        .receipt_handle(&receipt.0)
                        .visibility_timeout(seconds(timeout))
                        .build()
                })
                .collect();
            let entries = entries.map_err(invalid(OPERATION))?;
            let request = self.client.change_message_visibility_batch();
            let request = request.queue_url(&self.url).set_entries(Some(entries));
            let output = request.send().await;
            output.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(())
    }

    async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        for batch in bodies.chunks(MAX_BATCH) {
            self.send_batch(batch).await?;
        }
        Ok(())
    }

    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        self.send_one_delayed(body, delay).await
    }

    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        self.send_forwarded(message, attributes, delay).await
    }

    async fn forward_batch(&self, copies: &[MessageCopy]) -> Vec<Result<(), CloudError>> {
        match self.send_copies(copies).await {
            Ok(results) => results,
            Err(error) => vec![Err(error); copies.len()],
        }
    }

    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        let name = QueueAttributeName::RedrivePolicy;
        let output = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(name.clone())
            .send()
            .await
            .map_err(CloudError::from_sdk("GetQueueAttributes"))?;
        let attributes = output.attributes.unwrap_or_default();
        let policy = attributes.get(&name);
        Ok(policy.and_then(|json| RedrivePolicy::from_json(json)))
    }

    async fn depth(&self) -> Result<QueueDepth, CloudError> {
        let output = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesDelayed)
            .send()
            .await
            .map_err(CloudError::from_sdk("GetQueueAttributes"))?;
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

/// Returns the duration in whole seconds, rounded up and capped at [`MAX_TIMEOUT_SECONDS`].
pub(super) fn seconds(duration: Duration) -> i32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds)
        .unwrap_or(MAX_TIMEOUT_SECONDS)
        .min(MAX_TIMEOUT_SECONDS)
}

pub(super) fn invalid<E: std::fmt::Display>(operation: &'static str) -> impl Fn(E) -> CloudError {
    move |error| CloudError::new(CloudErrorKind::Invalid, operation, error)
}
