//! Batch requests in which some entries fail.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Value, json};

/// The entries of batch requests that the proxy has received so far.
#[derive(Debug, Default)]
pub(super) struct BatchEntries {
    failed: HashSet<String>,
    count: usize,
}

impl BatchEntries {
    /// Chooses entries of a batch request that fail: `of_ten` out of every ten. Each entry fails
    /// only the first time. Returns the request without these entries, and their failures for the
    /// response. Returns `None` if the request is not a batch.
    pub(super) fn split(&mut self, request: &Bytes, of_ten: usize) -> Option<(Bytes, Vec<Value>)> {
        let mut batch: Value = serde_json::from_slice(request).ok()?;
        let entries = batch.get_mut("Entries")?.as_array_mut()?;
        let mut failures = Vec::new();
        entries.retain(|entry| {
            let receipt = entry["ReceiptHandle"].to_string();
            if self.failed.contains(&receipt) {
                return true;
            }
            self.count += 1;
            let fails = self.count % 10 < of_ten;
            if fails {
                self.failed.insert(receipt);
                failures.push(json!({
                    "Id": entry["Id"],
                    "Code": "InternalError",
                    "Message": "by the fault proxy",
                    "SenderFault": false,
                }));
            }
            !fails
        });
        Some((batch.to_string().into(), failures))
    }

    /// Returns the number of entries that have failed.
    pub(super) fn failed(&self) -> usize {
        self.failed.len()
    }
}

/// Returns `true` if a batch has no entries, or if the request is not a batch.
pub(super) fn is_empty(batch: &Bytes) -> bool {
    let batch: Value = serde_json::from_slice(batch).unwrap_or_default();
    batch["Entries"].as_array().is_none_or(Vec::is_empty)
}

/// Adds failures to the response for the rest of a batch.
pub(super) fn with_failed(response: &Bytes, failures: Vec<Value>) -> Bytes {
    let mut response: Value = serde_json::from_slice(response).unwrap_or_else(|_| json!({}));
    if let Some(failed) = response["Failed"].as_array_mut() {
        failed.extend(failures);
    } else {
        response["Failed"] = failures.into();
    }
    if response["Successful"].is_null() {
        response["Successful"] = json!([]);
    }
    response.to_string().into()
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
    fn three_of_ten_entries_fail_once() {
        let mut entries = BatchEntries::default();
        let (rest, failures) = entries.split(&batch(0..10), 3).unwrap();
        assert_eq!(failures.len(), 3);
        let rest: Value = serde_json::from_slice(&rest).unwrap();
        assert_eq!(rest["Entries"].as_array().unwrap().len(), 7);
        let again: Vec<usize> = failures
            .iter()
            .map(|entry| entry["Id"].as_str().unwrap().parse().unwrap())
            .collect();
        let (rest, failures) = entries.split(&batch(again), 3).unwrap();
        assert!(failures.is_empty() && !is_empty(&rest));
        assert_eq!(entries.failed(), 3);
    }

    #[test]
    fn failures_are_added_to_the_response() {
        let response = r#"{"Successful":[{"Id":"1"}]}"#.into();
        let response = with_failed(&response, vec![json!({"Id": "2"})]);
        let response: Value = serde_json::from_slice(&response).unwrap();
        assert_eq!(response["Failed"][0]["Id"], "2");
        assert_eq!(response["Successful"][0]["Id"], "1");
    }
}
