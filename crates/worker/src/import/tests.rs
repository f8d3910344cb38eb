use bytes::Bytes;
use darkroom_cloud::{CloudErrorKind, UploadOptions};
use darkroom_uploads::MemoryStore;
use tokio::time::sleep;

use super::*;
use crate::StandInRenderer;
use crate::testing::TestStore;

/// Stores objects to import in the raw bucket, because a bucket in memory copies within itself only.
fn fill(test: &MemoryStore, keys: &[&str]) {
    for key in keys {
        let options = UploadOptions::default();
        test.raw
            .upload(key, Bytes::from(format!("image {key}")), options);
    }
}

fn import<'a>(
    test: &MemoryStore,
    profile: &'a ProfileName,
    owners: &'a OwnerPattern,
) -> Import<'a> {
    Import {
        store: test.store.clone(),
        source: Arc::new(test.raw.clone()),
        prefix: "old/",
        profile,
        owners,
        dry_run: false,
        enqueues: true,
        rate: None,
    }
}

fn names() -> (ProfileName, OwnerPattern) {
    let profile = "avatar".parse().unwrap();
    (profile, "old/{owner}/*".parse().unwrap())
}

/// Returns the raw objects.
fn uploads(test: &MemoryStore) -> Vec<RawKey> {
    let keys = test.raw.keys().into_iter();
    keys.filter_map(|key| RawKey::parse(&key).ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn objects_become_uploads_of_their_owners_and_are_processed() {
    let test = TestStore::new();
    fill(
        &test,
        &[
            "old/u1/a.jpg",
            "old/u2/b.jpg",
            "old/c.jpg",
            "other/u1/d.jpg",
        ],
    );
    let options = UploadOptions::default();
    test.raw.upload("old/u1/empty", Bytes::new(), options);
    let (profile, owners) = names();
    let mut mapping = ImportMapping::in_memory();
    let import = import(&test, &profile, &owners);
    let dry_run = Import {
        dry_run: true,
        ..import.clone()
    };
    let counted = dry_run.run(&mut mapping, |_| {}).await.unwrap();
    assert!(uploads(&test).is_empty());
    let progress = import.run(&mut mapping, |_| {}).await.unwrap();
    assert_eq!(counted, progress);
    let expected = ImportProgress {
        listed: 4,
        imported: 2,
        skipped: 0,
        without_owner: 1,
        unacceptable: 1,
    };
    assert_eq!(progress, expected);
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(Duration::from_secs(1)).await;
    for (key, owner) in [("old/u1/a.jpg", "u1"), ("old/u2/b.jpg", "u2")] {
        let imported = mapping.get(key).unwrap();
        assert_eq!(imported.upload.owner.as_str(), owner);
        assert!(imported.copied);
        test.assert_ready(&imported.upload).await;
        let manifest = test.manifest(&imported.upload).await.unwrap();
        assert_eq!(manifest.metadata["imported_from"], key);
    }
}

#[tokio::test]
async fn an_interrupted_import_continues_under_the_same_ids() {
    let test = MemoryStore::new();
    fill(&test, &["old/u1/a.jpg", "old/u1/b.jpg", "old/u1/c.jpg"]);
    let (profile, owners) = names();
    let mut mapping = ImportMapping::in_memory();
    let import = import(&test, &profile, &owners);
    let unavailable = CloudErrorKind::Unavailable;
    test.raw
        .faults()
        .fail("CopyObject", "old/u1/b", unavailable);
    assert!(import.run(&mut mapping, |_| {}).await.is_err());
    let planned = mapping.get("old/u1/b.jpg").unwrap().clone();
    assert!(!planned.copied);
    test.raw.succeed();
    let progress = import.run(&mut mapping, |_| {}).await.unwrap();
    assert_eq!(progress.imported, 3);
    assert_eq!(mapping.get("old/u1/b.jpg").unwrap().upload, planned.upload);
    assert_eq!(uploads(&test).len(), 3, "no object is imported twice");
    let again = import.run(&mut mapping, |_| {}).await.unwrap();
    assert_eq!((again.imported, again.skipped), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn an_import_keeps_to_its_rate() {
    let test = MemoryStore::new();
    let keys: Vec<String> = (0..30).map(|number| format!("old/u1/{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    fill(&test, &keys);
    let (profile, owners) = names();
    let limited = Import {
        rate: NonZeroU32::new(10),
        ..import(&test, &profile, &owners)
    };
    let started_at = Instant::now();
    let mut mapping = ImportMapping::in_memory();
    limited.run(&mut mapping, |_| {}).await.unwrap();
    assert_eq!(started_at.elapsed().as_secs(), 3);
}
