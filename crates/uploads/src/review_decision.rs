//! Decisions of reviewers. A decision is an object that is written once.

use std::sync::Arc;

use bytes::Bytes;
use darkroom_cloud::{CloudError, PutOptions, ReadError};
use darkroom_contract::{Manifest, RawKey, Review};

use crate::{StoreError, UploadStore};

/// The headers of a decision.
const DECISION: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-store",
};
/// The maximum size of a decision.
const MAX_DECISION_BYTES: u64 = 16 * 1024;

/// The reason why a decision was not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReviewRefusal {
    /// A call to the store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The upload is not in review.
    #[error("the upload is not in review")]
    NotInReview,
    /// The upload has another file by now.
    #[error("the upload now has another file; read its status again")]
    Replaced,
    /// The opposite decision was made before.
    #[error("the upload was already {}", .0.decision.name())]
    Decided(Review),
}

impl From<CloudError> for ReviewRefusal {
    fn from(error: CloudError) -> Self {
        Self::Store(error.into())
    }
}

impl UploadStore {
    /// Returns the decision about the file of an upload with this SHA-256, if there is one.
    ///
    /// # Errors
    /// The error of the request to the store, or [`StoreError::Unreadable`]. An unreadable decision
    /// never counts as an approval.
    pub async fn review(&self, key: &RawKey, sha256: &str) -> Result<Option<Review>, StoreError> {
        let key = key.review_decision_key(sha256);
        let read = self.parts.raw.read(&key, MAX_DECISION_BYTES).await;
        let detail = match read {
            Ok(None) => return Ok(None),
            Ok(Some(json)) => match serde_json::from_slice::<Review>(&json) {
                Ok(review) if review.sha256 == sha256 => return Ok(Some(review)),
                Ok(_) => "it names another file".to_owned(),
                Err(error) => error.to_string(),
            },
            Err(ReadError::Cloud(error)) => return Err(error.into()),
            Err(error @ ReadError::TooLarge { .. }) => error.to_string(),
        };
        Err(StoreError::Unreadable { key, detail })
    }

    /// Records a decision about an upload, and queues the upload for a worker. Returns the stored
    /// decision: this one, or the same decision that was made before.
    ///
    /// # Errors
    /// [`ReviewRefusal`]. After a failed call, the decision may be repeated.
    pub async fn decide(&self, key: &RawKey, review: &Review) -> Result<Review, ReviewRefusal> {
        let manifest = self.find_manifest(key).await?;
        let manifest = self.check_reviewable(key, manifest, review).await?;
        let stored = self.record_review(key, review).await?;
        if stored.decision != review.decision {
            return Err(ReviewRefusal::Decided(stored));
        }
        // A deletion may have finished before the decision was written.
        if self.find_source(key).await?.is_none() {
            self.delete_review(key, &review.sha256).await?;
            return Err(ReviewRefusal::NotInReview);
        }
        if manifest.outcome.is_in_review() {
            self.requeue(&[self.event(key, None, false)]).await?;
        }
        self.listeners.notify(key);
        Ok(stored)
    }

    async fn check_reviewable(
        &self,
        key: &RawKey,
        manifest: Option<Arc<Manifest>>,
        review: &Review,
    ) -> Result<Arc<Manifest>, ReviewRefusal> {
        let Some(manifest) = manifest else {
            // An earlier attempt at this decision may have left it behind after a deletion.
            if self.find_source(key).await?.is_none() {
                self.delete_review(key, &review.sha256).await?;
            }
            return Err(ReviewRefusal::NotInReview);
        };
        if !manifest.outcome.is_in_review() && manifest.review.is_none() {
            return Err(ReviewRefusal::NotInReview);
        }
        if manifest.source.sha256.as_ref() != Some(&review.sha256) {
            return Err(ReviewRefusal::Replaced);
        }
        Ok(manifest)
    }

    /// Writes a decision unless there is one. Returns the decision that is stored.
    async fn record_review(&self, key: &RawKey, review: &Review) -> Result<Review, StoreError> {
        let json = serde_json::to_vec(review).map(Bytes::from);
        let json = json.map_err(|error| StoreError::encode("a review decision", &error))?;
        let (raw, object) = (&self.parts.raw, key.review_decision_key(&review.sha256));
        if raw.put_if_absent(&object, json, DECISION).await? {
            return Ok(review.clone());
        }
        let stored = self.review(key, &review.sha256).await?;
        Ok(stored.unwrap_or_else(|| review.clone()))
    }

    async fn delete_review(&self, key: &RawKey, sha256: &str) -> Result<(), CloudError> {
        let raw = &self.parts.raw;
        raw.delete(&[key.review_decision_key(sha256)]).await
    }
}
