//! Messages: received, put off, acknowledged, sent.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

use crate::{CloudError, CloudErrorKind};

/// SQS takes and gives at most this many messages in one call.
const BATCH: usize = 10;

/// One queue; cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message that was given to us for a while.
#[derive(Debug, Clone)]
pub struct Message {
    /// SQS's own id of the message.
    pub id: String,
    /// What acknowledges or puts off this receipt of it.
    pub receipt: Receipt,
    /// What was sent.
    pub body: String,
    /// How often it has been given out, this time included.
    pub receive_count: u32,
}

/// The handle of one receipt of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(String);

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
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(CloudError::of("ReceiveMessage"))?;
        Ok(output
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(message)
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
        for batch in receipts.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(index, receipt)| {
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(index.to_string())
                        .receipt_handle(&receipt.0)
                        .visibility_timeout(0)
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

    /// Sends messages, ten in a call.
    ///
    /// # Errors
    /// What the call met, or the first message that SQS did not take.
    pub async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        for batch in bodies.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(index, body)| {
                    SendMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .message_body(body)
                        .build()
                })
                .collect();
            let output = self
                .client
                .send_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries.map_err(invalid("SendMessageBatch"))?))
                .send()
                .await
                .map_err(CloudError::of("SendMessageBatch"))?;
            if let Some(entry) = output.failed.first() {
                let detail = entry.message().unwrap_or(entry.code());
                return Err(CloudError::new(
                    CloudErrorKind::Unavailable,
                    "SendMessageBatch",
                    detail,
                ));
            }
        }
        Ok(())
    }

    /// Sends one message with attributes that say more than its body.
    ///
    /// # Errors
    /// What the call met.
    pub async fn send_with(
        &self,
        body: &str,
        attributes: &BTreeMap<&str, String>,
    ) -> Result<(), CloudError> {
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(invalid("SendMessage"))?;
            request = request.message_attributes(*name, value);
        }
        request
            .send()
            .await
            .map_err(CloudError::of("SendMessage"))?;
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

fn message(message: aws_sdk_sqs::types::Message) -> Option<Message> {
    let receive_count = message
        .attributes
        .and_then(|attributes| {
            attributes
                .get(&MessageSystemAttributeName::ApproximateReceiveCount)?
                .parse()
                .ok()
        })
        .unwrap_or(1);
    Some(Message {
        id: message.message_id.unwrap_or_default(),
        receipt: Receipt(message.receipt_handle?),
        body: message.body.unwrap_or_default(),
        receive_count,
    })
}

/// Whole seconds, rounded up, within what SQS takes (12 h).
fn seconds(duration: Duration) -> i32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds.min(43_200)).unwrap_or(43_200)
}

fn invalid<E: std::fmt::Display>(operation: &'static str) -> impl Fn(E) -> CloudError {
    move |error| CloudError::new(CloudErrorKind::Invalid, operation, error)
}
