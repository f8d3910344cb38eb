//! Uploads and deletions during a check.

use std::time::Duration;

use darkroom_cloud::UploadOptions;
use darkroom_contract::RawKey;
use tokio::time::{advance, sleep};

use super::planted::{GRACE, HOUR};
use super::{Checked, fsck, run};
use crate::MemoryStore;
use crate::fsck::{Fsck, InconsistencyCode, Repair};
use crate::testing::{JSON, ready};

/// Runs a check with repair, during which `change` happens after the objects were listed, but before
/// the first manifest was read.
async fn check_during(test: &MemoryStore, change: impl AsyncFnOnce()) -> Checked {
    let slow = Duration::from_secs(8);
    test.raw.faults().delay("GetObject", "manifests/", slow);
    let check = Fsck {
        repair: true,
        ..fsck(test)
    };
    let later = async {
        sleep(Duration::from_secs(4)).await;
        change().await;
    };
    let (checked, ()) = tokio::join!(run(check), later);
    checked
}

/// Stores a ready upload without its variants. Returns the keys of the variants.
async fn without_variants(test: &MemoryStore) -> (RawKey, Vec<String>) {
    let key = MemoryStore::new_key();
    let source = test.put(&key, "image");
    let profile = test.store.profile(&key.profile).unwrap();
    let variants = profile.variant_keys(&key);
    let manifest = ready(&key, &source, &variants);
    test.store.write_manifest(&manifest).await.unwrap();
    (key, variants)
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_finished_during_the_check_is_consistent() {
    let test = MemoryStore::new();
    let (_, missing) = without_variants(&test).await;
    let orphaned = MemoryStore::new_key();
    let profile = test.store.profile(&orphaned.profile).unwrap();
    let orphans = profile.variant_keys(&orphaned);
    for variant in &orphans {
        let options = UploadOptions::default();
        test.media.upload(variant, "x".into(), options);
    }
    advance(GRACE + HOUR).await;
    let checked = check_during(&test, async || {
        for variant in &missing {
            let put = test.store.parts.media.put(variant, "x".into(), JSON);
            put.await.unwrap();
        }
        let source = test.put(&orphaned, "image");
        let manifest = ready(&orphaned, &source, &orphans);
        test.store.write_manifest(&manifest).await.unwrap();
    })
    .await;
    assert_eq!(checked.found, []);
    assert_eq!(test.media.keys().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_deleted_during_the_check_is_in_progress() {
    let test = MemoryStore::new();
    let (key, _) = without_variants(&test).await;
    advance(GRACE + HOUR).await;
    let deleted = async || test.store.delete(&key).await.unwrap();
    let checked = check_during(&test, deleted).await;
    assert_eq!(checked.found, []);
    assert!(test.events.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_newer_manifest_without_a_raw_object_contradicts_its_tombstone() {
    let test = MemoryStore::new();
    let (key, variants) = without_variants(&test).await;
    for variant in &variants {
        let options = UploadOptions::default();
        test.media.upload(variant, "x".into(), options);
    }
    test.store.write_tombstone(&key).await.unwrap();
    advance(HOUR).await;
    let manifest = test.store.manifest(&key).await.unwrap().unwrap();
    test.store.write_manifest(&manifest).await.unwrap();
    let raw = [key.to_string()];
    test.store.parts.raw.delete(&raw).await.unwrap();
    advance(GRACE + HOUR).await;
    let checked = run(Fsck {
        repair: true,
        ..fsck(&test)
    })
    .await;
    let [(found, repaired)] = &checked.found[..] else {
        panic!("{:?}", checked.found);
    };
    assert_eq!(found.code, InconsistencyCode::UnfinishedDeletion);
    assert!(matches!(found.repair, Repair::Manual { .. }) && !repaired);
    assert_eq!(test.media.keys().len(), 2);
}
