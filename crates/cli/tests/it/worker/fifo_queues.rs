//! FIFO queues. S3 cannot send events to a FIFO queue, so these tests create the events with
//! `darkroom backfill`.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::RawKey;
use darkroom_harness::{DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use crate::test_bed::{json_lines, max_receive_count, photo, test_bed};

async fn fifo_bed() -> TestBed {
    let options = TestBedOptions {
        fifo: true,
        ..max_receive_count(2)
    };
    test_bed(options).await
}

async fn upload(bed: &TestBed) -> RawKey {
    bed.upload(photo(64, 48)).await.unwrap()
}

/// Delays every download of an upload, or makes it fail.
fn inject(bed: &TestBed, key: &RawKey, fault: Fault) {
    let rule = Rule::on("GetObject", fault).with_path(key.to_string());
    bed.s3.set_rules([rule]);
}

/// Enqueues every upload without an outcome. Returns their number.
async fn backfill(bed: &TestBed) -> u64 {
    let ran = bed.run(&["backfill", "--json"]).await.unwrap();
    json_lines(&ran)[0]["backfill"]["enqueued"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn uploads_of_a_fifo_queue_are_processed_and_its_bad_messages_dead_lettered() {
    let bed = fifo_bed().await;
    let mut keys = Vec::new();
    for _ in 0..25 {
        keys.push(upload(&bed).await);
    }
    let bad = upload(&bed).await;
    inject(&bed, &bad, Fault::Forbidden);
    assert_eq!(backfill(&bed).await, 26);
    bed.events.send(&["malformed".to_owned()]).await.unwrap();
    let _worker = bed.start_worker(&[]).await.unwrap();
    for key in &keys {
        bed.wait_until_ready(key).await.unwrap();
    }
    assert_eq!(bed.outcome(&bad).await.unwrap().outcome.name(), "failed");
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let letters = bed.receive_dead_letters(2, DEADLINE).await.unwrap();
    let reasons = letters.iter().map(|it| &*it.attributes["darkroom-reason"]);
    let mut reasons: Vec<&str> = reasons.collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["attempts_exhausted", "malformed"]);
}

#[tokio::test]
async fn an_upload_can_be_enqueued_again_within_the_deduplication_interval() {
    let bed = fifo_bed().await;
    let key = upload(&bed).await;
    let _worker = bed.start_worker(&[]).await.unwrap();
    for _ in 0..2 {
        assert_eq!(backfill(&bed).await, 1);
        bed.wait_until_ready(&key).await.unwrap();
        bed.raw.delete(&[key.manifest_key()]).await.unwrap();
    }
}

#[tokio::test]
async fn a_slow_message_group_delays_no_other() {
    let bed = fifo_bed().await;
    let slow = upload(&bed).await;
    let quick = upload(&bed).await;
    inject(&bed, &slow, Fault::Latency(Duration::from_secs(10)));
    assert_eq!(backfill(&bed).await, 2);
    let _worker = bed.start_worker(&[]).await.unwrap();
    let started = async || bed.s3.count("GetObject", &slow.to_string()) > 0;
    wait::until_async("the slow download", DEADLINE, started)
        .await
        .unwrap();
    bed.wait_until_ready(&quick).await.unwrap();
    assert_eq!(bed.manifest(&slow).await.unwrap(), None);
    bed.wait_until_ready(&slow).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
}

#[tokio::test]
async fn a_dead_letter_of_a_fifo_queue_can_be_redriven_repeatedly() {
    let bed = fifo_bed().await;
    bed.events.send(&["malformed".to_owned()]).await.unwrap();
    let _worker = bed.start_worker(&[]).await.unwrap();
    for _ in 0..2 {
        let dead_lettered = async || bed.dead_letters.depth().await.unwrap().visible == 1;
        wait::until_async("a dead letter", DEADLINE, dead_lettered)
            .await
            .unwrap();
        bed.wait_until_idle(DEADLINE).await.unwrap();
        let listed = bed.run(&["dlq", "list", "--json"]).await.unwrap();
        assert_eq!(json_lines(&listed)[0]["dead_letter"]["reason"], "malformed");
        let redriven = bed.run(&["dlq", "redrive", "--json"]).await.unwrap();
        assert_eq!(json_lines(&redriven).len(), 1);
    }
}
