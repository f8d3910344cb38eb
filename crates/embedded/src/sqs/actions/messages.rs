//! Actions on single messages.

use std::time::Duration;

use serde_json::{Value, json};

use crate::sqs::error::SqsError;
use crate::sqs::message::NewMessage;
use crate::sqs::queue_name;
use crate::sqs::queues::Queues;
use crate::sqs::requests::{
    ChangeVisibility, DeleteMessage, ReceiveMessage, Single, check_visibility,
};
use crate::sqs::responses;
use crate::sqs::state::ReceiveOptions;

const MAX_MESSAGES: usize = 10;
const MAX_WAIT_SECONDS: u64 = 20;

pub(crate) fn send(queues: &Queues, request: Single<NewMessage>) -> Result<Value, SqsError> {
    let digests = responses::digests(&request.content);
    let name = queue_name::from_url(&request.queue_url);
    let sent = queues.send(name, request.content)?;
    Ok(Value::Object(responses::sent(digests, sent)))
}

pub(crate) async fn receive(queues: &Queues, request: &ReceiveMessage) -> Result<Value, SqsError> {
    let options = receive_options(request)?;
    let name = queue_name::from_url(&request.queue_url);
    let received = queues.receive(name, &options).await?;
    if received.is_empty() {
        return Ok(json!({}));
    }
    let messages = received.iter();
    let messages = messages.map(|received| responses::received(received, request));
    Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
}

fn receive_options(request: &ReceiveMessage) -> Result<ReceiveOptions, SqsError> {
    let max = request.max_number_of_messages.unwrap_or(1);
    if !(1..=MAX_MESSAGES).contains(&max) {
        let reason = "Must be between 1 and 10, if provided.";
        return Err(SqsError::invalid("MaxNumberOfMessages", reason));
    }
    let wait_seconds = request.wait_time_seconds;
    if wait_seconds.is_some_and(|seconds| seconds > MAX_WAIT_SECONDS) {
        let reason = "Must be >= 0 and <= 20, if provided.";
        return Err(SqsError::invalid("WaitTimeSeconds", reason));
    }
    let visibility = request.visibility_timeout.map(check_visibility);
    Ok(ReceiveOptions {
        max,
        visibility: visibility.transpose()?,
        wait: wait_seconds.map(Duration::from_secs),
    })
}

pub(crate) fn delete(queues: &Queues, request: &Single<DeleteMessage>) -> Result<Value, SqsError> {
    let receipt = request.content.receipt_handle.parse()?;
    let name = queue_name::from_url(&request.queue_url);
    queues.with(name, |queue, now_ms| queue.delete(&receipt, now_ms))?;
    Ok(json!({}))
}

pub(crate) fn change_visibility(
    queues: &Queues,
    request: &Single<ChangeVisibility>,
) -> Result<Value, SqsError> {
    let visibility = request.content.visibility()?;
    let receipt = request.content.receipt_handle.parse()?;
    let name = queue_name::from_url(&request.queue_url);
    queues.with(name, |queue, now_ms| {
        queue.change_visibility(&receipt, visibility, now_ms)
    })?;
    Ok(json!({}))
}
