//! Putting messages on a queue.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::queue::{BATCH, invalid, seconds};
use crate::{CloudError, CloudErrorKind, Message, Queue};

/// SQS holds a message back for no longer.
const LONGEST_DELAY_SECONDS: i32 = 900;

impl Queue {
    /// Sends messages, ten in a call. On a FIFO queue each is a group of its own: nothing waits for
    /// anything, and two calls with the same body are two messages.
    ///
    /// # Errors
    /// What the call met, or the first message that SQS did not take.
    pub async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        for batch in bodies.chunks(BATCH) {
            let call = unique();
            let entries: Result<Vec<_>, _> = batch
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

    /// Sends one message that nobody receives before `delay` has passed, 15 minutes at most. A FIFO
    /// queue takes none.
    ///
    /// # Errors
    /// What the call met.
    pub async fn send_later(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .delay_seconds(seconds(delay).min(LONGEST_DELAY_SECONDS))
            .send()
            .await
            .map_err(CloudError::of("SendMessage"))?;
        Ok(())
    }

    /// Sends a message of another queue on to this one, with these attributes in place of its own.
    ///
    /// On a FIFO queue it stays in its group, and is taken once even if this is called again within
    /// five minutes: who moves a message sends it here first and deletes it there afterwards.
    ///
    /// # Errors
    /// What the call met.
    pub async fn send_on(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
    ) -> Result<(), CloudError> {
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(&message.body);
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
                .map_err(invalid("SendMessage"))?;
            request = request.message_attributes(*name, value);
        }
        request
            .send()
            .await
            .map_err(CloudError::of("SendMessage"))?;
        Ok(())
    }
}

/// A name for one call that no other call has: the SDK's own tries of it are taken once.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |since| since.as_nanos());
    format!("{nanos:x}-{:x}", fastrand::u64(..))
}
