//! The request bodies of SQS's JSON protocol.

use std::time::Duration;

use serde::Deserialize;

use super::attributes::AttributeMap;
use super::error::SqsError;

/// The limit on a visibility timeout, 12 hours.
const MAX_VISIBILITY_SECONDS: u64 = 43_200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateQueue {
    pub(crate) queue_name: String,
    #[serde(default)]
    pub(crate) attributes: AttributeMap,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetQueueUrl {
    pub(crate) queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueues {
    #[serde(default)]
    pub(crate) queue_name_prefix: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PurgeQueue {
    pub(crate) queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetQueueAttributes {
    pub(crate) queue_url: String,
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetQueueAttributes {
    pub(crate) queue_url: String,
    pub(crate) attributes: AttributeMap,
}

/// A request about one message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Single<T> {
    pub(crate) queue_url: String,
    #[serde(flatten)]
    pub(crate) content: T,
}

/// A request about several messages.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch<T> {
    pub(crate) queue_url: String,
    #[serde(default = "Vec::new")]
    pub(crate) entries: Vec<Entry<T>>,
}

/// An entry of a [`Batch`].
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Entry<T> {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) content: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceiveMessage {
    pub(crate) queue_url: String,
    #[serde(default)]
    pub(crate) max_number_of_messages: Option<usize>,
    #[serde(default)]
    pub(crate) visibility_timeout: Option<u64>,
    #[serde(default)]
    pub(crate) wait_time_seconds: Option<u64>,
    /// The deprecated name of `message_system_attribute_names`.
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_attribute_names: Vec<String>,
}

impl ReceiveMessage {
    pub(crate) fn wants_system_attribute(&self, name: &str) -> bool {
        let mut wanted = self
            .attribute_names
            .iter()
            .chain(&self.message_system_attribute_names);
        wanted.any(|wanted| wanted == name || wanted == "All")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteMessage {
    pub(crate) receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangeVisibility {
    pub(crate) receipt_handle: String,
    #[serde(default)]
    pub(crate) visibility_timeout: Option<u64>,
}

impl ChangeVisibility {
    pub(crate) fn visibility(&self) -> Result<Duration, SqsError> {
        let seconds = self.visibility_timeout;
        check_visibility(seconds.ok_or(SqsError::MissingParameter("VisibilityTimeout"))?)
    }
}

/// Converts a visibility timeout in seconds. Errors if it exceeds the limit.
pub(crate) fn check_visibility(seconds: u64) -> Result<Duration, SqsError> {
    if seconds > MAX_VISIBILITY_SECONDS {
        let reason = "VisibilityTimeout must be an integer between 0 and 43200";
        return Err(SqsError::invalid("VisibilityTimeout", reason));
    }
    Ok(Duration::from_secs(seconds))
}
