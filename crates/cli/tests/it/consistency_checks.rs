//! `darkroom fsck`: the check of both buckets.

use std::collections::BTreeSet;

use darkroom_cloud::{Bucket, ListedObject, PutOptions, S3Bucket};
use darkroom_contract::RawKey;
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::wait;
use serde_json::Value;

use crate::report_schema::parse;
use crate::test_bed::{on_both_clouds, photo, service};

on_both_clouds!(planted_inconsistencies_are_found_and_repaired);

const PLAIN: PutOptions<'_> = PutOptions {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};

async fn put(bucket: &S3Bucket, key: &str, bytes: &'static str) {
    bucket.put(key, bytes.into(), PLAIN).await.unwrap();
}

async fn listed(bucket: &S3Bucket, key: &str) -> ListedObject {
    let listing = bucket.list_after(key, "", 1).await.unwrap();
    listing.objects.into_iter().next().unwrap()
}

/// Writes a tombstone that is newer than the raw object. Some stores state times in seconds.
async fn put_tombstone(bed: &TestBed, key: &RawKey) {
    let newer = async || {
        put(&bed.raw, &key.tombstone_key(), "").await;
        let tombstone = listed(&bed.raw, &key.tombstone_key()).await;
        tombstone.last_modified > listed(&bed.raw, &key.to_string()).await.last_modified
    };
    let written = wait::until_async("a newer tombstone", DEADLINE, newer);
    written.await.unwrap();
}

/// Runs `fsck` without a grace period. Returns its exit code and its reports.
async fn fsck(bed: &TestBed, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let arguments = [&["fsck", "--grace", "0s", "--json"], arguments].concat();
    let output = bed.run(&arguments).await.unwrap();
    (output.status.code(), parse(&output.stdout))
}

fn found(reports: &[Value]) -> BTreeSet<(String, String)> {
    let found = reports.iter().filter_map(|report| {
        let inconsistency = report.get("inconsistency")?;
        let text = |name: &str| inconsistency[name].as_str().unwrap().to_owned();
        Some((text("code"), text("key")))
    });
    found.collect()
}

fn counts(reports: &[Value]) -> &Value {
    let last = reports.last().unwrap();
    assert_eq!(last["status"], "checked", "{last}");
    &last["fsck"]
}

async fn planted_inconsistencies_are_found_and_repaired(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let mut keys = Vec::new();
    for _ in 0..6 {
        let outcome = bed.client().upload(&photo(64, 48)).await;
        keys.push(RawKey::parse(outcome["source"]["key"].as_str().unwrap()).unwrap());
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let (code, reports) = fsck(&bed, &[]).await;
    assert_eq!((code, found(&reports)), (Some(0), BTreeSet::new()));
    assert_eq!(counts(&reports)["listed"], 4 * 6);

    let [no_outcome, unreadable, missing, damaged, deleted, _] = &keys[..] else {
        panic!("{keys:?}");
    };
    let variant = |key: &RawKey| format!("avatars/{}/{}.webp", key.owner, key.id);
    let orphan = "avatars/u1/01920000-0000-7000-8000-000000000000_thumb.webp".to_owned();
    bed.raw.delete(&[no_outcome.manifest_key()]).await.unwrap();
    put(&bed.raw, &unreadable.manifest_key(), "{").await;
    bed.media.delete(&[variant(missing)]).await.unwrap();
    put(&bed.media, &variant(damaged), "x").await;
    put(&bed.media, &orphan, "x").await;
    put_tombstone(&bed, deleted).await;
    let expected = [
        ("missing_outcome", no_outcome.to_string()),
        ("unreadable_manifest", unreadable.manifest_key()),
        ("missing_variant", variant(missing)),
        ("damaged_variant", variant(damaged)),
        ("orphaned_variant", orphan.clone()),
        ("unfinished_deletion", deleted.tombstone_key()),
    ];
    let expected = expected.map(|(code, key)| (code.to_owned(), key));
    let expected = BTreeSet::from(expected);

    let before = bed.output_keys().await.unwrap();
    let (code, reports) = fsck(&bed, &[]).await;
    assert_eq!((code, found(&reports)), (Some(1), expected.clone()));
    assert_eq!(bed.output_keys().await.unwrap(), before, "nothing changes");
    let text = bed.run(&["fsck", "--grace", "0s"]).await.unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let line = format!("orphaned_variant {orphan}: no manifest names this variant; --repair");
    assert!(text.contains(&line), "{text}");

    let (code, reports) = fsck(&bed, &["--repair", "--max-waiting", "1000"]).await;
    assert_eq!((code, found(&reports)), (Some(0), expected));
    assert_eq!(counts(&reports)["repaired"], 6);
    bed.wait_until_idle(DEADLINE).await.unwrap();
    for key in keys.iter().filter(|key| *key != deleted) {
        bed.wait_until_ready(key).await.unwrap();
    }
    let (code, reports) = fsck(&bed, &[]).await;
    assert_eq!((code, found(&reports)), (Some(0), BTreeSet::new()));
    let counts = counts(&reports);
    assert_eq!(counts["uploads"], 5, "{counts}");
    let after = counts["last_key"].as_str().unwrap();
    let (code, reports) = fsck(&bed, &["--after", after]).await;
    assert_eq!(
        (code, &self::counts(&reports)["uploads"]),
        (Some(0), &0.into())
    );
}

#[tokio::test]
async fn a_key_that_is_not_of_an_upload_is_wrong_usage() {
    let bed = service(Cloud::Embedded, &[]).await;
    for key in [
        "raw/avatar",
        "raw/unknown/u1/01920000-0000-7000-8000-000000000000",
    ] {
        let output = bed.run(&["fsck", "--after", key]).await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("--after"), "{error}");
    }
}
