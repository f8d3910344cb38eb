//! Uploads that are deleted, replaced, or rendered twice while they are processed.

use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{Bucket, CloudErrorKind, PutOptions, Queue};
use darkroom_consumer::DeliveryAttempt;
use darkroom_uploads::MemoryStore;
use tokio::time::{sleep, timeout};

use crate::StandInRenderer;
use crate::testing::TestStore;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const VERSIONS: [&str; 5] = ["1", "2", "3", "4", "5"];

/// Makes calls fail, deletes the upload after the first failure, and asserts that no output
/// remains.
async fn delete_while_failing(faults: &[(&'static str, &str, CloudErrorKind)]) {
    let test = TestStore::new();
    let worker = test.start(StandInRenderer::default()).await;
    sleep(SECOND).await;
    for (operation, key, error) in faults {
        for bucket in [&test.raw, &test.media] {
            bucket.faults().fail(operation, key, *error);
        }
    }
    let key = MemoryStore::new_key();
    test.upload(&key, "image").await.unwrap();
    sleep(SECOND).await;
    assert_ne!(test.outputs(), [""; 0], "variants are written");
    // A deletion removes the raw object before the outputs. This deletion is interrupted in
    // between.
    test.raw.delete(&[key.to_string()]).await.unwrap();
    test.raw.succeed();
    test.media.succeed();
    sleep(HOUR).await;
    assert_eq!(test.outputs(), [""; 0]);
    assert!(test.events.is_empty() && test.dead_letters.is_empty());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn variants_without_a_manifest_are_deleted_with_the_upload() {
    delete_while_failing(&[("PutObject", "manifests/", CloudErrorKind::Forbidden)]).await;
}

#[tokio::test(start_paused = true)]
async fn variants_of_an_attempt_that_an_outage_interrupted_are_deleted_with_the_upload() {
    delete_while_failing(&[
        ("PutObject", "manifests/", CloudErrorKind::Unavailable),
        ("HeadObject", "darkroom-probe", CloudErrorKind::Unavailable),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_could_not_be_verified_is_deleted_with_the_upload() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    let faults = test.raw.faults();
    faults.delay("PutObject", "manifests/", 10 * SECOND);
    test.upload(&key, "image").await.unwrap();
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(SECOND).await;
    faults.fail("HeadObject", "raw/", CloudErrorKind::Forbidden);
    sleep(10 * SECOND).await;
    assert!(test.manifest(&key).await.is_some());
    assert!(
        test.outcomes.is_empty(),
        "no unverified outcome is published"
    );
    test.raw.delete(&[key.to_string()]).await.unwrap();
    faults.clear();
    sleep(HOUR).await;
    assert_eq!(test.outputs(), [""; 0]);
    assert!(test.events.is_empty() && test.dead_letters.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_of_an_object_that_is_deleted_or_replaced_while_it_is_rendered() {
    for replacement in [None, Some("new")] {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "old").await.unwrap();
        let renderer = StandInRenderer::with_duration(10 * SECOND);
        let _worker = test.start(renderer).await;
        sleep(SECOND).await;
        match replacement {
            None => test.store.delete(&key).await.unwrap(),
            Some(bytes) => drop(test.put(&key, bytes)),
        }
        sleep(HOUR).await;
        let written = test.media.faults().count("PutObject", "avatars/");
        if replacement.is_some() {
            test.assert_ready(&key).await;
            assert_eq!(written, 2, "only the new object's variants are written");
        } else {
            assert_eq!(written, 0);
        }
        assert_eq!(test.outcomes.len(), usize::from(replacement.is_some()));
    }
}

#[tokio::test(start_paused = true)]
async fn no_failure_is_recorded_for_a_deleted_upload() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    test.upload(&key, "image").await.unwrap();
    test.raw.delete(&[key.to_string()]).await.unwrap();
    let forbidden = CloudErrorKind::Forbidden;
    test.raw.faults().fail("GetObject", "raw/", forbidden);
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(HOUR).await;
    assert_eq!(test.dead_letters.len(), 1);
    assert_eq!(test.outputs(), [""; 0]);
    assert!(test.outcomes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn after_all_attempts_an_outcome_outlives_the_expiry_of_its_raw_object_but_not_a_deletion() {
    // Lifecycle expiry takes at least a day. An object that is missing soon after its manifest was
    // written counts as deleted.
    for (age, is_kept) in [(Duration::ZERO, false), (48 * HOUR, true)] {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        let event = test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        test.assert_ready(&key).await;
        sleep(age).await;
        test.raw.delete(&[key.to_string()]).await.unwrap();
        // None of the attempts learns that the object is gone.
        let forbidden = CloudErrorKind::Forbidden;
        test.raw.faults().fail("GetObject", "raw/", forbidden);
        test.store.requeue(&[event]).await.unwrap();
        sleep(HOUR).await;
        assert_eq!(test.dead_letters.len(), 1);
        assert_eq!(test.outputs().is_empty(), !is_kept, "{age:?}");
        if is_kept {
            let manifest = test.manifest(&key).await.unwrap();
            assert_eq!(manifest.outcome.name(), "ready");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_only_attempt_at_a_message_deletes_its_own_variants_of_a_deleted_upload() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    let event = test.upload(&key, "image").await.unwrap();
    let received = test.events.receive(1, SECOND, SECOND).await.unwrap();
    let attempt = DeliveryAttempt::new(&received[0], 1);
    let renderer = StandInRenderer::default();
    let processor = test.processor(renderer);
    let forbidden = CloudErrorKind::Forbidden;
    test.raw.faults().fail("PutObject", "manifests/", forbidden);
    let error = processor.process(&event, &attempt).await.unwrap_err();
    assert_ne!(test.outputs(), [""; 0], "variants are written");
    test.raw.delete(&[key.to_string()]).await.unwrap();
    let recorded = processor.record_failure(&event, &attempt, &error).await;
    recorded.unwrap();
    assert_eq!(test.outputs(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_never_replaces_an_outcome_not_even_an_unreadable_one() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    test.upload(&key, "image").await.unwrap();
    let json = PutOptions {
        content_type: "application/json",
        cache_control: "no-cache",
    };
    let existing = Bytes::from(r#"{"version":7}"#);
    let manifest_key = key.manifest_key();
    let put = test.raw.put(&manifest_key, existing.clone(), json);
    put.await.unwrap();
    let forbidden = CloudErrorKind::Forbidden;
    test.raw.faults().fail("GetObject", "raw/", forbidden);
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(HOUR).await;
    assert_eq!(test.dead_letters.len(), 1);
    assert_eq!(test.raw.bytes(&manifest_key), Some(existing));
}

#[tokio::test(start_paused = true)]
async fn two_concurrent_attempts_leave_one_correct_outcome() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    let event = test.upload(&key, "image").await.unwrap();
    test.store.requeue(&[event]).await.unwrap();
    let renderer = StandInRenderer::with_duration(10 * SECOND);
    let _workers = [
        test.start(renderer.clone()).await,
        test.start(renderer.clone()).await,
    ];
    sleep(30 * SECOND).await;
    assert_eq!(renderer.rendered(), 2);
    test.assert_ready(&key).await;
    assert!(test.events.is_empty() && test.dead_letters.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_killed_worker_leaves_no_variants_of_a_replaced_object() {
    let test = TestStore::new();
    let key = MemoryStore::new_key();
    let event = test.upload(&key, "old").await.unwrap();
    let received = test.events.receive(1, SECOND, 30 * SECOND).await.unwrap();
    let attempt = DeliveryAttempt::new(&received[0], 5);
    let renderer = StandInRenderer::default();
    let lost = test.processor(renderer.clone());
    test.raw.faults().delay("PutObject", "manifests/", HOUR);
    let interrupted = timeout(SECOND, lost.process(&event, &attempt)).await;
    assert!(
        interrupted.is_err(),
        "the worker writes variants but no manifest"
    );
    assert_ne!(test.outputs(), [""; 0]);
    test.raw.succeed();
    test.upload(&key, "new").await.unwrap();
    let _worker = test.start(renderer).await;
    sleep(120 * SECOND).await;
    test.assert_ready(&key).await;
    assert!(test.events.is_empty());
}

fn every_order() -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for _ in VERSIONS {
        let longer = orders.iter().flat_map(|order: &Vec<usize>| {
            let rest = (0..VERSIONS.len()).filter(|version| !order.contains(version));
            rest.map(|version| [&**order, &[version]].concat())
        });
        orders = longer.collect();
    }
    orders
}

/// Each version of each key has an event and a duplicate of it. The events arrive in order. The
/// duplicates arrive in a different order for each key.
#[tokio::test(start_paused = true)]
async fn the_newest_of_five_versions_wins_in_every_order_of_events_and_duplicates() {
    let test = TestStore::new();
    let renderer = StandInRenderer::with_duration(Duration::from_millis(100));
    let _workers = [
        test.start(renderer.clone()).await,
        test.start(renderer).await,
    ];
    let orders = every_order();
    assert_eq!(orders.len(), 120);
    let mut keys = Vec::new();
    for order in orders {
        let key = MemoryStore::new_key();
        let mut events = Vec::new();
        for version in VERSIONS {
            events.push(test.upload(&key, version).await.unwrap());
            sleep(Duration::from_millis(70)).await;
        }
        let duplicates: Vec<_> = order.iter().map(|index| events[*index].clone()).collect();
        test.store.requeue(&duplicates).await.unwrap();
        keys.push(key);
    }
    sleep(HOUR).await;
    assert!(test.events.is_empty() && test.dead_letters.is_empty());
    for key in keys {
        assert_eq!(test.raw.bytes(&key.to_string()).unwrap(), VERSIONS[4]);
        test.assert_ready(&key).await;
    }
}
