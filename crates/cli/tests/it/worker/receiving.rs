//! Taking messages.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;
use darkroom_worker::WorkerSettings;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo, stop};
use crate::system::DEADLINE;

#[tokio::test]
async fn receive_errors_are_no_hot_loop_and_end_by_themselves() {
    let harness = WorkerHarness::start().await;
    harness
        .sqs
        .set_rules([Rule::on("ReceiveMessage", Fault::Unavailable)]);
    let _worker = harness.worker().await;
    let failed = || harness.sqs.count("ReceiveMessage", "");
    let calls = async || failed() >= 4;
    wait::until_async("four polls", DEADLINE, calls)
        .await
        .unwrap();
    let polls = harness.sqs.requests_to("ReceiveMessage", "");
    for pair in polls.windows(2) {
        let pause = pair[1].at - pair[0].at;
        assert!(
            pause >= Duration::from_secs(2),
            "{pause:?}: over 30 calls a minute"
        );
    }
    harness.sqs.clear_rules();
    let back = std::time::Instant::now();
    let key = harness.upload().await;
    harness.wait_until_ready(&key).await;
    let recovery = back.elapsed();
    assert!(recovery < Duration::from_secs(30), "{recovery:?}");
}

#[tokio::test]
async fn the_slowest_keeps_nobody_waiting() {
    let harness = WorkerHarness::start().await;
    let slow = new_key();
    let path = slow.to_string();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Latency(Duration::from_secs(8))).with_path(path)]);
    let worker = harness.worker().await;
    harness.put(&slow, photo(64, 48)).await;
    let begun = async || harness.s3.count("GetObject", &slow.to_string()) > 0;
    wait::until_async("the slow download", DEADLINE, begun)
        .await
        .unwrap();
    for _ in 0..5 {
        let key = harness.upload().await;
        harness.wait_until_ready(&key).await;
    }
    assert_eq!(
        harness.find_manifest(&slow).await,
        None,
        "it was not slow enough to show anything"
    );
    harness.wait_until_ready(&slow).await;
    stop(worker).await;
}

#[tokio::test]
async fn no_ending_costs_a_place() {
    let options = WorkerOptions {
        permits: 1,
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    let failing = new_key();
    let path = failing.to_string();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let _worker = harness.worker().await;
    harness.events.send(&["poison".to_owned()]).await.unwrap();
    let rejected = new_key();
    harness.put(&rejected, b"no picture".to_vec()).await;
    let gone = new_key();
    harness.put(&gone, photo(64, 48)).await;
    harness.raw.delete(&[gone.to_string()]).await.unwrap();
    harness.put(&failing, photo(64, 48)).await;
    assert_eq!(harness.outcome(&rejected).await.outcome.name(), "rejected");
    assert_eq!(harness.outcome(&failing).await.outcome.name(), "failed");
    for _ in 0..3 {
        let key = harness.upload().await;
        harness.wait_until_ready(&key).await;
    }
    harness.idle().await;
}

#[tokio::test]
async fn no_more_is_received_than_can_be_begun() {
    let options = WorkerOptions {
        permits: 3,
        ..WorkerOptions::default()
    };
    let harness = WorkerHarness::with_options(options).await;
    // What S3 sends when a notification is set up.
    harness.drain_events().await.unwrap();
    for _ in 0..12 {
        harness.upload().await;
    }
    harness.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(2))).with_path("/raw/"),
    ]);
    let _worker = harness.worker().await;
    let begun = async || harness.s3.count("GetObject", "/raw/") >= 3;
    wait::until_async("three downloads", DEADLINE, begun)
        .await
        .unwrap();
    let depth = harness.events.depth().await.unwrap();
    assert!(depth.in_flight <= 3, "{depth:?}");
    for poll in harness.sqs.requests_to("ReceiveMessage", "") {
        let asked = poll.json()["MaxNumberOfMessages"].as_u64().unwrap();
        assert!((1..=3).contains(&asked), "{asked}");
    }
    harness.s3.clear_rules();
    harness.idle().await;
}

#[tokio::test]
async fn a_job_of_many_times_the_visibility_is_received_once() {
    let options = WorkerOptions {
        visibility: Duration::from_secs(3),
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    harness.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(10))).with_path("/raw/"),
    ]);
    let _worker = harness.worker().await;
    let key = harness.upload().await;
    harness.wait_until_ready(&key).await;
    harness.idle().await;
    harness.assert_no_dead_letters().await;
    assert_eq!(harness.s3.count("GetObject", &key.to_string()), 1);
}

#[tokio::test]
async fn an_object_is_opened_only_when_there_is_room_for_it() {
    let options = WorkerOptions {
        settings: WorkerSettings {
            max_buffered: bytesize::ByteSize::mib(1),
            download_timeout: Duration::from_secs(4),
            ..WorkerOptions::default().settings
        },
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    harness.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(3))).with_path("/raw/"),
    ]);
    let mut file = photo(64, 48);
    file.resize(700 * 1024, 0);
    let keys = [new_key(), new_key()];
    for key in &keys {
        harness.put(key, file.clone()).await;
    }
    let _worker = harness.worker().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    let opened = harness.s3.requests_to("GetObject", "/raw/");
    assert_eq!(opened.len(), 2, "one try each");
    let apart = opened[1].at - opened[0].at;
    assert!(
        apart >= Duration::from_secs(3),
        "{apart:?}: both were open at once"
    );
}

#[tokio::test]
async fn deletes_that_are_refused_are_tried_again_and_nothing_is_done_twice() {
    let harness = WorkerHarness::start().await;
    let mut keys = Vec::new();
    for _ in 0..10 {
        keys.push(harness.upload().await);
    }
    let fail = Rule::on("DeleteMessageBatch", Fault::FailEntries { of_ten: 10 });
    harness.sqs.set_rules([fail.first(1)]);
    let _worker = harness.worker().await;
    harness.idle().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
        assert_eq!(harness.s3.count("GetObject", &key.to_string()), 1);
    }
}
