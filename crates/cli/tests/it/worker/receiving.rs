//! Taking messages.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;
use darkroom_worker::WorkerSettings;

use super::workshop::{Plan, Workshop, photo};
use crate::system::DEADLINE;

#[tokio::test]
async fn receive_errors_are_no_hot_loop_and_end_by_themselves() {
    let shop = Workshop::open(Plan::default()).await;
    shop.sqs
        .set_rules([Rule::on("ReceiveMessage", Fault::Unavailable)]);
    let _working = shop.start().await;
    let failed = || shop.sqs.count("ReceiveMessage", "");
    let calls = async || failed() >= 4;
    wait::until_async("four polls", DEADLINE, calls)
        .await
        .unwrap();
    let polls = shop.sqs.requests_to("ReceiveMessage", "");
    for pair in polls.windows(2) {
        let pause = pair[1].at - pair[0].at;
        assert!(
            pause >= Duration::from_secs(2),
            "{pause:?}: over 30 calls a minute"
        );
    }
    shop.sqs.clear_rules();
    let back = std::time::Instant::now();
    let key = shop.upload().await;
    shop.is_ready(&key).await;
    let recovery = back.elapsed();
    assert!(recovery < Duration::from_secs(30), "{recovery:?}");
}

#[tokio::test]
async fn the_slowest_keeps_nobody_waiting() {
    let shop = Workshop::open(Plan::default()).await;
    let slow = shop.new_key();
    let path = slow.to_string();
    shop.s3
        .set_rules([Rule::on("GetObject", Fault::Latency(Duration::from_secs(8))).with_path(path)]);
    let working = shop.start().await;
    shop.put(&slow, photo(64, 48)).await;
    let begun = async || shop.s3.count("GetObject", &slow.to_string()) > 0;
    wait::until_async("the slow download", DEADLINE, begun)
        .await
        .unwrap();
    for _ in 0..5 {
        let key = shop.upload().await;
        shop.is_ready(&key).await;
    }
    assert_eq!(
        shop.manifest(&slow).await,
        None,
        "it was not slow enough to show anything"
    );
    shop.is_ready(&slow).await;
    working.stopped().await;
}

#[tokio::test]
async fn no_ending_costs_a_place() {
    let plan = Plan {
        places: 1,
        max_receive_count: 1,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let failing = shop.new_key();
    let path = failing.to_string();
    shop.s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let _working = shop.start().await;
    shop.events.send(&["poison".to_owned()]).await.unwrap();
    let rejected = shop.new_key();
    shop.put(&rejected, b"no picture".to_vec()).await;
    let gone = shop.new_key();
    shop.put(&gone, photo(64, 48)).await;
    shop.raw.delete(&[gone.to_string()]).await.unwrap();
    shop.put(&failing, photo(64, 48)).await;
    assert_eq!(shop.outcome(&rejected).await.outcome.name(), "rejected");
    assert_eq!(shop.outcome(&failing).await.outcome.name(), "failed");
    for _ in 0..3 {
        let key = shop.upload().await;
        shop.is_ready(&key).await;
    }
    shop.until_idle().await;
}

#[tokio::test]
async fn no_more_is_received_than_can_be_begun() {
    let plan = Plan {
        places: 3,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    // What S3 sends when a notification is set up.
    shop.until_drained().await;
    for _ in 0..12 {
        shop.upload().await;
    }
    shop.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(2))).with_path("/raw/"),
    ]);
    let _working = shop.start().await;
    let begun = async || shop.s3.count("GetObject", "/raw/") >= 3;
    wait::until_async("three downloads", DEADLINE, begun)
        .await
        .unwrap();
    let depth = shop.events.depth().await.unwrap();
    assert!(depth.in_flight <= 3, "{depth:?}");
    for poll in shop.sqs.requests_to("ReceiveMessage", "") {
        let asked = poll.json()["MaxNumberOfMessages"].as_u64().unwrap();
        assert!((1..=3).contains(&asked), "{asked}");
    }
    shop.s3.clear_rules();
    shop.until_idle().await;
}

#[tokio::test]
async fn a_job_of_many_times_the_visibility_is_received_once() {
    let plan = Plan {
        max_receive_count: 1,
        visibility: Duration::from_secs(2),
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    shop.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(7))).with_path("/raw/"),
    ]);
    let _working = shop.start().await;
    let key = shop.upload().await;
    shop.is_ready(&key).await;
    shop.until_idle().await;
    shop.nothing_is_buried().await;
    assert_eq!(shop.s3.count("GetObject", &key.to_string()), 1);
}

#[tokio::test]
async fn an_object_is_opened_only_when_there_is_room_for_it() {
    let plan = Plan {
        max_receive_count: 1,
        settings: WorkerSettings {
            max_buffered: bytesize::ByteSize::mib(1),
            download_timeout: Duration::from_secs(4),
            ..Plan::default().settings
        },
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    shop.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(3))).with_path("/raw/"),
    ]);
    let mut file = photo(64, 48);
    file.resize(700 * 1024, 0);
    let keys = [shop.new_key(), shop.new_key()];
    for key in &keys {
        shop.put(key, file.clone()).await;
    }
    let _working = shop.start().await;
    for key in &keys {
        shop.is_ready(key).await;
    }
    let opened = shop.s3.requests_to("GetObject", "/raw/");
    assert_eq!(opened.len(), 2, "one try each");
    let apart = opened[1].at - opened[0].at;
    assert!(
        apart >= Duration::from_secs(3),
        "{apart:?}: both were open at once"
    );
}

#[tokio::test]
async fn deletes_that_are_refused_are_tried_again_and_nothing_is_done_twice() {
    let shop = Workshop::open(Plan::default()).await;
    let mut keys = Vec::new();
    for _ in 0..10 {
        keys.push(shop.upload().await);
    }
    let fail = Rule::on("DeleteMessageBatch", Fault::FailEntries { of_ten: 10 });
    shop.sqs.set_rules([fail.first(1)]);
    let _working = shop.start().await;
    shop.until_idle().await;
    for key in &keys {
        shop.is_ready(key).await;
        assert_eq!(shop.s3.count("GetObject", &key.to_string()), 1);
    }
}
