//! Messages that are not understood.

use std::collections::BTreeSet;
use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, RawKey, notification_body};
use darkroom_testkit::wait;
use darkroom_worker::DeadLetterAction;
use serde_json::{Value, json};

use super::workshop::{Plan, Workshop, photo};
use crate::system::DEADLINE;

fn record(shop: &Workshop, key: &RawKey) -> Value {
    let body = notification_body(&ObjectEvent::created(shop.raw.name(), key.to_string()));
    let message: Value = serde_json::from_str(&body).unwrap();
    message["Records"][0].clone()
}

#[tokio::test]
async fn bad_messages_do_not_touch_the_good_ones_of_their_batch() {
    // One receive is all that a good message has.
    let plan = Plan {
        max_receive_count: 1,
        places: 10,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let mut keys = Vec::new();
    for poison in ["hello", "{}", r#"{"Records":[{}]}"#, "[1,2,3]"] {
        keys.push(shop.upload().await);
        shop.events.send(&[poison.to_owned()]).await.unwrap();
        keys.push(shop.upload().await);
    }
    let _working = shop.start().await;
    for key in &keys {
        shop.is_ready(key).await;
    }
    shop.until_idle().await;
    let letters = shop.buried(4).await;
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
    let shop = Workshop::open(Plan::default()).await;
    let keys = [shop.new_key(), shop.new_key()];
    let records = json!([{"no": "record"}, record(&shop, &keys[0]), {"eventVersion": "3.0"}, record(&shop, &keys[1])]);
    for key in &keys {
        shop.put(key, photo(64, 48)).await;
    }
    // The store's own events go: only the message with the bad records tells of the two.
    shop.until_drained().await;
    shop.events
        .send(&[json!({"Records": records}).to_string()])
        .await
        .unwrap();
    let _working = shop.start().await;
    for key in &keys {
        shop.is_ready(key).await;
    }
    let letters = shop.buried(1).await;
    assert_eq!(letters[0]["darkroom-reason"], "malformed");
}

#[tokio::test]
async fn what_no_worker_survived_is_told_apart_and_can_be_brought_back() {
    let plan = Plan {
        max_receive_count: 1,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    shop.until_drained().await;
    let key = shop.upload().await;
    // A worker takes it and is never heard of again.
    let taken = shop
        .events
        .receive(1, Duration::ZERO, Duration::from_secs(1))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    let _working = shop.start().await;
    let there = async || shop.dead_letters.depth().await.unwrap().visible == 1;
    wait::until_async("SQS's own redrive", DEADLINE, there)
        .await
        .unwrap();
    let letters = shop.letters(DeadLetterAction::List).await;
    assert_eq!(letters[0].reason.code, "never_finished");
    assert_eq!(letters[0].keys, [key.to_string()]);
    shop.letters(DeadLetterAction::Redrive).await;
    shop.is_ready(&key).await;
    shop.nothing_is_buried().await;
}
