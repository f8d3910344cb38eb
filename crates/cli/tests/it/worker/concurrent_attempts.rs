//! Several attempts at the same upload.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, Outcome, RawKey, notification_body, sha256_hex};
use darkroom_harness::{DEADLINE, TestBed, TestBedOptions, new_key};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use crate::test_bed::{assert_no_dead_letters, photo, test_bed};

async fn etag(bed: &TestBed, key: &RawKey) -> String {
    let head = bed.raw.head(&key.to_string()).await.unwrap();
    head.unwrap().etag
}

/// Delays every request for `operation` whose path contains `path`.
fn delay(bed: &TestBed, operation: &'static str, path: &str, delay: Duration) {
    let rule = Rule::on(operation, Fault::Latency(delay)).with_path(path);
    bed.s3.set_rules([rule]);
}

/// Asserts that the manifest names the current object and that the variants match the manifest.
/// Returns the width of the first variant.
async fn assert_consistent(bed: &TestBed, key: &RawKey) -> u32 {
    let manifest = bed.manifest(key).await.unwrap().unwrap();
    assert_eq!(manifest.source.etag, etag(bed, key).await);
    let Outcome::Ready { variants, .. } = manifest.outcome else {
        panic!("{manifest:?}");
    };
    for variant in &variants {
        let object = bed.media.read(&variant.key, u64::MAX).await.unwrap();
        let stored = sha256_hex(&object.unwrap());
        assert_eq!(stored, variant.sha256, "variants of another version");
    }
    variants[0].width
}

#[tokio::test]
async fn two_workers_on_one_upload_leave_one_correct_outcome() {
    let bed = test_bed(TestBedOptions::default()).await;
    delay(&bed, "GetObject", "/raw/", Duration::from_secs(1));
    let key = bed.upload(photo(64, 48)).await.unwrap();
    let again = notification_body(&ObjectEvent {
        etag: Some(etag(&bed, &key).await),
        ..ObjectEvent::created(bed.raw.name(), key.to_string())
    });
    bed.events.send(&[again]).await.unwrap();
    let _workers = bed.start_workers(2, &[]).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let downloads = bed.s3.count("GetObject", &key.to_string());
    assert_eq!(downloads, 2, "both workers downloaded the object");
    assert_eq!(assert_consistent(&bed, &key).await, 64);
    assert_eq!(bed.output_keys().await.unwrap().len(), 3);
    assert_no_dead_letters(&bed).await;
}

/// The next worker must overwrite the variants that a killed worker wrote.
#[tokio::test]
async fn a_killed_worker_leaves_no_variants_of_a_replaced_object() {
    let options = TestBedOptions {
        visibility: Duration::from_secs(3),
        ..TestBedOptions::default()
    };
    let bed = test_bed(options).await;
    let key = new_key().unwrap();
    let lost = bed.start_worker(&[]).await.unwrap();
    delay(&bed, "PutObject", "/manifests/", Duration::from_secs(600));
    bed.put_raw(&key, photo(16, 8)).await.unwrap();
    let written = async || bed.output_keys().await.unwrap().len() == 2;
    wait::until_async("variants of the first object", DEADLINE, written)
        .await
        .unwrap();
    drop(lost);
    bed.s3.clear_rules();
    bed.put_raw(&key, photo(40, 8)).await.unwrap();
    let _worker = bed.start_worker(&[]).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_eq!(assert_consistent(&bed, &key).await, 40);
}
