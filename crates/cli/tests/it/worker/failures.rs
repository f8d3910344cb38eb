//! Stores and objects that fail.

use std::time::Duration;

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_contract::Outcome;
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo, stop};
use crate::system::DEADLINE;

/// Waits until the worker has asked the store itself that often: both buckets at its start, and
/// again when something fails.
async fn until_looked_at(harness: &WorkerHarness, times: usize) {
    let looks = async || harness.s3.count("HeadObject", "darkroom-probe") >= times;
    wait::until_async("a look at the store", DEADLINE, looks)
        .await
        .unwrap();
}

#[tokio::test]
async fn work_that_failed_keeps_its_message() {
    let harness = WorkerHarness::start().await;
    let fail = Rule::on("PutObject", Fault::InternalError).with_path("/avatars/");
    harness.s3.set_rules([fail]);
    let _worker = harness.worker().await;
    // The bucket's own test event is a message too.
    harness.idle().await;
    let key = harness.upload().await;
    let tried = async || harness.s3.count("PutObject", "/avatars/") >= 3;
    wait::until_async("writes that fail", DEADLINE, tried)
        .await
        .unwrap();
    let depth = harness.events.depth().await.unwrap();
    assert_eq!(
        depth.visible + depth.in_flight,
        1,
        "the message is still there"
    );
    harness.s3.clear_rules();
    // Long before the visibility of a minute is over: the heartbeat has left it as it was set.
    let again = std::time::Instant::now();
    harness.wait_until_ready(&key).await;
    assert!(again.elapsed() < Duration::from_secs(30));
    harness.idle().await;
    harness.assert_no_dead_letters().await;
}

#[tokio::test]
async fn an_outage_of_the_store_costs_no_try() {
    // Whatever is received a second time is a dead letter.
    let options = WorkerOptions {
        visibility: Duration::from_secs(3),
        permits: 2,
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    let _worker = harness.worker().await;
    until_looked_at(&harness, 2).await;
    harness.s3.set_rules([Rule::any(Fault::Unavailable)]);
    let mut keys = Vec::new();
    for _ in 0..6 {
        keys.push(harness.upload().await);
    }
    until_looked_at(&harness, 6).await;
    let polls = harness.sqs.count("ReceiveMessage", "");
    let beats = || harness.sqs.count("ChangeMessageVisibility", "");
    let before = beats();
    let hidden = async || beats() >= before + 8;
    wait::until_async("four visibilities of an outage", DEADLINE, hidden)
        .await
        .unwrap();
    assert_eq!(
        harness.sqs.count("ReceiveMessage", ""),
        polls,
        "nothing is received meanwhile"
    );
    harness.s3.clear_rules();
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    harness.idle().await;
    harness.assert_no_dead_letters().await;
}

#[tokio::test]
async fn credentials_that_end_are_an_outage_too() {
    let options = WorkerOptions::max_receive_count(1);
    let harness = WorkerHarness::with_options(options).await;
    let _worker = harness.worker().await;
    until_looked_at(&harness, 2).await;
    harness.s3.set_rules([Rule::any(Fault::Forbidden)]);
    let key = harness.upload().await;
    until_looked_at(&harness, 6).await;
    harness.s3.clear_rules();
    harness.wait_until_ready(&key).await;
    harness.idle().await;
    harness.assert_no_dead_letters().await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_has_a_deadline() {
    a_download_is_tried_again_after(Fault::Latency(Duration::from_secs(600))).await;
}

#[tokio::test]
async fn a_body_that_trickles_has_a_deadline() {
    a_download_is_tried_again_after(Fault::Trickle {
        bytes_per_second: 2,
    })
    .await;
}

async fn a_download_is_tried_again_after(fault: Fault) {
    let options = WorkerOptions {
        settings: darkroom_worker::WorkerSettings {
            download_timeout: Duration::from_secs(1),
            ..WorkerOptions::default().settings
        },
        ..WorkerOptions::default()
    };
    let harness = WorkerHarness::with_options(options).await;
    let fault = Rule::on("GetObject", fault).with_path("/raw/").first(1);
    harness.s3.set_rules([fault]);
    let _worker = harness.worker().await;
    let started = std::time::Instant::now();
    let key = harness.upload().await;
    harness.wait_until_ready(&key).await;
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(harness.s3.count("GetObject", &key.to_string()), 2);
}

#[tokio::test]
async fn an_outage_does_not_keep_a_worker_from_stopping() {
    let harness = WorkerHarness::start().await;
    harness.drain_events().await.unwrap();
    let worker = harness.worker().await;
    until_looked_at(&harness, 2).await;
    harness.s3.set_rules([Rule::any(Fault::Unavailable)]);
    harness.upload().await;
    until_looked_at(&harness, 4).await;
    let took = stop(worker).await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    let depth = harness.events.depth().await.unwrap();
    assert_eq!(depth.visible + depth.in_flight, 1);
}

/// With 403 it may be an object that is not there, where nobody may list.
#[tokio::test]
async fn one_object_that_cannot_be_had_stops_nobody_and_ends_as_failed() {
    for (fault, code) in [
        (Fault::Forbidden, "forbidden"),
        (Fault::InternalError, "unavailable"),
    ] {
        let options = WorkerOptions {
            permits: 1,
            ..WorkerOptions::max_receive_count(2)
        };
        let harness = WorkerHarness::with_options(options).await;
        let bad = new_key();
        let path = bad.to_string();
        harness
            .s3
            .set_rules([Rule::on("GetObject", fault).with_path(path)]);
        let _worker = harness.worker().await;
        harness.put(&bad, photo(64, 48)).await;
        for _ in 0..3 {
            let key = harness.upload().await;
            harness.wait_until_ready(&key).await;
        }
        let Outcome::Failed { error } = harness.outcome(&bad).await.outcome else {
            panic!("{fault:?} did not become a failure");
        };
        assert_eq!(error.code, code);
        let letters = harness.dead_letter_attributes(1).await;
        assert_eq!(letters[0]["darkroom-reason"], "attempts_exhausted");
        assert!(letters[0]["darkroom-detail"].contains(code), "{letters:?}");
        harness.idle().await;
    }
}

#[tokio::test]
async fn a_failure_never_overwrites_an_outcome() {
    let options = WorkerOptions::max_receive_count(1);
    let harness = WorkerHarness::with_options(options).await;
    let key = new_key();
    let there = PutOptions {
        content_type: "application/json",
        cache_control: "no-store",
    };
    // Unreadable to us, and yet somebody's outcome.
    let other = r#"{"version": 7}"#;
    harness
        .media
        .put(&key.manifest_key(), other.into(), there)
        .await
        .unwrap();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path("/raw/")]);
    let _worker = harness.worker().await;
    harness.put(&key, photo(64, 48)).await;
    harness.dead_letter_attributes(1).await;
    let kept = harness
        .media
        .read(&key.manifest_key(), u64::MAX)
        .await
        .unwrap();
    assert_eq!(kept.unwrap(), other);
}
