//! The JSON of responses.

use serde_json::{Map, Value, json};

use super::attributes::AttributeMap;
use super::message::{NewMessage, SentMessage, md5_of_body};
use super::message_attributes::{self, MessageAttributes};
use super::queue::{Queue, ReceivedMessage};
use super::requests::ReceiveMessage;

/// Returns the digests in the response to a send. The SDKs compare them with the digests of the
/// message that they sent.
pub(crate) fn digests(message: &NewMessage) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(
        "MD5OfMessageBody".into(),
        md5_of_body(&message.message_body).into(),
    );
    if let Some(md5) = message_attributes::md5(&message.message_attributes) {
        fields.insert("MD5OfMessageAttributes".into(), md5.into());
    }
    fields
}

/// Returns the response to a send, including the digests of the sent message.
pub(crate) fn sent(digests: Map<String, Value>, sent: SentMessage) -> Map<String, Value> {
    let mut fields = digests;
    fields.insert("MessageId".into(), sent.id.into());
    if let Some(number) = sent.sequence_number {
        fields.insert("SequenceNumber".into(), number.into());
    }
    fields
}

/// Returns a received message with the requested attributes.
pub(crate) fn received(received: &ReceivedMessage, request: &ReceiveMessage) -> Value {
    let message = &received.message;
    let mut fields = json!({
        "MessageId": message.id,
        "ReceiptHandle": received.receipt.to_string(),
        "MD5OfBody": md5_of_body(&message.body),
        "Body": message.body,
    });
    let system = system_attributes(received, request);
    if !system.is_empty() {
        fields["Attributes"] = Value::Object(system);
    }
    let own = own_attributes(&message.attributes, &request.message_attribute_names);
    if let Some(md5) = message_attributes::md5(&own) {
        fields["MessageAttributes"] = json!(own);
        fields["MD5OfMessageAttributes"] = json!(md5);
    }
    fields
}

fn system_attributes(received: &ReceivedMessage, request: &ReceiveMessage) -> Map<String, Value> {
    let message = &received.message;
    let text = |value: u64| Some(value.to_string());
    let all = [
        ("SentTimestamp", text(message.sent_ms)),
        (
            "ApproximateReceiveCount",
            text(message.receive_count.into()),
        ),
        (
            "ApproximateFirstReceiveTimestamp",
            message.first_received_ms.and_then(text),
        ),
        ("MessageGroupId", message.group_id.clone()),
        ("MessageDeduplicationId", message.deduplication_id.clone()),
        ("SequenceNumber", message.sequence_number.clone()),
    ];
    let known = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known
        .filter(|(name, _)| request.wants_system_attribute(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

/// Returns the attributes whose names match one of the patterns. A pattern is `All`, a name, or a
/// prefix followed by `.*`.
fn own_attributes(attributes: &MessageAttributes, patterns: &[String]) -> MessageAttributes {
    let matches = |name: &str, pattern: &String| {
        pattern == "All"
            || pattern == name
            || pattern
                .strip_suffix(".*")
                .is_some_and(|prefix| name.starts_with(prefix))
    };
    let wanted = attributes
        .iter()
        .filter(|(name, _)| patterns.iter().any(|pattern| matches(name, pattern)));
    wanted
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns all attributes of a queue.
pub(crate) fn queue_attributes(queue: &mut Queue, now_ms: u64) -> AttributeMap {
    let counts = queue.counts(now_ms);
    let mut all = queue.attributes.all();
    let computed = [
        ("QueueArn", queue.arn.clone()),
        ("CreatedTimestamp", (queue.created_ms / 1000).to_string()),
        (
            "LastModifiedTimestamp",
            (queue.modified_ms / 1000).to_string(),
        ),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        (
            "ApproximateNumberOfMessagesNotVisible",
            counts.in_flight.to_string(),
        ),
        (
            "ApproximateNumberOfMessagesDelayed",
            counts.delayed.to_string(),
        ),
    ];
    all.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    if queue.is_fifo() {
        all.insert("FifoQueue".into(), "true".into());
    }
    all
}
