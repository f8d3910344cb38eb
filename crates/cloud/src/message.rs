//! A message as it is received.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::MessageSystemAttributeName;
use time::OffsetDateTime;

use crate::Receipt;

/// A message that was given to us for a while.
#[derive(Debug, Clone)]
pub struct Message {
    /// SQS's own id of the message.
    pub id: String,
    /// What acknowledges or puts off this receipt of it.
    pub receipt: Receipt,
    /// What was sent.
    pub body: String,
    /// The attributes of type `String` that were sent with it.
    pub attributes: BTreeMap<String, String>,
    /// How often it has been given out, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Option<OffsetDateTime>,
    /// When it was given out for the first time.
    pub first_received_at: Option<OffsetDateTime>,
    /// On a FIFO queue, the group within which order holds.
    pub group: Option<String>,
    /// The ARN of the queue that SQS itself took it off, if it did.
    pub redriven_from: Option<String>,
}

impl Message {
    /// `None` without a receipt, for what can be neither kept nor acknowledged.
    pub(crate) fn read(message: aws_sdk_sqs::types::Message) -> Option<Self> {
        let system = message.attributes.unwrap_or_default();
        let text = |name| system.get(&name).cloned();
        let count = text(MessageSystemAttributeName::ApproximateReceiveCount);
        let own = message.message_attributes.unwrap_or_default().into_iter();
        Some(Self {
            id: message.message_id.unwrap_or_default(),
            receipt: Receipt(message.receipt_handle?),
            body: message.body.unwrap_or_default(),
            attributes: own
                .filter_map(|(name, value)| Some((name, value.string_value?)))
                .collect(),
            receive_count: count.and_then(|count| count.parse().ok()).unwrap_or(1),
            sent_at: time(text(MessageSystemAttributeName::SentTimestamp)),
            first_received_at: time(text(
                MessageSystemAttributeName::ApproximateFirstReceiveTimestamp,
            )),
            group: text(MessageSystemAttributeName::MessageGroupId),
            redriven_from: text(MessageSystemAttributeName::DeadLetterQueueSourceArn),
        })
    }
}

/// SQS tells times in milliseconds since 1970.
fn time(millis: Option<String>) -> Option<OffsetDateTime> {
    let millis: i128 = millis?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).ok()
}
