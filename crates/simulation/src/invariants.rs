//! The checks of invariants 1, 2, 4, 5, 6 and 8, which the documentation of the crate lists. They run
//! when an object is written or deleted, when a message is deleted, when an outcome is published,
//! and when a webhook is sent. `faulty_queue` checks invariant 3, `quota` checks
//! invariant 7, and `quiescence` checks invariants 9 and 10.

use bytes::Bytes;
use darkroom_contract::{
    MANIFEST_PREFIX, Manifest, Notification, ObjectEvent, Outcome, OutcomeEvent,
    REVIEW_DECISION_PREFIX, RawKey, Review, ReviewDecision, UploadId, sha256_hex,
};
use darkroom_worker::StandInRenderer;
use tokio::time::Instant;

use crate::erasure::is_erasable;
use crate::profiles::{REVIEWED_PREFIX, is_reviewed};
use crate::registry::UploadRecord;
use crate::world::World;

/// Reads the manifest of an upload.
pub(crate) fn manifest(world: &World, key: &RawKey) -> Option<Manifest> {
    let json = world.raw.bytes(&key.manifest_key())?;
    serde_json::from_slice(&json).ok()
}

/// Returns the entity tag of an upload's raw object.
pub(crate) fn source_etag(world: &World, key: &RawKey) -> Option<String> {
    let info = world.raw.info(&key.to_string())?;
    Some(info.etag)
}

/// Notes that an object was written or deleted, if it is a manifest.
pub(crate) fn note_manifest(world: &World, object_key: &str) {
    if !object_key.starts_with(MANIFEST_PREFIX) {
        return;
    }
    let mut state = world.state();
    let step = state.trace.steps();
    let Some(record) = upload_id(object_key).and_then(|id| state.registry.get_mut(id)) else {
        return;
    };
    let manifest = manifest(world, &record.key);
    record.set_manifest(manifest, step);
}

/// Notes that an object was deleted. If it is a raw object, checks that its upload already has a
/// tombstone, unless its owner may be erased.
pub(crate) fn note_deletion(world: &World, object_key: &str) {
    note_manifest(world, object_key);
    if let Ok(key) = RawKey::parse(object_key) {
        let mut state = world.state();
        let step = state.trace.steps();
        if let Some(record) = state.registry.get_mut(key.id) {
            record.source_deleted_at.get_or_insert(step);
        }
        drop(state);
        if !is_erasable(&key) && !has_tombstone(world, &key) {
            world.violate(format!("{}: deleted without a tombstone", key.id));
        }
    }
}

/// Returns `true` if the upload has a tombstone.
pub(crate) fn has_tombstone(world: &World, key: &RawKey) -> bool {
    world.raw.info(&key.tombstone_key()).is_some()
}

/// Checks the upload that an object belongs to. A `ready` manifest may name only variants that
/// exist and were made from the source in the manifest. If the upload was overwritten, its variants
/// must exist, but their bytes are not compared with the source. An upload whose deletion was
/// requested is not checked at all.
pub(crate) fn check_object(world: &World, object_key: &str) {
    let Some(id) = upload_id(object_key) else {
        return;
    };
    let state = world.state();
    let Some(record) = state.registry.get(id) else {
        return;
    };
    if record.is_deletion_requested {
        return;
    }
    let problem = variants_problem(world, record, !record.is_overwritten());
    drop(state);
    if let Some(problem) = problem {
        world.violate(problem);
    }
}

/// Returns the problem with the variants of a `ready` manifest, if there is one. Compares the bytes
/// of the variants with the source only if `checks_content` is `true`.
pub(crate) fn variants_problem(
    world: &World,
    record: &UploadRecord,
    checks_content: bool,
) -> Option<String> {
    let manifest = manifest(world, &record.key)?;
    let Outcome::Ready { variants, .. } = &manifest.outcome else {
        return None;
    };
    let id = record.key.id;
    let source = record.contents.get(&manifest.source.etag);
    let Some(source) = source else {
        return Some(format!(
            "{id}: the manifest names a source that never existed"
        ));
    };
    for variant in variants {
        let Some(bytes) = world.media.bytes(&variant.key) else {
            return Some(format!("{id}: variant {} does not exist", variant.key));
        };
        let expected = StandInRenderer::variant_bytes(&variant.name, source);
        let is_right = bytes == expected && sha256_hex(&bytes) == variant.sha256;
        if checks_content && !is_right {
            return Some(format!(
                "{id}: variant {} was made from a different source",
                variant.key
            ));
        }
    }
    None
}

/// Checks a deleted message that was not deferred. The message must be a dead letter, or its object
/// must have an outcome, be gone, or have been replaced.
pub(crate) fn check_deleted_message(world: &World, body: &str) {
    let Ok(Notification::Records(records)) = Notification::parse(body) else {
        if !world.dead_letters.bodies().iter().any(|one| one == body) {
            world.violate(
                "a malformed message was deleted without becoming a dead letter".to_owned(),
            );
        }
        return;
    };
    for event in records.into_iter().flatten() {
        if !is_final(world, &event, body) {
            let violation = format!("{}: message deleted before its outcome", event.key);
            world.violate(violation);
        }
    }
}

fn is_final(world: &World, event: &ObjectEvent, body: &str) -> bool {
    let Ok(key) = RawKey::parse(&event.key) else {
        return true;
    };
    let Some(current) = source_etag(world, &key) else {
        return true;
    };
    if event.etag.as_ref().is_some_and(|etag| *etag != current) {
        // The current object has its own event.
        return true;
    }
    let state = world.state();
    let record = state.registry.get(key.id);
    let has_outcome = record.is_some_and(|record| {
        let mut manifests = record.manifests.iter();
        // The event of a decision or a backfill names no version. It is about the object that a
        // worker found. An object that has replaced that one since has its own event.
        manifests.any(|stored| event.etag.is_none() || stored.manifest.source.etag == current)
    });
    drop(state);
    has_outcome || world.dead_letters.bodies().iter().any(|one| one == body)
}

/// Checks a published outcome. Its upload must not have been deleted before the manifest was
/// written.
pub(crate) fn check_published(world: &World, body: &str) {
    let Ok(event) = serde_json::from_str::<OutcomeEvent>(body) else {
        world.violate("an outcome event cannot be read".to_owned());
        return;
    };
    let id = event.upload.id;
    let mut state = world.state();
    let Some(record) = state.registry.get_mut(id) else {
        return;
    };
    let mut manifests = record.manifests.iter();
    let first = manifests.find(|stored| stored.manifest.outcome_id() == event.outcome_id);
    let written_at = first.map(|stored| stored.written_at);
    let deleted_before = match (record.source_deleted_at, written_at) {
        (Some(deleted), Some(written)) => deleted < written,
        _ => false,
    };
    record.published.insert(event.outcome_id);
    drop(state);
    if written_at.is_none() {
        world.violate(format!("{id}: an outcome was published but not stored"));
    }
    if deleted_before {
        world.violate(format!(
            "{id}: an outcome of a deleted upload was published"
        ));
    }
}

/// Checks the outcome that a webhook reports. It must have been published. The store must contain
/// exactly this manifest. It may also have been removed within the latency of the last call, while
/// the webhook was being sent.
pub(crate) fn check_delivered(world: &World, manifest: &Manifest) {
    let now = Instant::now();
    let max_latency = world.rates.max_latency;
    let outcome_id = manifest.outcome_id();
    let mut state = world.state();
    let Some(record) = state.registry.get_mut(manifest.id) else {
        return;
    };
    let is_published = record.published.contains(&outcome_id);
    let mut manifests = record.manifests.iter();
    let is_stored = manifests.any(|stored| {
        let removed_at = stored.removed_at;
        stored.manifest == *manifest && removed_at.is_none_or(|at| at + max_latency >= now)
    });
    record.delivered.insert(outcome_id.clone());
    drop(state);
    if !is_published {
        world.violate(format!("{outcome_id}: delivered before it was published"));
    }
    if !is_stored {
        world.violate(format!("{outcome_id}: delivered, but not stored any more"));
    }
}

/// Returns the expected status for this content, such as `"ready"`.
pub(crate) fn expected_status(world: &World, key: &RawKey, content: &Bytes) -> &'static str {
    if StandInRenderer::rejects(content) {
        return "rejected";
    }
    if !is_reviewed(key) {
        return "ready";
    }
    match stored_review(world, key, content).map(|review| review.decision) {
        None => "in_review",
        Some(ReviewDecision::Approved) => "ready",
        Some(ReviewDecision::Rejected) => "rejected",
    }
}

/// Returns the stored decision about a file of an upload.
fn stored_review(world: &World, key: &RawKey, content: &Bytes) -> Option<Review> {
    let object = key.review_decision_key(&sha256_hex(content));
    serde_json::from_slice(&world.raw.bytes(&object)?).ok()
}

/// Notes the approval if an object is one.
pub(crate) fn note_approval(world: &World, object_key: &str) {
    if !object_key.starts_with(REVIEW_DECISION_PREFIX) {
        return;
    }
    let review = world.raw.bytes(object_key);
    let review = review.and_then(|json| serde_json::from_slice::<Review>(&json).ok());
    if let Some(review) = review.filter(|it| it.decision == ReviewDecision::Approved) {
        world.state().registry.approved.insert(review.sha256);
    }
}

/// Checks a variant that was written. If its profile requires reviews, a reviewer must have approved
/// its source before.
pub(crate) fn check_variant(world: &World, object_key: &str) {
    let Some(bytes) = world.media.bytes(object_key) else {
        return;
    };
    if !object_key.starts_with(REVIEWED_PREFIX) {
        return;
    }
    let source = StandInRenderer::source_of_variant(&bytes).map(sha256_hex);
    let approved = source.is_some_and(|it| world.state().registry.approved.contains(&it));
    if !approved {
        world.violate(format!("{object_key}: published without an approval"));
    }
}

/// Returns the id of the upload that an object belongs to. The object's key has a form such as
/// `…/{id}`, `…/{id}.json` or `…/{id}_thumb.webp`.
fn upload_id(object_key: &str) -> Option<UploadId> {
    const UUID_LENGTH: usize = 36;
    let name = object_key.rsplit('/').next()?;
    name.get(..UUID_LENGTH)?.parse().ok()
}
