//! Batches: up to ten entries, each of which succeeds or fails for itself.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::api::{queue_name, sent_fields, visibility, with_ids};
use super::error::SqsError;
use super::message::Outgoing;
use super::queues::Queues;
use super::requests::{Batch, ChangeVisibility, Delete, Entry};

/// All messages of a batch together, attributes included.
const MAX_BATCH_BYTES: usize = 1_048_576;

pub(crate) fn send(queues: &Queues, batch: Batch<Outgoing>) -> Result<Value, SqsError> {
    let bytes: usize = batch
        .entries
        .iter()
        .map(|entry| entry.content.bytes())
        .sum();
    if bytes > MAX_BATCH_BYTES {
        return Err(SqsError::BatchRequestTooLong(MAX_BATCH_BYTES));
    }
    run(queues, batch, |name, message| {
        let fields = sent_fields(&message);
        queues
            .send(name, message)
            .map(|sent| with_ids(fields, sent))
    })
}

pub(crate) fn delete(queues: &Queues, batch: Batch<Delete>) -> Result<Value, SqsError> {
    run(queues, batch, |name, entry| {
        let receipt = entry.receipt_handle.parse()?;
        queues.with(name, |queue, now_ms| queue.delete(&receipt, now_ms))?;
        Ok(Map::new())
    })
}

pub(crate) fn change_visibility(
    queues: &Queues,
    batch: Batch<ChangeVisibility>,
) -> Result<Value, SqsError> {
    run(queues, batch, |name, entry| {
        let timeout = visibility(
            entry
                .visibility_timeout
                .ok_or(SqsError::MissingParameter("VisibilityTimeout"))?,
        )?;
        let receipt = entry.receipt_handle.parse()?;
        queues.with(name, |queue, now_ms| {
            queue.change_visibility(&receipt, timeout, now_ms)
        })?;
        Ok(Map::new())
    })
}

fn run<T>(
    queues: &Queues,
    batch: Batch<T>,
    mut apply: impl FnMut(&str, T) -> Result<Map<String, Value>, SqsError>,
) -> Result<Value, SqsError> {
    check(&batch.entries)?;
    let name = queue_name(&batch.queue_url);
    queues.with(name, |_, _| Ok(()))?;
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
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut seen = HashSet::new();
    for Entry { id, .. } in entries {
        if id.is_empty() || id.len() > 80 || !id.chars().all(allowed) {
            return Err(SqsError::InvalidBatchEntryId);
        }
        if !seen.insert(id) {
            return Err(SqsError::BatchEntryIdsNotDistinct(id.clone()));
        }
    }
    Ok(())
}
