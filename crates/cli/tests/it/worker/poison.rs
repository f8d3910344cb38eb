//! Messages that are not understood.

use std::collections::BTreeSet;
use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, RawKey, notification_body};
use darkroom_testkit::wait;
use darkroom_worker::DeadLetterAction;
use serde_json::{Value, json};

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo};
use crate::system::DEADLINE;

fn record(harness: &WorkerHarness, key: &RawKey) -> Value {
    let body = notification_body(&ObjectEvent::created(harness.raw.name(), key.to_string()));
    let message: Value = serde_json::from_str(&body).unwrap();
    message["Records"][0].clone()
}

#[tokio::test]
async fn bad_messages_do_not_touch_the_good_ones_of_their_batch() {
    // One receive is all that a good message has.
    let options = WorkerOptions {
        permits: 10,
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    let mut keys = Vec::new();
    for poison in ["hello", "{}", r#"{"Records":[{}]}"#, "[1,2,3]"] {
        keys.push(harness.upload().await);
        harness.events.send(&[poison.to_owned()]).await.unwrap();
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

#[tokio::test]
async fn a_bad_record_does_not_keep_the_good_ones_of_its_message() {
    let harness = WorkerHarness::start().await;
    let keys = [new_key(), new_key()];
    let records = json!([{"no": "record"}, record(&harness, &keys[0]), {"eventVersion": "3.0"}, record(&harness, &keys[1])]);
    for key in &keys {
        harness.put(key, photo(64, 48)).await;
    }
    // The store's own events go: only the message with the bad records tells of the two.
    harness.drain_events().await.unwrap();
    harness
        .events
        .send(&[json!({"Records": records}).to_string()])
        .await
        .unwrap();
    let _worker = harness.worker().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    let letters = harness.dead_letter_attributes(1).await;
    assert_eq!(letters[0]["darkroom-reason"], "malformed");
}

#[tokio::test]
async fn what_no_worker_survived_is_told_apart_and_can_be_brought_back() {
    let options = WorkerOptions::max_receive_count(1);
    let harness = WorkerHarness::with_options(options).await;
    harness.drain_events().await.unwrap();
    let key = harness.upload().await;
    // A worker takes it and is never heard of again.
    let taken = harness
        .events
        .receive(1, Duration::ZERO, Duration::from_secs(1))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    let _worker = harness.worker().await;
    let there = async || harness.dead_letters.depth().await.unwrap().visible == 1;
    wait::until_async("SQS's own redrive", DEADLINE, there)
        .await
        .unwrap();
    let letters = harness.apply_to_dead_letters(DeadLetterAction::List).await;
    assert_eq!(letters[0].reason.code, "never_finished");
    assert_eq!(letters[0].keys, [key.to_string()]);
    harness
        .apply_to_dead_letters(DeadLetterAction::Redrive)
        .await;
    harness.wait_until_ready(&key).await;
    harness.assert_no_dead_letters().await;
}
