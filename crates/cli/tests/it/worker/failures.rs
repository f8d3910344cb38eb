//! Stores and objects that fail.

use std::time::Duration;

use darkroom_contract::Outcome;
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo};
use crate::system::DEADLINE;

#[tokio::test]
async fn an_outage_of_the_store_costs_no_attempt() {
    // A message becomes a dead letter when it is received a second time.
    let options = WorkerOptions {
        visibility: Duration::from_secs(3),
        permits: 2,
        ..WorkerOptions::max_receive_count(1)
    };
    let harness = WorkerHarness::with_options(options).await;
    let _worker = harness.worker().await;
    harness.wait_for_store_probes(2).await;
    harness.s3.set_rules([Rule::any(Fault::Unavailable)]);
    let mut keys = Vec::new();
    for _ in 0..6 {
        keys.push(harness.upload().await);
    }
    harness.wait_for_store_probes(6).await;
    let polls = harness.sqs.count("ReceiveMessage", "");
    let heartbeats = || harness.sqs.count("ChangeMessageVisibility", "");
    let before = heartbeats();
    let extended = async || heartbeats() >= before + 8;
    wait::until_async("four visibility timeouts of an outage", DEADLINE, extended)
        .await
        .unwrap();
    assert_eq!(
        harness.sqs.count("ReceiveMessage", ""),
        polls,
        "nothing is received during an outage"
    );
    harness.s3.clear_rules();
    for key in &keys {
        harness.wait_until_ready(key).await;
    }
    harness.idle().await;
    harness.assert_no_dead_letters().await;
}

#[tokio::test]
async fn a_download_that_trickles_times_out_and_is_retried() {
    let options = WorkerOptions {
        settings: darkroom_worker::WorkerSettings {
            download_timeout: Duration::from_secs(1),
            ..WorkerOptions::default().settings
        },
        ..WorkerOptions::default()
    };
    let harness = WorkerHarness::with_options(options).await;
    let trickle = Fault::Trickle {
        bytes_per_second: 2,
    };
    let fault = Rule::on("GetObject", trickle).with_path("/raw/").first(1);
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
async fn an_unreadable_object_blocks_no_other_and_ends_as_failed() {
    let options = WorkerOptions {
        permits: 1,
        ..WorkerOptions::max_receive_count(2)
    };
    let harness = WorkerHarness::with_options(options).await;
    let bad = new_key();
    let path = bad.to_string();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let _worker = harness.worker().await;
    harness.put(&bad, photo(64, 48)).await;
    for _ in 0..3 {
        let key = harness.upload().await;
        harness.wait_until_ready(&key).await;
    }
    let Outcome::Failed { error } = harness.outcome(&bad).await.outcome else {
        panic!("the upload did not fail");
    };
    assert_eq!(error.code, "forbidden");
    let letters = harness.dead_letter_attributes(1).await;
    assert_eq!(letters[0]["darkroom-reason"], "attempts_exhausted");
    assert!(
        letters[0]["darkroom-detail"].contains("forbidden"),
        "{letters:?}"
    );
    harness.idle().await;
}
