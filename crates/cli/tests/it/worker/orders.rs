//! Events of one key in any order.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, Outcome, RawKey, notification_body};

use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo};
use crate::system::DEADLINE;

const VERSIONS: usize = 5;

fn every_order() -> Vec<Vec<usize>> {
    fn extend(begun: &[usize], orders: &mut Vec<Vec<usize>>) {
        if begun.len() == VERSIONS {
            orders.push(begun.to_vec());
        }
        for next in (0..VERSIONS).filter(|next| !begun.contains(next)) {
            extend(&[begun, &[next]].concat(), orders);
        }
    }
    let mut orders = Vec::new();
    extend(&[], &mut orders);
    orders
}

fn body(harness: &WorkerHarness, key: &RawKey, etag: &str) -> String {
    notification_body(&ObjectEvent {
        etag: Some(etag.to_owned()),
        ..ObjectEvent::created(harness.raw.name(), key.to_string())
    })
}

/// Asserts that the variants match the manifest, which names the newest version.
async fn is_consistent(harness: &WorkerHarness, key: &RawKey, newest: &str) -> u32 {
    let manifest = harness.find_manifest(key).await.unwrap();
    assert_eq!(manifest.source.etag, newest);
    let Outcome::Ready { variants, .. } = manifest.outcome else {
        panic!("{manifest:?}");
    };
    for variant in &variants {
        let object = harness.media.read(&variant.key, u64::MAX).await.unwrap();
        let stored = darkroom_contract::sha256_hex(&object.unwrap());
        assert_eq!(stored, variant.sha256, "variants of another version");
    }
    variants[0].width
}

#[tokio::test]
async fn two_workers_on_one_message_leave_one_right_outcome() {
    let harness = WorkerHarness::start().await;
    harness.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(1))).with_path("/raw/"),
    ]);
    let key = harness.upload().await;
    let etag = harness
        .raw
        .head(&key.to_string())
        .await
        .unwrap()
        .unwrap()
        .etag;
    harness
        .events
        .send(&[body(&harness, &key, &etag)])
        .await
        .unwrap();
    let _workers = [harness.worker().await, harness.worker().await];
    harness.idle().await;
    assert_eq!(
        harness.s3.count("GetObject", &key.to_string()),
        2,
        "both were at it"
    );
    assert_eq!(is_consistent(&harness, &key, &etag).await, 64);
    assert_eq!(harness.media_objects().await.len(), 3);
    harness.assert_no_dead_letters().await;
}

/// Whose variants are half written when its worker is lost, is written over by whoever comes next.
#[tokio::test]
async fn variants_of_a_replaced_object_do_not_stay_behind_a_lost_worker() {
    let options = WorkerOptions {
        visibility: Duration::from_secs(3),
        ..WorkerOptions::default()
    };
    let harness = WorkerHarness::with_options(options).await;
    let key = new_key();
    let lost = harness.worker().await;
    harness.s3.set_rules([
        Rule::on("PutObject", Fault::Latency(Duration::from_secs(600))).with_path("/manifests/"),
    ]);
    harness.put(&key, photo(16, 8)).await;
    let written = async || harness.media_objects().await.len() == 2;
    wait::until_async("variants of the first", DEADLINE, written)
        .await
        .unwrap();
    drop(lost);
    harness.s3.clear_rules();
    harness.put(&key, photo(40, 8)).await;
    let newest = harness
        .raw
        .head(&key.to_string())
        .await
        .unwrap()
        .unwrap()
        .etag;
    let _worker = harness.worker().await;
    harness.idle().await;
    assert_eq!(is_consistent(&harness, &key, &newest).await, 40);
}

/// While two workers are at it, five pictures come to each of 120 keys one after the other. Of each
/// picture the store tells in the order in which they came, and somebody else in another order for
/// every key.
#[tokio::test]
async fn the_newest_of_five_versions_wins_in_all_120_orders_with_duplicates() {
    let options = WorkerOptions {
        permits: 10,
        ..WorkerOptions::default()
    };
    let harness = WorkerHarness::with_options(options).await;
    let orders = every_order();
    assert_eq!(orders.len(), 120);
    let versions: Vec<Vec<u8>> = (1..=VERSIONS)
        .map(|version| photo(8 * version as u32, 8))
        .collect();
    let _workers = [harness.worker().await, harness.worker().await];
    for some in orders.chunks(24) {
        let mut keys = Vec::new();
        for order in some {
            keys.push(versions_of_a_new_key(&harness, &versions, order).await);
        }
        harness.idle().await;
        for (key, newest) in keys {
            assert_eq!(is_consistent(&harness, &key, &newest).await, 40);
        }
    }
    harness.assert_no_dead_letters().await;
}

/// The key, and the entity tag of the newest.
async fn versions_of_a_new_key(
    harness: &WorkerHarness,
    versions: &[Vec<u8>],
    told: &[usize],
) -> (RawKey, String) {
    let key = new_key();
    let mut etags = Vec::new();
    for version in versions {
        harness.put(&key, version.clone()).await;
        let head = harness.raw.head(&key.to_string()).await.unwrap();
        etags.push(head.unwrap().etag);
    }
    let told = told
        .iter()
        .map(|version| body(harness, &key, &etags[*version]));
    let bodies: Vec<String> = told.collect();
    harness.events.send(&bodies).await.unwrap();
    (key, etags.pop().unwrap())
}
