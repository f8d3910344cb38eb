//! Sending messages to SQS.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::types::{
    BatchResultErrorEntry, MessageAttributeValue, SendMessageBatchRequestEntry,
};

use super::sqs::{SqsQueue, invalid, seconds};
use super::{Message, MessageCopy};
use crate::{CloudError, CloudErrorKind};

/// SQS's limit on a delay: 15 minutes.
const MAX_DELAY_SECONDS: i32 = 900;

impl SqsQueue {
    /// Sends up to ten messages. On a FIFO queue, each message gets its own group, so that no
    /// message waits for another. Two calls with the same body send two messages.
    pub(super) async fn send_batch(&self, bodies: &[String]) -> Result<(), CloudError> {
        const OPERATION: &str = "SendMessageBatch";
        let call = unique_id();
        let entries: Result<Vec<_>, _> = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                let id = self.is_fifo().then(|| format!("{call}-{index}"));
                SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(body)
                    .set_message_group_id(id.clone())
                    .set_message_deduplication_id(id)
                    .build()
            })
            .collect();
        let entries = entries.map_err(invalid(OPERATION))?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let output = request.set_entries(Some(entries)).send().await;
        let output = output.map_err(CloudError::from_sdk(OPERATION))?;
        output
            .failed
            .first()
            .map_or(Ok(()), |entry| Err(refused(entry)))
    }

    /// Sends up to ten copies of messages of a standard queue. Returns the result for each copy.
    pub(super) async fn send_copies(
        &self,
        copies: &[MessageCopy],
    ) -> Result<Vec<Result<(), CloudError>>, CloudError> {
        const OPERATION: &str = "SendMessageBatch";
        let mut entries = Vec::new();
        for (index, copy) in copies.iter().enumerate() {
            let mut entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(&copy.message.body)
                .delay_seconds(seconds(copy.delay).min(MAX_DELAY_SECONDS));
            for (name, value) in &copy.attributes {
                let value = text_attribute(value, OPERATION)?;
                entry = entry.message_attributes(*name, value);
            }
            entries.push(entry.build().map_err(invalid(OPERATION))?);
        }
        let request = self.client.send_message_batch().queue_url(&self.url);
        let output = request.set_entries(Some(entries)).send().await;
        let output = output.map_err(CloudError::from_sdk(OPERATION))?;
        let mut results = vec![Ok(()); copies.len()];
        for entry in &output.failed {
            let index: Option<usize> = entry.id().parse().ok();
            if let Some(result) = index.and_then(|index| results.get_mut(index)) {
                *result = Err(refused(entry));
            }
        }
        Ok(results)
    }

    pub(super) async fn send_one_delayed(
        &self,
        body: &str,
        delay: Duration,
    ) -> Result<(), CloudError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .delay_seconds(seconds(delay).min(MAX_DELAY_SECONDS))
            .send()
            .await
            .map_err(CloudError::from_sdk("SendMessage"))?;
        Ok(())
    }

    pub(super) async fn send_forwarded(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "SendMessage";
        let request = self.client.send_message().queue_url(&self.url);
        let mut request = request.message_body(&message.body);
        if !delay.is_zero() {
            request = request.delay_seconds(seconds(delay).min(MAX_DELAY_SECONDS));
        }
        if self.is_fifo() {
            let group = message.group.as_ref().unwrap_or(&message.id);
            request = request
                .message_group_id(group)
                .message_deduplication_id(&message.id);
        }
        for (name, value) in attributes {
            request = request.message_attributes(*name, text_attribute(value, OPERATION)?);
        }
        let output = request.send().await;
        output.map_err(CloudError::from_sdk(OPERATION))?;
        Ok(())
    }
}

fn text_attribute(
    value: &str,
    operation: &'static str,
) -> Result<MessageAttributeValue, CloudError> {
    let value = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value);
    value.build().map_err(invalid(operation))
}

/// Returns the error of one message of a batch that SQS has not accepted.
fn refused(entry: &BatchResultErrorEntry) -> CloudError {
    let detail = entry.message().unwrap_or(entry.code());
    CloudError::new(CloudErrorKind::Unavailable, "SendMessageBatch", detail)
}

/// Returns an id that is unique to one call. The SDK's own retries of the call send the same id, so
/// a FIFO queue accepts each message only once.
fn unique_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |since| since.as_nanos());
    format!("{nanos:x}-{:x}", fastrand::u64(..))
}
