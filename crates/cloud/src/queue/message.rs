//! A received message.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::types::MessageSystemAttributeName;
use time::OffsetDateTime;

/// A received message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The message id that the queue assigned.
    pub id: String,
    /// The receipt handle of this delivery.
    pub receipt: Receipt,
    /// The body.
    pub body: String,
    /// The message attributes that have a string value.
    pub attributes: BTreeMap<String, String>,
    /// The number of deliveries, including this one.
    pub receive_count: u32,
    /// The time at which the message was sent.
    pub sent_at: Option<OffsetDateTime>,
    /// The time of the first delivery.
    pub first_received_at: Option<OffsetDateTime>,
    /// The message group, on a FIFO queue.
    pub group: Option<String>,
}

/// A copy of a received message that will be sent to a queue.
#[derive(Debug, Clone)]
pub struct MessageCopy {
    /// The message.
    pub message: Message,
    /// The attributes of the copy. They replace those of the message.
    pub attributes: BTreeMap<&'static str, String>,
    /// The time for which the copy stays invisible, at most 15 minutes.
    pub delay: Duration,
}

/// The receipt handle of one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub(crate) String);

impl Message {
    /// Converts a message of the SDK. Returns `None` if the message has no receipt handle, because
    /// without a handle it can be neither kept invisible nor deleted.
    pub(super) fn from_sdk(message: aws_sdk_sqs::types::Message) -> Option<Self> {
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
            sent_at: from_millis(text(MessageSystemAttributeName::SentTimestamp)),
            first_received_at: from_millis(text(
                MessageSystemAttributeName::ApproximateFirstReceiveTimestamp,
            )),
            group: text(MessageSystemAttributeName::MessageGroupId),
        })
    }
}

/// Parses SQS's timestamps, which are milliseconds since 1970.
fn from_millis(millis: Option<String>) -> Option<OffsetDateTime> {
    let millis: i128 = millis?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).ok()
}
