//! Envelopes of Amazon SNS.

use serde_json::Value;

use super::{NotificationError, json};

/// Returns the message in an SNS envelope, or `None` if there is no envelope.
pub(super) fn unwrap(value: &Value) -> Result<Option<Value>, NotificationError> {
    match (
        value.get("Type").and_then(Value::as_str),
        value.get("Message").and_then(Value::as_str),
    ) {
        (Some("Notification"), Some(message)) => json(message).map(Some),
        _ => Ok(None),
    }
}
