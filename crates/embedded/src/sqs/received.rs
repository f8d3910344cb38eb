//! A received message as the answer shows it.

use serde_json::{Map, Value, json};

use super::message::{MessageAttributes, md5_of_attributes, md5_of_body};
use super::queue::Received;
use super::requests::ReceiveMessage;

/// The message, with the attributes that the request asked for.
pub(crate) fn describe(received: &Received, request: &ReceiveMessage) -> Value {
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
    if let Some(md5) = md5_of_attributes(&own) {
        fields["MessageAttributes"] = json!(own);
        fields["MD5OfMessageAttributes"] = json!(md5);
    }
    fields
}

fn system_attributes(received: &Received, request: &ReceiveMessage) -> Map<String, Value> {
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
    let mut wanted = request
        .attribute_names
        .iter()
        .chain(&request.message_system_attribute_names);
    let everything = wanted.any(|name| name == "All");
    let asks = |name: &str| {
        let mut wanted = request
            .attribute_names
            .iter()
            .chain(&request.message_system_attribute_names);
        everything || wanted.any(|wanted| wanted == name)
    };
    let known = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known
        .filter(|(name, _)| asks(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

/// Names may be whole, `All`, `.*`, or a beginning followed by `.*`.
fn own_attributes(attributes: &MessageAttributes, wanted: &[String]) -> MessageAttributes {
    let asks = |name: &str, pattern: &String| {
        pattern == "All"
            || pattern == name
            || pattern
                .strip_suffix(".*")
                .is_some_and(|start| name.starts_with(start))
    };
    let chosen = attributes
        .iter()
        .filter(|(name, _)| wanted.iter().any(|pattern| asks(name, pattern)));
    chosen
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
