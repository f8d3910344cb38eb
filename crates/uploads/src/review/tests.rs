use darkroom_cloud::{Bucket, CloudErrorKind, ObjectInfo, UploadOptions};
use darkroom_contract::{ManifestSource, sha256_hex};
use darkroom_imaging::OutputFormat;

use super::*;
use crate::testing::ready;
use crate::{MemoryStore, ReviewListRequest, ReviewRefusal};

const SOURCE: &str = "bytes";

fn sha256() -> String {
    sha256_hex(SOURCE.as_bytes())
}

fn review(decision: ReviewDecision) -> Review {
    Review {
        decision,
        sha256: sha256(),
        code: None,
        message: Some("not suitable".to_owned()),
        reviewer: "key:reviewer".to_owned(),
        decided_at: time::OffsetDateTime::UNIX_EPOCH,
    }
}

/// Stores an upload and what a worker makes of it. Returns the manifest, which is stored too.
async fn process(test: &MemoryStore, key: &RawKey, previous: Option<&Manifest>) -> Manifest {
    let info = test.put(key, SOURCE);
    let variants = ["original", "thumb"].map(|name| RenderedVariant {
        name: name.to_owned(),
        format: OutputFormat::Webp,
        width: 1,
        height: 1,
        bytes: name.as_bytes().to_vec(),
    });
    let rendered = RenderedUpload {
        key,
        profile: test.store.profile(&key.profile).unwrap(),
        source_sha256: &sha256(),
        previous,
        variants: variants.into(),
        placeholder: Placeholder {
            thumbhash: String::new(),
            dominant_color: String::new(),
        },
        perceptual_hashes: None,
        removed_metadata: Vec::new(),
    };
    let (outcome, review) = test.store.write_outputs(rendered).await.unwrap();
    let manifest = manifest(key, &info, outcome, review);
    test.store.write_manifest(&manifest).await.unwrap();
    manifest
}

fn manifest(key: &RawKey, info: &ObjectInfo, outcome: Outcome, review: Option<Review>) -> Manifest {
    let template = ready(key, info, &[]);
    Manifest {
        outcome,
        review,
        source: ManifestSource {
            sha256: Some(sha256()),
            ..template.source
        },
        ..template
    }
}

async fn apply(test: &MemoryStore, manifest: &Manifest) -> Option<Manifest> {
    let review = test.store.unapplied_review(manifest).await.unwrap();
    test.store.apply_review(manifest, review?).await.unwrap()
}

#[tokio::test]
async fn nothing_is_in_the_media_bucket_before_the_approval_and_no_copy_is_left_after_it() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    let in_review = process(&test, &key, None).await;
    assert_eq!(in_review.outcome.name(), "in_review");
    assert_eq!(test.media.keys(), [""; 0]);
    assert_eq!(apply(&test, &in_review).await, None);
    let approval = review(ReviewDecision::Approved);
    for _ in 0..2 {
        assert_eq!(test.store.decide(&key, &approval).await.unwrap(), approval);
        assert_eq!(test.media.keys(), [""; 0], "only workers publish");
    }
    assert_eq!(test.events.len(), 2);
    let approved = apply(&test, &in_review).await.unwrap();
    assert_eq!(approved.outcome.name(), "ready");
    assert_eq!(approved.review, Some(approval));
    for variant in approved.outcome.variants() {
        let bytes = test.media.bytes(&variant.key).unwrap();
        assert_eq!(sha256_hex(&bytes), variant.sha256);
    }
    test.store.write_manifest(&approved).await.unwrap();
    let delete = test.store.delete_old_review_copies(&approved, None);
    delete.await.unwrap();
    let left = test.raw.list("review/copies/", None).await.unwrap().objects;
    assert_eq!(left.len(), 0);
}

#[tokio::test]
async fn a_rejection_removes_the_copies_and_publishes_nothing() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    let in_review = process(&test, &key, None).await;
    let rejection = review(ReviewDecision::Rejected);
    test.store.decide(&key, &rejection).await.unwrap();
    let rejected = apply(&test, &in_review).await.unwrap();
    let Outcome::Rejected { error } = &rejected.outcome else {
        panic!("{rejected:?}");
    };
    assert_eq!(error.code, RejectionCode::NotApproved);
    assert_eq!(error.message, "not suitable");
    assert_eq!(test.media.keys(), [""; 0]);
    let left = test.raw.list("review/copies/", None).await.unwrap().objects;
    assert_eq!(left.len(), 0);
    // The same file is not published when it is rendered again, either.
    let again = process(&test, &key, Some(&rejected)).await;
    assert_eq!(again.outcome.name(), "rejected");
    assert_eq!(test.media.keys(), [""; 0]);
}

#[tokio::test]
async fn the_first_decision_about_a_file_stands() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    process(&test, &key, None).await;
    let rejection = review(ReviewDecision::Rejected);
    test.store.decide(&key, &rejection).await.unwrap();
    let refused = test
        .store
        .decide(&key, &review(ReviewDecision::Approved))
        .await;
    assert!(
        matches!(refused, Err(ReviewRefusal::Decided(_))),
        "{refused:?}"
    );
    let stored = test.store.review(&key, &sha256()).await.unwrap();
    assert_eq!(stored, Some(rejection));
}

#[tokio::test]
async fn a_decision_does_not_apply_to_a_file_that_the_reviewer_has_not_seen() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    process(&test, &key, None).await;
    let approval = Review {
        sha256: sha256_hex(b"another file"),
        ..review(ReviewDecision::Approved)
    };
    let refused = test.store.decide(&key, &approval).await;
    assert!(
        matches!(refused, Err(ReviewRefusal::Replaced)),
        "{refused:?}"
    );
    assert!(test.events.is_empty());
}

#[tokio::test]
async fn only_an_upload_in_review_can_be_approved() {
    let test = MemoryStore::with_reviews();
    let approval = review(ReviewDecision::Approved);
    let missing = test.store.decide(&MemoryStore::new_key(), &approval).await;
    assert!(
        matches!(missing, Err(ReviewRefusal::NotInReview)),
        "{missing:?}"
    );
    let key = MemoryStore::new_key();
    let published = ready(&key, &test.put(&key, SOURCE), &[]);
    test.store.write_manifest(&published).await.unwrap();
    let refused = test.store.decide(&key, &approval).await;
    assert!(
        matches!(refused, Err(ReviewRefusal::NotInReview)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_deletion_leaves_no_copies_and_no_decisions_even_of_files_that_were_replaced() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    process(&test, &key, None).await;
    test.store
        .decide(&key, &review(ReviewDecision::Approved))
        .await
        .unwrap();
    let options = UploadOptions::default();
    for old in [key.review_copy_key("00"), key.review_decision_key("00")] {
        test.raw.upload(&old, "old".into(), options);
    }
    test.store.delete(&key).await.unwrap();
    assert_eq!(test.raw.keys(), [key.tombstone_key()]);
    let late = test
        .store
        .decide(&key, &review(ReviewDecision::Approved))
        .await;
    assert!(matches!(late, Err(ReviewRefusal::NotInReview)), "{late:?}");
    assert_eq!(test.raw.keys(), [key.tombstone_key()]);
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_publishes_nothing() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    let in_review = process(&test, &key, None).await;
    let decision = key.review_decision_key(&sha256());
    let options = UploadOptions::default();
    for bytes in [
        "{",
        r#"{"decision":"approved","sha256":"00","reviewer":"x","decided_at":"2026-01-01T00:00:00Z"}"#,
    ] {
        test.raw.upload(&decision, bytes.into(), options);
        let error = test.store.unapplied_review(&in_review).await.unwrap_err();
        assert_eq!(error.code(), "unreadable");
    }
    let unavailable = CloudErrorKind::Unavailable;
    test.raw.faults().fail("GetObject", &decision, unavailable);
    let error = test.store.unapplied_review(&in_review).await.unwrap_err();
    assert_eq!(error.code(), "unavailable");
    assert_eq!(test.media.keys(), [""; 0]);
}

#[tokio::test]
async fn a_missing_or_damaged_copy_is_not_published() {
    for damage in [None, Some("damaged")] {
        let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
        let in_review = process(&test, &key, None).await;
        let approval = review(ReviewDecision::Approved);
        test.store.decide(&key, &approval).await.unwrap();
        for variant in in_review.outcome.variants() {
            let copy = key.review_copy_key(&variant.sha256);
            match damage {
                None => test.raw.delete(&[copy]).await.unwrap(),
                Some(bytes) => {
                    let options = UploadOptions::default();
                    test.raw.upload(&copy, bytes.into(), options);
                }
            }
        }
        assert_eq!(apply(&test, &in_review).await, None);
        assert_eq!(test.media.keys(), [""; 0]);
        // The source is rendered again, and published because it is approved.
        let again = process(&test, &key, Some(&in_review)).await;
        assert_eq!(again.outcome.name(), "ready");
    }
}

#[tokio::test]
async fn an_upload_that_was_published_before_reviews_were_required_stays_published() {
    let (test, key) = (MemoryStore::with_reviews(), MemoryStore::new_key());
    let outcome = ready(&key, &test.put(&key, SOURCE), &[]).outcome;
    let published = manifest(&key, &test.put(&key, SOURCE), outcome, None);
    let again = process(&test, &key, Some(&published)).await;
    assert_eq!((again.outcome.name(), again.review), ("ready", None));
    let other = Manifest {
        source: ManifestSource {
            sha256: Some("another file".to_owned()),
            ..published.source.clone()
        },
        ..published
    };
    let replaced = process(&test, &key, Some(&other)).await;
    assert_eq!(replaced.outcome.name(), "in_review");
}

#[tokio::test]
async fn the_list_contains_the_uploads_in_review_page_by_page() {
    let test = MemoryStore::with_reviews();
    let mut keys: Vec<RawKey> = (0..5).map(|_| MemoryStore::new_key()).collect();
    keys.sort_by_key(ToString::to_string);
    for key in &keys {
        process(&test, key, None).await;
    }
    let published = ready(&keys[1], &test.put(&keys[1], SOURCE), &[]);
    test.store.write_manifest(&published).await.unwrap();
    keys.remove(1);
    let profile = &keys[0].profile;
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let request = ReviewListRequest {
            profile,
            owner: None,
            after: after.as_ref(),
            limit: 2,
        };
        let page = test.store.list_in_review(request).await.unwrap();
        listed.extend(page.iter().map(|manifest| manifest.raw_key()));
        after = page.last().map(|manifest| manifest.raw_key());
        if page.len() < 2 {
            break;
        }
    }
    assert_eq!(listed, keys);
}
