//! Actions on queues.

use serde_json::{Value, json};

use crate::sqs::attributes::check_name;
use crate::sqs::error::SqsError;
use crate::sqs::queue_name;
use crate::sqs::queues::Queues;
use crate::sqs::requests::{
    CreateQueue, GetQueueAttributes, GetQueueUrl, ListQueues, PurgeQueue, SetQueueAttributes,
};
use crate::sqs::responses;

pub(crate) fn create(
    queues: &Queues,
    base_url: &str,
    request: CreateQueue,
) -> Result<Value, SqsError> {
    queues.create(&request.queue_name, request.attributes)?;
    Ok(json!({ "QueueUrl": queue_name::to_url(base_url, &request.queue_name) }))
}

pub(crate) fn get_url(
    queues: &Queues,
    base_url: &str,
    request: &GetQueueUrl,
) -> Result<Value, SqsError> {
    queues.check_exists(&request.queue_name)?;
    Ok(json!({ "QueueUrl": queue_name::to_url(base_url, &request.queue_name) }))
}

pub(crate) fn list(queues: &Queues, base_url: &str, request: &ListQueues) -> Value {
    let names = queues.names(&request.queue_name_prefix).into_iter();
    let urls = names.map(|name| queue_name::to_url(base_url, &name));
    json!({ "QueueUrls": urls.collect::<Vec<_>>() })
}

pub(crate) fn get_attributes(
    queues: &Queues,
    request: &GetQueueAttributes,
) -> Result<Value, SqsError> {
    let name = queue_name::from_url(&request.queue_url);
    let mut attributes = queues.with(name, |queue, now_ms| {
        Ok(responses::queue_attributes(queue, now_ms))
    })?;
    let wanted = &request.attribute_names;
    wanted.iter().try_for_each(|name| check_name(name))?;
    if !wanted.iter().any(|name| name == "All") {
        attributes.retain(|name, _| wanted.contains(name));
    }
    Ok(json!({ "Attributes": attributes }))
}

pub(crate) fn set_attributes(
    queues: &Queues,
    request: &SetQueueAttributes,
) -> Result<Value, SqsError> {
    let name = queue_name::from_url(&request.queue_url);
    queues.set_attributes(name, &request.attributes)?;
    Ok(json!({}))
}

pub(crate) fn purge(queues: &Queues, request: &PurgeQueue) -> Result<Value, SqsError> {
    queues.with(queue_name::from_url(&request.queue_url), |queue, _| {
        queue.purge();
        Ok(json!({}))
    })
}
