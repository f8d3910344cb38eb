//! Several attempts at one upload.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, Outcome, RawKey, notification_body};

use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, WorkerOptions, new_key, photo};
use crate::system::DEADLINE;

fn body(harness: &WorkerHarness, key: &RawKey, etag: &str) -> String {
    notification_body(&ObjectEvent {
        etag: Some(etag.to_owned()),
        ..ObjectEvent::created(harness.raw.name(), key.to_string())
    })
}

/// Asserts that the manifest names the newest version and that the variants match it. Returns the
/// width of the first variant.
async fn assert_consistent(harness: &WorkerHarness, key: &RawKey, newest: &str) -> u32 {
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
async fn two_workers_on_one_message_leave_one_correct_outcome() {
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
        "both downloaded it"
    );
    assert_eq!(assert_consistent(&harness, &key, &etag).await, 64);
    assert_eq!(harness.outputs().await.len(), 3);
    harness.assert_no_dead_letters().await;
}

/// The next worker overwrites the variants that a lost worker wrote.
#[tokio::test]
async fn a_lost_worker_leaves_no_variants_of_a_replaced_object() {
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
    let written = async || harness.outputs().await.len() == 2;
    wait::until_async("variants of the first object", DEADLINE, written)
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
    assert_eq!(assert_consistent(&harness, &key, &newest).await, 40);
}
