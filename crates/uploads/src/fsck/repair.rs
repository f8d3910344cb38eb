//! Repairs.

use std::collections::BTreeSet;

use darkroom_cloud::CloudError;
use darkroom_contract::RawKey;

use super::inconsistency::{Inconsistency, Repair};
use crate::UploadStore;

/// Repairs inconsistencies that were just confirmed. Each upload is queued only once.
///
/// # Errors
/// The error of the first call that failed. A repair may be repeated.
pub(super) async fn repair(
    store: &UploadStore,
    inconsistencies: &[Inconsistency],
    max_waiting: Option<u64>,
) -> Result<(), CloudError> {
    let mut queued = BTreeSet::new();
    let (mut events, mut variants, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    let mut deletions: Vec<&RawKey> = Vec::new();
    for Inconsistency {
        key,
        upload,
        repair,
        ..
    } in inconsistencies
    {
        match (repair, upload) {
            (Repair::Enqueue { force }, Some(upload)) => {
                if queued.insert(upload.to_string()) {
                    events.push(store.event(upload, None, *force));
                }
            }
            (Repair::DeleteVariant, _) => variants.push(key.clone()),
            (Repair::DeleteReview, _) => reviews.push(key.clone()),
            (Repair::FinishDeletion, Some(upload)) => deletions.push(upload),
            (Repair::Enqueue { .. } | Repair::FinishDeletion, None)
            | (Repair::Manual { .. }, _) => {}
        }
    }
    if !variants.is_empty() {
        store.parts.media.delete(&variants).await?;
    }
    if !reviews.is_empty() {
        store.parts.raw.delete(&reviews).await?;
    }
    for upload in deletions {
        store.discard(upload).await?;
    }
    store.requeue_within(&events, max_waiting).await
}
