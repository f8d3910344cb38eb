//! Batches of which a part is refused.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Value, json};

/// The entries that have been seen, and how many.
#[derive(Debug, Default)]
pub(super) struct SeenEntries {
    refused: HashSet<String>,
    count: usize,
}

impl SeenEntries {
    /// Takes out of a batch request the entries that are to be refused; gives what is left of it,
    /// and what its answer must say beside its own.
    pub(super) fn divide(&mut self, request: &Bytes, of_ten: usize) -> Option<(Bytes, Vec<Value>)> {
        let mut batch: Value = serde_json::from_slice(request).ok()?;
        let entries = batch.get_mut("Entries")?.as_array_mut()?;
        let mut refused = Vec::new();
        entries.retain(|entry| {
            let receipt = entry["ReceiptHandle"].to_string();
            if self.refused.contains(&receipt) {
                return true;
            }
            self.count += 1;
            let is_refused = self.count % 10 < of_ten;
            if is_refused {
                self.refused.insert(receipt);
                refused.push(json!({
                    "Id": entry["Id"],
                    "Code": "InternalError",
                    "Message": "by the fault proxy",
                    "SenderFault": false,
                }));
            }
            !is_refused
        });
        Some((batch.to_string().into(), refused))
    }

    /// How many entries have been refused.
    pub(super) fn refused(&self) -> usize {
        self.refused.len()
    }
}

/// Whether nothing is left of a batch.
pub(super) fn is_empty(batch: &Bytes) -> bool {
    let batch: Value = serde_json::from_slice(batch).unwrap_or_default();
    batch["Entries"].as_array().is_none_or(Vec::is_empty)
}

/// The answer to the rest of a batch with the refusals put in.
pub(super) fn with_refused(answer: &Bytes, refused: Vec<Value>) -> Bytes {
    let mut answer: Value = serde_json::from_slice(answer).unwrap_or_else(|_| json!({}));
    if let Some(failed) = answer["Failed"].as_array_mut() {
        failed.extend(refused);
    } else {
        answer["Failed"] = refused.into();
    }
    if answer["Successful"].is_null() {
        answer["Successful"] = json!([]);
    }
    answer.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(receipts: impl IntoIterator<Item = usize>) -> Bytes {
        let entries: Vec<Value> = receipts
            .into_iter()
            .map(|number| json!({"Id": number.to_string(), "ReceiptHandle": format!("r{number}")}))
            .collect();
        json!({"QueueUrl": "q", "Entries": entries})
            .to_string()
            .into()
    }

    #[test]
    fn three_of_ten_are_refused_once() {
        let mut seen = SeenEntries::default();
        let (rest, refused) = seen.divide(&batch(0..10), 3).unwrap();
        assert_eq!(refused.len(), 3);
        let rest: Value = serde_json::from_slice(&rest).unwrap();
        assert_eq!(rest["Entries"].as_array().unwrap().len(), 7);
        let again: Vec<usize> = refused
            .iter()
            .map(|entry| entry["Id"].as_str().unwrap().parse().unwrap())
            .collect();
        let (rest, refused) = seen.divide(&batch(again), 3).unwrap();
        assert!(refused.is_empty() && !is_empty(&rest));
        assert_eq!(seen.refused(), 3);
    }

    #[test]
    fn refusals_are_put_into_the_answer() {
        let answer = with_refused(
            &r#"{"Successful":[{"Id":"1"}]}"#.into(),
            vec![json!({"Id": "2"})],
        );
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["Failed"][0]["Id"], "2");
        assert_eq!(answer["Successful"][0]["Id"], "1");
    }
}
