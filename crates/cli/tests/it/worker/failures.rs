//! Stores that fail and objects that cannot be read.

use std::time::Duration;

use darkroom_contract::Outcome;
use darkroom_harness::{DEADLINE, TestBedOptions, new_key};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use crate::test_bed::{assert_no_dead_letters, max_receive_count, photo, test_bed};

#[tokio::test]
async fn an_outage_of_the_store_costs_no_attempt() {
    // A message becomes a dead letter when it is received a second time.
    let options = TestBedOptions {
        visibility: Duration::from_secs(3),
        ..max_receive_count(1)
    };
    let bed = test_bed(options).await;
    let _worker = bed.start_worker(&[]).await.unwrap();
    bed.wait_for_store_probes(2).await.unwrap();
    bed.s3.set_rules([Rule::any(Fault::Unavailable)]);
    let mut keys = Vec::new();
    for _ in 0..6 {
        keys.push(bed.upload(photo(64, 48)).await.unwrap());
    }
    bed.wait_for_store_probes(6).await.unwrap();
    let heartbeats = || bed.sqs.count("ChangeMessageVisibility", "");
    let before = heartbeats();
    // Each message that the worker holds gets a heartbeat once a second, so 24 heartbeats for at
    // most six messages take at least four seconds. A poll that began before the worker noticed the
    // outage ends within a second.
    let is_over = async || heartbeats() >= before + 24;
    wait::until_async("the end of the last poll", DEADLINE, is_over)
        .await
        .unwrap();
    let polls = bed.sqs.count("ReceiveMessage", "");
    let before = heartbeats();
    let extended = async || heartbeats() >= before + 24;
    wait::until_async("more heartbeats during the outage", DEADLINE, extended)
        .await
        .unwrap();
    assert_eq!(
        bed.sqs.count("ReceiveMessage", ""),
        polls,
        "nothing is received during an outage"
    );
    bed.s3.clear_rules();
    for key in &keys {
        bed.wait_until_ready(key).await.unwrap();
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_no_dead_letters(&bed).await;
}

#[tokio::test]
async fn a_download_that_trickles_times_out_and_is_retried() {
    let settings = [("DARKROOM_WORKER_DOWNLOAD_TIMEOUT", "1s")];
    let bed = test_bed(TestBedOptions::default().with_settings(&settings)).await;
    let trickle = Fault::Trickle {
        bytes_per_second: 2,
    };
    let fault = Rule::on("GetObject", trickle).with_path("/raw/").first(1);
    bed.s3.set_rules([fault]);
    let _worker = bed.start_worker(&[]).await.unwrap();
    let started = std::time::Instant::now();
    let key = bed.upload(photo(64, 48)).await.unwrap();
    bed.wait_until_ready(&key).await.unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(bed.s3.count("GetObject", &key.to_string()), 2);
}

#[tokio::test]
async fn an_unreadable_object_blocks_no_other_and_ends_as_failed() {
    let one_at_once = [("DARKROOM_WORKER_IN_FLIGHT", "1")];
    let bed = test_bed(max_receive_count(2).with_settings(&one_at_once)).await;
    let bad = new_key().unwrap();
    let path = bad.to_string();
    bed.s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let _worker = bed.start_worker(&[]).await.unwrap();
    bed.put_raw(&bad, photo(64, 48)).await.unwrap();
    for _ in 0..3 {
        let key = bed.upload(photo(64, 48)).await.unwrap();
        bed.wait_until_ready(&key).await.unwrap();
    }
    let Outcome::Failed { error } = bed.outcome(&bad).await.unwrap().outcome else {
        panic!("the upload did not fail");
    };
    assert_eq!(error.code, "forbidden");
    let letters = bed.receive_dead_letters(1, DEADLINE).await.unwrap();
    assert_eq!(
        letters[0].attributes["darkroom-reason"],
        "attempts_exhausted"
    );
    assert!(
        letters[0].attributes["darkroom-detail"].contains("forbidden"),
        "{letters:?}"
    );
    bed.wait_until_idle(DEADLINE).await.unwrap();
}
