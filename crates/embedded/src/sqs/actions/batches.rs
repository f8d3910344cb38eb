//! Batches of up to ten entries. Each entry succeeds or fails independently.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::sqs::error::SqsError;
use crate::sqs::message::NewMessage;
use crate::sqs::queue_name;
use crate::sqs::queues::Queues;
use crate::sqs::requests::{Batch, ChangeVisibility, DeleteMessage, Entry};
use crate::sqs::responses;

/// The limit on the total size of the messages in a batch, including attributes.
const MAX_BATCH_BYTES: usize = 1_048_576;

pub(crate) fn send(queues: &Queues, batch: Batch<NewMessage>) -> Result<Value, SqsError> {
    let sizes = batch.entries.iter().map(|entry| entry.content.bytes());
    if sizes.sum::<usize>() > MAX_BATCH_BYTES {
        return Err(SqsError::BatchRequestTooLong(MAX_BATCH_BYTES));
    }
    for_each(queues, batch, |name, message| {
        let digests = responses::digests(&message);
        let sent = queues.send(name, message)?;
        Ok(responses::sent(digests, sent))
    })
}

pub(crate) fn delete(queues: &Queues, batch: Batch<DeleteMessage>) -> Result<Value, SqsError> {
    for_each(queues, batch, |name, entry| {
        let receipt = entry.receipt_handle.parse()?;
        queues.with(name, |queue, now_ms| queue.delete(&receipt, now_ms))?;
        Ok(Map::new())
    })
}

pub(crate) fn change_visibility(
    queues: &Queues,
    batch: Batch<ChangeVisibility>,
) -> Result<Value, SqsError> {
    for_each(queues, batch, |name, entry| {
        let visibility = entry.visibility()?;
        let receipt = entry.receipt_handle.parse()?;
        queues.with(name, |queue, now_ms| {
            queue.change_visibility(&receipt, visibility, now_ms)
        })?;
        Ok(Map::new())
    })
}

fn for_each<T>(
    queues: &Queues,
    batch: Batch<T>,
    mut apply: impl FnMut(&str, T) -> Result<Map<String, Value>, SqsError>,
) -> Result<Value, SqsError> {
    check(&batch.entries)?;
    let name = queue_name::from_url(&batch.queue_url);
    queues.check_exists(name)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in batch.entries {
        match apply(name, entry.content) {
            Ok(mut fields) => {
                fields.insert("Id".into(), entry.id.into());
                successful.push(Value::Object(fields));
            }
            Err(error) => failed.push(json!({
                "Id": entry.id,
                "SenderFault": true,
                "Code": error.query_code(),
                "Message": error.to_string(),
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn check<T>(entries: &[Entry<T>]) -> Result<(), SqsError> {
    match entries.len() {
        0 => return Err(SqsError::EmptyBatchRequest),
        1..=10 => {}
        more => return Err(SqsError::TooManyEntriesInBatchRequest(more)),
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut ids = HashSet::new();
    for Entry { id, .. } in entries {
        if id.is_empty() || id.len() > 80 || !id.chars().all(is_allowed) {
            return Err(SqsError::InvalidBatchEntryId);
        }
        if !ids.insert(id) {
            return Err(SqsError::BatchEntryIdsNotDistinct(id.clone()));
        }
    }
    Ok(())
}
