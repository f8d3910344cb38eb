use std::time::Duration;

use darkroom_cloud::{CloudErrorKind, Queue};
use darkroom_contract::{RawKey, Review, ReviewDecision, sha256_hex};
use darkroom_uploads::MemoryStore;
use tokio::time::sleep;

use crate::testing::{TestStore, TestWorker};
use crate::{Backfill, StandInRenderer};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

fn review(test: &TestStore, decision: ReviewDecision, source: &str) -> Review {
    Review {
        decision,
        sha256: sha256_hex(source.as_bytes()),
        code: None,
        message: None,
        reviewer: "key:reviewer".to_owned(),
        decided_at: test.clock.now(),
    }
}

async fn decide(test: &TestStore, key: &RawKey, decision: ReviewDecision, source: &str) {
    let review = review(test, decision, source);
    test.store.decide(key, &review).await.unwrap();
}

async fn status(test: &TestStore, key: &RawKey) -> &'static str {
    test.manifest(key)
        .await
        .map_or("none", |it| it.outcome.name())
}

/// Returns the keys of the objects of reviews.
fn reviews(test: &TestStore) -> Vec<String> {
    let mut keys = test.raw.keys();
    keys.retain(|key| key.starts_with("review/copies/"));
    keys
}

/// Starts a worker, and uploads a file with these bytes, which is in review then.
async fn in_review(source: &'static str) -> (TestStore, RawKey, TestWorker) {
    let (test, key) = (TestStore::with_reviews(), MemoryStore::new_key());
    test.upload(&key, source).await.unwrap();
    let worker = test.start(StandInRenderer::default()).await;
    sleep(SECOND).await;
    (test, key, worker)
}

fn backfill(test: &TestStore) -> Backfill<'_> {
    Backfill {
        store: test.store.clone(),
        profile: None,
        force: false,
        dry_run: false,
        after: None,
        max_waiting: None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_published_after_its_approval_only() {
    let test = TestStore::with_reviews();
    let (key, renderer) = (MemoryStore::new_key(), StandInRenderer::default());
    let event = test.upload(&key, "image").await.unwrap();
    let _worker = test.start(renderer.clone()).await;
    sleep(SECOND).await;
    assert_eq!(status(&test, &key).await, "in_review");
    // Neither a duplicate of the event nor a backfill publishes it.
    test.store.requeue(&[event]).await.unwrap();
    let progress = backfill(&test).run(|_| {}).await.unwrap();
    assert_eq!(progress.current, 1);
    sleep(SECOND).await;
    assert_eq!(test.media.keys(), [""; 0]);
    assert_eq!(reviews(&test).len(), 2);
    assert_eq!(test.outcomes.len(), 2, "the outcome is published, twice");

    decide(&test, &key, ReviewDecision::Approved, "image").await;
    sleep(SECOND).await;
    test.assert_ready(&key).await;
    assert_eq!(reviews(&test), [""; 0]);
    assert_eq!(renderer.rendered(), 1, "the copies are published");
    // An approved file is published at once when it is rendered again.
    let again = test.store.event(&key, None, true);
    test.store.requeue(&[again]).await.unwrap();
    sleep(SECOND).await;
    test.assert_ready(&key).await;
    assert_eq!((renderer.rendered(), reviews(&test).len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_upload_is_never_published() {
    let (test, key, _worker) = in_review("image").await;
    decide(&test, &key, ReviewDecision::Rejected, "image").await;
    sleep(SECOND).await;
    for force in [false, true] {
        let again = test.store.event(&key, None, force);
        test.store.requeue(&[again]).await.unwrap();
        sleep(SECOND).await;
        assert_eq!(status(&test, &key).await, "rejected");
        assert_eq!(test.media.keys(), [""; 0]);
        assert_eq!(reviews(&test), [""; 0]);
    }
}

/// Every call of an approval fails for a while. Nothing is published in the meantime, and the upload
/// becomes ready afterward.
#[tokio::test(start_paused = true)]
async fn an_approval_during_an_outage_publishes_nothing_until_the_decision_can_be_read() {
    let unavailable = CloudErrorKind::Unavailable;
    for (operation, prefix) in [
        ("GetObject", "review/decisions/"),
        ("GetObject", "review/copies/"),
        ("GetObject", "raw/"),
        ("GetObject", "manifests/"),
    ] {
        let (test, key, worker) = in_review("image").await;
        decide(&test, &key, ReviewDecision::Approved, "image").await;
        test.raw.faults().fail(operation, prefix, unavailable);
        sleep(5 * SECOND).await;
        assert_eq!(test.media.keys(), [""; 0], "{operation} {prefix}");
        test.raw.succeed();
        sleep(HOUR).await;
        test.assert_ready(&key).await;
        assert!(test.events.is_empty() && test.dead_letters.is_empty());
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_whose_event_was_lost_is_applied_by_a_backfill() {
    let (test, key, worker) = in_review("image").await;
    worker.stop().await;
    decide(&test, &key, ReviewDecision::Approved, "image").await;
    let lost = test.events.receive(10, SECOND, SECOND).await.unwrap();
    let receipts: Vec<_> = lost.into_iter().map(|message| message.receipt).collect();
    test.events.delete(&receipts).await.unwrap();
    let progress = backfill(&test).run(|_| {}).await.unwrap();
    assert_eq!(progress.enqueued, 1);
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(SECOND).await;
    test.assert_ready(&key).await;
}

#[tokio::test(start_paused = true)]
async fn a_decision_during_a_second_render_is_not_lost() {
    let test = TestStore::with_reviews();
    let key = MemoryStore::new_key();
    test.upload(&key, "image").await.unwrap();
    let renderer = StandInRenderer::with_duration(10 * SECOND);
    let _worker = test.start(renderer).await;
    sleep(20 * SECOND).await;
    let again = test.store.event(&key, None, true);
    test.store.requeue(&[again]).await.unwrap();
    sleep(5 * SECOND).await;
    decide(&test, &key, ReviewDecision::Approved, "image").await;
    sleep(20 * SECOND).await;
    test.assert_ready(&key).await;
    assert_eq!(reviews(&test), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_replaces_one_in_review_needs_a_decision_of_its_own() {
    let (test, key, _worker) = in_review("first").await;
    let approval = review(&test, ReviewDecision::Approved, "first");
    test.upload(&key, "second").await.unwrap();
    sleep(SECOND).await;
    assert!(test.store.decide(&key, &approval).await.is_err());
    sleep(SECOND).await;
    assert_eq!(test.media.keys(), [""; 0]);
    assert_eq!(reviews(&test).len(), 2, "those of the second file");
    decide(&test, &key, ReviewDecision::Approved, "second").await;
    sleep(SECOND).await;
    test.assert_ready(&key).await;
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_deleted_in_review_or_after_its_approval_leaves_nothing() {
    for is_approved in [false, true] {
        let (test, key, _worker) = in_review("image").await;
        if is_approved {
            decide(&test, &key, ReviewDecision::Approved, "image").await;
        }
        test.store.delete(&key).await.unwrap();
        sleep(HOUR).await;
        assert_eq!(test.raw.keys(), [key.tombstone_key()]);
        assert_eq!(test.media.keys(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn uploads_in_review_are_published_by_a_backfill_once_no_review_is_required() {
    let (test, key, worker) = in_review("image").await;
    worker.stop().await;
    let test = test.without_reviews();
    assert_eq!(backfill(&test).run(|_| {}).await.unwrap().enqueued, 1);
    let _worker = test.start(StandInRenderer::default()).await;
    sleep(SECOND).await;
    test.assert_ready(&key).await;
    assert_eq!(reviews(&test), [""; 0]);
}
