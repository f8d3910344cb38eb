//! The bodies of the requests that SQS takes, in its JSON protocol.

use serde::Deserialize;

use super::attributes::AttributeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateQueue {
    pub(crate) queue_name: String,
    #[serde(default)]
    pub(crate) attributes: AttributeMap,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueName {
    pub(crate) queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueues {
    #[serde(default)]
    pub(crate) queue_name_prefix: String,
}

/// The requests that say no more than which queue.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueUrl {
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

/// A batch of any kind.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch<T> {
    pub(crate) queue_url: String,
    #[serde(default = "Vec::new")]
    pub(crate) entries: Vec<Entry<T>>,
}

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
    /// The older name of `message_system_attribute_names`.
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    pub(crate) receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangeVisibility {
    pub(crate) receipt_handle: String,
    #[serde(default)]
    pub(crate) visibility_timeout: Option<u64>,
}

/// A single request of what batches have many of.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Single<T> {
    pub(crate) queue_url: String,
    #[serde(flatten)]
    pub(crate) content: T,
}
