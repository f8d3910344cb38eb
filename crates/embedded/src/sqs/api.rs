//! The actions of SQS: a JSON request in, a JSON answer out.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::attributes::AttributeMap;
use super::batch;
use super::error::SqsError;
use super::message::{Outgoing, md5_of_attributes, md5_of_body};
use super::queue::{Queue, Sent};
use super::queues::{ACCOUNT, Queues, Receive};
use super::received;
use super::requests::*;

/// What a message may at most stay hidden, in one step and in all.
const MAX_VISIBILITY_SECONDS: u64 = 43_200;

/// The API on a set of queues.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) queues: Arc<Queues>,
    /// Where this server listens: what queue URLs begin with.
    pub(crate) base_url: String,
}

impl Api {
    /// Answers one action. The body is the request's JSON.
    pub(crate) async fn call(&self, action: &str, body: &[u8]) -> Result<Value, SqsError> {
        match action {
            "ReceiveMessage" => self.receive(parse(body)?).await,
            "SendMessage" => self.send(parse(body)?),
            "SendMessageBatch" => batch::send(&self.queues, parse(body)?),
            "DeleteMessage" => self.delete(parse(body)?),
            "DeleteMessageBatch" => batch::delete(&self.queues, parse(body)?),
            "ChangeMessageVisibility" => self.change_visibility(parse(body)?),
            "ChangeMessageVisibilityBatch" => batch::change_visibility(&self.queues, parse(body)?),
            "CreateQueue" => self.create_queue(parse(body)?),
            "GetQueueUrl" => self.queue_url(parse(body)?),
            "ListQueues" => Ok(self.list_queues(&parse(body)?)),
            "GetQueueAttributes" => self.queue_attributes(parse(body)?),
            "SetQueueAttributes" => self.set_attributes(parse(body)?),
            "PurgeQueue" => self.purge(parse(body)?),
            other => Err(SqsError::UnknownAction(other.to_owned())),
        }
    }

    fn create_queue(&self, request: CreateQueue) -> Result<Value, SqsError> {
        self.queues
            .create(&request.queue_name, request.attributes)?;
        Ok(json!({ "QueueUrl": self.url(&request.queue_name) }))
    }

    fn queue_url(&self, request: QueueName) -> Result<Value, SqsError> {
        self.queues.with(&request.queue_name, |_, _| Ok(()))?;
        Ok(json!({ "QueueUrl": self.url(&request.queue_name) }))
    }

    fn list_queues(&self, request: &ListQueues) -> Value {
        let state = self.queues.lock();
        let names = state
            .queues
            .keys()
            .filter(|name| name.starts_with(&request.queue_name_prefix));
        json!({ "QueueUrls": names.map(|name| self.url(name)).collect::<Vec<_>>() })
    }

    fn queue_attributes(&self, request: GetQueueAttributes) -> Result<Value, SqsError> {
        let mut all = self
            .queues
            .with(queue_name(&request.queue_url), |queue, now_ms| {
                Ok(describe(queue, now_ms))
            })?;
        let wanted = request.attribute_names;
        if !wanted.iter().any(|name| name == "All") {
            all.retain(|name, _| wanted.contains(name));
        }
        Ok(json!({ "Attributes": all }))
    }

    fn set_attributes(&self, request: SetQueueAttributes) -> Result<Value, SqsError> {
        self.queues
            .set_attributes(queue_name(&request.queue_url), &request.attributes)?;
        Ok(json!({}))
    }

    fn purge(&self, request: QueueUrl) -> Result<Value, SqsError> {
        self.queues
            .with(queue_name(&request.queue_url), |queue, _| {
                queue.purge();
                Ok(json!({}))
            })
    }

    fn send(&self, request: Single<Outgoing>) -> Result<Value, SqsError> {
        let described = sent_fields(&request.content);
        let sent = self
            .queues
            .send(queue_name(&request.queue_url), request.content)?;
        Ok(Value::Object(with_ids(described, sent)))
    }

    async fn receive(&self, request: ReceiveMessage) -> Result<Value, SqsError> {
        let receive = Receive {
            max: request.max_number_of_messages.unwrap_or(1),
            visibility: request.visibility_timeout.map(Duration::from_secs),
            wait: request.wait_time_seconds.map(Duration::from_secs),
        };
        if !(1..=10).contains(&receive.max) {
            let reason = "Must be between 1 and 10, if provided.";
            return Err(SqsError::invalid("MaxNumberOfMessages", reason));
        }
        if request
            .wait_time_seconds
            .is_some_and(|seconds| seconds > 20)
        {
            return Err(SqsError::invalid(
                "WaitTimeSeconds",
                "Must be >= 0 and <= 20, if provided.",
            ));
        }
        visibility(request.visibility_timeout.unwrap_or_default())?;
        let messages = self
            .queues
            .receive(queue_name(&request.queue_url), &receive)
            .await?;
        if messages.is_empty() {
            return Ok(json!({}));
        }
        let messages: Vec<_> = messages
            .iter()
            .map(|message| received::describe(message, &request))
            .collect();
        Ok(json!({ "Messages": messages }))
    }

    fn delete(&self, request: Single<Delete>) -> Result<Value, SqsError> {
        let receipt = request.content.receipt_handle.parse()?;
        self.queues
            .with(queue_name(&request.queue_url), |queue, now_ms| {
                queue.delete(&receipt, now_ms)
            })?;
        Ok(json!({}))
    }

    fn change_visibility(&self, request: Single<ChangeVisibility>) -> Result<Value, SqsError> {
        let timeout = request
            .content
            .visibility_timeout
            .ok_or(SqsError::MissingParameter("VisibilityTimeout"))?;
        let (receipt, timeout) = (
            request.content.receipt_handle.parse()?,
            visibility(timeout)?,
        );
        let name = queue_name(&request.queue_url);
        self.queues.with(name, |queue, now_ms| {
            queue.change_visibility(&receipt, timeout, now_ms)
        })?;
        Ok(json!({}))
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{ACCOUNT}/{name}", self.base_url)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| SqsError::Malformed(error.to_string()))
}

/// A queue's name from its URL, whatever host the URL names: there is one account here.
pub(crate) fn queue_name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

/// A visibility timeout in seconds, checked.
pub(crate) fn visibility(seconds: u64) -> Result<Duration, SqsError> {
    if seconds > MAX_VISIBILITY_SECONDS {
        let reason = "VisibilityTimeout must be an integer between 0 and 43200";
        return Err(SqsError::invalid("VisibilityTimeout", reason));
    }
    Ok(Duration::from_secs(seconds))
}

/// The digests that an answer to a send carries.
pub(crate) fn sent_fields(message: &Outgoing) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(
        "MD5OfMessageBody".into(),
        md5_of_body(&message.message_body).into(),
    );
    if let Some(md5) = md5_of_attributes(&message.message_attributes) {
        fields.insert("MD5OfMessageAttributes".into(), md5.into());
    }
    fields
}

pub(crate) fn with_ids(mut fields: Map<String, Value>, sent: Sent) -> Map<String, Value> {
    fields.insert("MessageId".into(), sent.message_id.into());
    if let Some(number) = sent.sequence_number {
        fields.insert("SequenceNumber".into(), number.into());
    }
    fields
}

fn describe(queue: &mut Queue, now_ms: u64) -> AttributeMap {
    let counts = queue.counts(now_ms);
    let mut all = queue.attributes.all();
    let mut add = |name: &str, value: String| all.insert(name.to_owned(), value);
    add("QueueArn", queue.arn.clone());
    add("CreatedTimestamp", (queue.created_ms / 1000).to_string());
    add(
        "LastModifiedTimestamp",
        (queue.modified_ms / 1000).to_string(),
    );
    add("ApproximateNumberOfMessages", counts.visible.to_string());
    add(
        "ApproximateNumberOfMessagesNotVisible",
        counts.in_flight.to_string(),
    );
    add(
        "ApproximateNumberOfMessagesDelayed",
        counts.delayed.to_string(),
    );
    if queue.is_fifo() {
        add("FifoQueue", "true".into());
        all.entry("ContentBasedDeduplication".into())
            .or_insert_with(|| "false".into());
    }
    all
}
