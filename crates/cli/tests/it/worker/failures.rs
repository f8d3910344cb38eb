//! Stores and objects that fail.

use std::time::Duration;

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_contract::Outcome;
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::workshop::{Plan, Workshop};
use crate::system::DEADLINE;

/// Waits until the worker has asked the store itself that often: both buckets at its start, and
/// again when something fails.
async fn until_looked_at(shop: &Workshop, times: usize) {
    let looks = async || shop.s3.count("HeadObject", "darkroom-probe") >= times;
    wait::until_async("a look at the store", DEADLINE, looks)
        .await
        .unwrap();
}

#[tokio::test]
async fn work_that_failed_keeps_its_message() {
    let shop = Workshop::open(Plan::default()).await;
    let fail = Rule::on("PutObject", Fault::InternalError).with_path("/avatars/");
    shop.s3.set_rules([fail]);
    let _working = shop.start().await;
    // The bucket's own test event is a message too.
    shop.until_idle().await;
    let key = shop.upload().await;
    let tried = async || shop.s3.count("PutObject", "/avatars/") >= 3;
    wait::until_async("writes that fail", DEADLINE, tried)
        .await
        .unwrap();
    let depth = shop.events.depth().await.unwrap();
    assert_eq!(
        depth.visible + depth.in_flight,
        1,
        "the message is still there"
    );
    shop.s3.clear_rules();
    // Long before the visibility of a minute is over: the heartbeat has left it as it was set.
    let again = std::time::Instant::now();
    shop.is_ready(&key).await;
    assert!(again.elapsed() < Duration::from_secs(30));
    shop.until_idle().await;
    shop.nothing_is_buried().await;
}

#[tokio::test]
async fn an_outage_of_the_store_costs_no_try() {
    // Whatever is received a second time is a dead letter.
    let plan = Plan {
        max_receive_count: 1,
        visibility: Duration::from_secs(3),
        places: 2,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let _working = shop.start().await;
    until_looked_at(&shop, 2).await;
    shop.s3.set_rules([Rule::any(Fault::Unavailable)]);
    let mut keys = Vec::new();
    for _ in 0..6 {
        keys.push(shop.upload().await);
    }
    until_looked_at(&shop, 6).await;
    let polls = shop.sqs.count("ReceiveMessage", "");
    let beats = || shop.sqs.count("ChangeMessageVisibility", "");
    let before = beats();
    let hidden = async || beats() >= before + 8;
    wait::until_async("four visibilities of an outage", DEADLINE, hidden)
        .await
        .unwrap();
    assert_eq!(
        shop.sqs.count("ReceiveMessage", ""),
        polls,
        "nothing is received meanwhile"
    );
    shop.s3.clear_rules();
    for key in &keys {
        shop.is_ready(key).await;
    }
    shop.until_idle().await;
    shop.nothing_is_buried().await;
}

#[tokio::test]
async fn credentials_that_end_are_an_outage_too() {
    let plan = Plan {
        max_receive_count: 1,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let _working = shop.start().await;
    until_looked_at(&shop, 2).await;
    shop.s3.set_rules([Rule::any(Fault::Forbidden)]);
    let key = shop.upload().await;
    until_looked_at(&shop, 6).await;
    shop.s3.clear_rules();
    shop.is_ready(&key).await;
    shop.until_idle().await;
    shop.nothing_is_buried().await;
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
    let plan = Plan {
        settings: darkroom_worker::WorkerSettings {
            download_timeout: Duration::from_secs(1),
            ..Plan::default().settings
        },
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let fault = Rule::on("GetObject", fault).with_path("/raw/").first(1);
    shop.s3.set_rules([fault]);
    let _working = shop.start().await;
    let started = std::time::Instant::now();
    let key = shop.upload().await;
    shop.is_ready(&key).await;
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(shop.s3.count("GetObject", &key.to_string()), 2);
}

#[tokio::test]
async fn an_outage_does_not_keep_a_worker_from_stopping() {
    let shop = Workshop::open(Plan::default()).await;
    shop.until_drained().await;
    let working = shop.start().await;
    until_looked_at(&shop, 2).await;
    shop.s3.set_rules([Rule::any(Fault::Unavailable)]);
    shop.upload().await;
    until_looked_at(&shop, 4).await;
    let took = working.stopped().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    let depth = shop.events.depth().await.unwrap();
    assert_eq!(depth.visible + depth.in_flight, 1);
}

/// With 403 it may be an object that is not there, where nobody may list.
#[tokio::test]
async fn one_object_that_cannot_be_had_stops_nobody_and_ends_as_failed() {
    for (fault, code) in [
        (Fault::Forbidden, "forbidden"),
        (Fault::InternalError, "unavailable"),
    ] {
        let plan = Plan {
            max_receive_count: 2,
            places: 1,
            ..Plan::default()
        };
        let shop = Workshop::open(plan).await;
        let bad = shop.new_key();
        let path = bad.to_string();
        shop.s3
            .set_rules([Rule::on("GetObject", fault).with_path(path)]);
        let _working = shop.start().await;
        shop.put(&bad, super::workshop::photo(64, 48)).await;
        for _ in 0..3 {
            let key = shop.upload().await;
            shop.is_ready(&key).await;
        }
        let Outcome::Failed { error } = shop.outcome(&bad).await.outcome else {
            panic!("{fault:?} did not become a failure");
        };
        assert_eq!(error.code, code);
        let letters = shop.buried(1).await;
        assert_eq!(letters[0]["darkroom-reason"], "attempts_exhausted");
        assert!(letters[0]["darkroom-detail"].contains(code), "{letters:?}");
        shop.until_idle().await;
    }
}

#[tokio::test]
async fn a_failure_never_overwrites_an_outcome() {
    let plan = Plan {
        max_receive_count: 1,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let key = shop.new_key();
    let there = PutOptions {
        content_type: "application/json",
        cache_control: "no-store",
    };
    // Unreadable to us, and yet somebody's outcome.
    let other = r#"{"version": 7}"#;
    shop.media
        .put(&key.manifest_key(), other.into(), there)
        .await
        .unwrap();
    shop.s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path("/raw/")]);
    let _working = shop.start().await;
    shop.put(&key, super::workshop::photo(64, 48)).await;
    shop.buried(1).await;
    let kept = shop
        .media
        .read(&key.manifest_key(), u64::MAX)
        .await
        .unwrap();
    assert_eq!(kept.unwrap(), other);
}
