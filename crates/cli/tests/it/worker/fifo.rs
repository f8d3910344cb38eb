//! FIFO queues, which somebody else feeds: S3 cannot.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;
use darkroom_worker::DeadLetterAction;

use super::workshop::{Plan, Workshop, photo};
use crate::system::DEADLINE;

fn plan() -> Plan {
    Plan {
        fifo: true,
        max_receive_count: 2,
        ..Plan::default()
    }
}

#[tokio::test]
async fn a_fifo_queue_works_like_any_other() {
    let shop = Workshop::open(plan()).await;
    let mut keys = Vec::new();
    for _ in 0..25 {
        let key = shop.new_key();
        shop.put(&key, photo(64, 48)).await;
        keys.push(key);
    }
    let bad = shop.new_key();
    shop.put(&bad, photo(64, 48)).await;
    let path = bad.to_string();
    shop.s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path(path)]);
    let enqueued = shop.backfill().run(|_| {}).await.unwrap().enqueued;
    assert_eq!(enqueued, 26);
    shop.events.send(&["poison".to_owned()]).await.unwrap();
    let _working = shop.start().await;
    for key in &keys {
        shop.is_ready(key).await;
    }
    assert_eq!(shop.outcome(&bad).await.outcome.name(), "failed");
    shop.until_idle().await;
    let mut reasons: Vec<String> = shop
        .buried(2)
        .await
        .iter()
        .map(|letter| letter["darkroom-reason"].clone())
        .collect();
    reasons.sort();
    assert_eq!(reasons, ["attempts_exhausted", "malformed"]);
}

#[tokio::test]
async fn what_was_enqueued_a_minute_ago_can_be_enqueued_again() {
    let shop = Workshop::open(plan()).await;
    let key = shop.new_key();
    shop.put(&key, photo(64, 48)).await;
    let _working = shop.start().await;
    for _ in 0..2 {
        let progress = shop.backfill().run(|_| {}).await.unwrap();
        assert_eq!(progress.enqueued, 1);
        shop.is_ready(&key).await;
        shop.media.delete(&[key.manifest_key()]).await.unwrap();
    }
}

#[tokio::test]
async fn one_group_that_waits_keeps_no_other_waiting() {
    let shop = Workshop::open(plan()).await;
    let slow = shop.new_key();
    let path = slow.to_string();
    shop.s3
        .set_rules([Rule::on("GetObject", Fault::Latency(Duration::from_secs(6))).with_path(path)]);
    shop.put(&slow, photo(64, 48)).await;
    shop.backfill().run(|_| {}).await.unwrap();
    let _working = shop.start().await;
    let begun = async || shop.s3.count("GetObject", &slow.to_string()) > 0;
    wait::until_async("the slow download", DEADLINE, begun)
        .await
        .unwrap();
    let quick = shop.new_key();
    shop.put(&quick, photo(64, 48)).await;
    shop.backfill().run(|_| {}).await.unwrap();
    shop.is_ready(&quick).await;
    assert_eq!(shop.manifest(&slow).await, None);
    shop.is_ready(&slow).await;
    shop.until_idle().await;
}

#[tokio::test]
async fn dead_letters_of_a_fifo_queue_go_back_and_forth() {
    let shop = Workshop::open(plan()).await;
    shop.events.send(&["poison".to_owned()]).await.unwrap();
    let _working = shop.start().await;
    for _ in 0..2 {
        let there = async || shop.dead_letters.depth().await.unwrap().visible == 1;
        wait::until_async("a dead letter", DEADLINE, there)
            .await
            .unwrap();
        shop.until_idle().await;
        let letters = shop.letters(DeadLetterAction::List).await;
        assert_eq!(letters[0].reason.code, "malformed");
        assert_eq!(shop.letters(DeadLetterAction::Redrive).await.len(), 1);
    }
}
