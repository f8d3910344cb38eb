//! FIFO queues. S3 cannot send to one, so the events come from `darkroom backfill`.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;
use darkroom_worker::DeadLetterAction;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo};
use crate::system::DEADLINE;

fn options() -> WorkerOptions {
    WorkerOptions {
        fifo: true,
        ..WorkerOptions::max_receive_count(2)
    }
}

#[tokio::test]
async fn uploads_of_a_fifo_queue_are_processed_and_its_bad_messages_dead_lettered() {
    let harness = WorkerHarness::with_options(options()).await;
    let mut keys = Vec::new();
    for _ in 0..25 {
        let key = new_key();
        harness.put(&key, photo(64, 48)).await;
        keys.push(key);
    }
    let bad = new_key();
    harness.put(&bad, photo(64, 48)).await;
    let path = bad.to_string();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let enqueued = harness.backfill(false).await;
    assert_eq!(enqueued, 26);
    harness
        .events
        .send(&["malformed".to_owned()])
        .await
        .unwrap();
    let _worker = harness.worker().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    assert_eq!(harness.outcome(&bad).await.outcome.name(), "failed");
    harness.idle().await;
    let mut reasons: Vec<String> = harness
        .dead_letter_attributes(2)
        .await
        .iter()
        .map(|letter| letter["darkroom-reason"].clone())
        .collect();
    reasons.sort();
    assert_eq!(reasons, ["attempts_exhausted", "malformed"]);
}

#[tokio::test]
async fn an_upload_can_be_enqueued_again_within_the_deduplication_interval() {
    let harness = WorkerHarness::with_options(options()).await;
    let key = new_key();
    harness.put(&key, photo(64, 48)).await;
    let _worker = harness.worker().await;
    for _ in 0..2 {
        let progress = harness.backfill(false).await;
        assert_eq!(progress, 1);
        harness.wait_until_ready(&key).await;
        harness.raw.delete(&[key.manifest_key()]).await.unwrap();
    }
}

#[tokio::test]
async fn a_slow_message_group_delays_no_other() {
    let harness = WorkerHarness::with_options(options()).await;
    let slow = new_key();
    let path = slow.to_string();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Latency(Duration::from_secs(6))).with_path(path)]);
    harness.put(&slow, photo(64, 48)).await;
    harness.backfill(false).await;
    let _worker = harness.worker().await;
    let started = async || harness.s3.count("GetObject", &slow.to_string()) > 0;
    wait::until_async("the slow download", DEADLINE, started)
        .await
        .unwrap();
    let quick = new_key();
    harness.put(&quick, photo(64, 48)).await;
    harness.backfill(false).await;
    harness.wait_until_ready(&quick).await;
    assert_eq!(harness.find_manifest(&slow).await, None);
    harness.wait_until_ready(&slow).await;
    harness.idle().await;
}

#[tokio::test]
async fn a_dead_letter_of_a_fifo_queue_can_be_redriven_repeatedly() {
    let harness = WorkerHarness::with_options(options()).await;
    harness
        .events
        .send(&["malformed".to_owned()])
        .await
        .unwrap();
    let _worker = harness.worker().await;
    for _ in 0..2 {
        let dead_lettered = async || harness.dead_letters.depth().await.unwrap().visible == 1;
        wait::until_async("a dead letter", DEADLINE, dead_lettered)
            .await
            .unwrap();
        harness.idle().await;
        let letters = harness.apply_to_dead_letters(DeadLetterAction::List).await;
        assert_eq!(letters[0].reason.code, "malformed");
        assert_eq!(
            harness
                .apply_to_dead_letters(DeadLetterAction::Redrive)
                .await
                .len(),
            1
        );
    }
}
