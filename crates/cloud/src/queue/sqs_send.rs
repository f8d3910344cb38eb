//! Sending messages to SQS.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use super::Message;
use super::sqs::{SqsQueue, invalid, seconds};
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
        match output.failed.first() {
            None => Ok(()),
            Some(entry) => {
                let detail = entry.message().unwrap_or(entry.code());
                Err(CloudError::new(
                    CloudErrorKind::Unavailable,
                    OPERATION,
                    detail,
                ))
            }
        }
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
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(invalid(OPERATION))?;
            request = request.message_attributes(*name, value);
        }
        let output = request.send().await;
        output.map_err(CloudError::from_sdk(OPERATION))?;
        Ok(())
    }
}

/// Returns an id that is unique to one call. The SDK's own retries of the call send the same id, so
/// a FIFO queue accepts each message only once.
fn unique_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |since| since.as_nanos());
    format!("{nanos:x}-{:x}", fastrand::u64(..))
}
