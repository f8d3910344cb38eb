//! Malformed messages.

use std::collections::BTreeSet;

use darkroom_cloud::Queue;

use super::harness::{WorkerHarness, WorkerOptions};

#[tokio::test]
async fn malformed_messages_do_not_affect_the_others_of_their_batch() {
    // A valid message has one attempt.
    let options = WorkerOptions {
        permits: 10,
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    let mut keys = Vec::new();
    for malformed in ["hello", "{}", r#"{"Records":[{}]}"#, "[1,2,3]"] {
        keys.push(harness.upload().await);
        harness.events.send(&[malformed.to_owned()]).await.unwrap();
        keys.push(harness.upload().await);
    }
    let _worker = harness.worker().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    harness.idle().await;
    let letters = harness.dead_letter_attributes(4).await;
    let reasons: BTreeSet<&str> = letters
        .iter()
        .map(|letter| &*letter["darkroom-reason"])
        .collect();
    assert_eq!(reasons, BTreeSet::from(["malformed"]));
    assert!(
        letters
            .iter()
            .all(|letter| !letter["darkroom-detail"].is_empty())
    );
}
