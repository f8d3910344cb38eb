//! Reading and writing manifests.

use std::sync::Arc;

use bytes::Bytes;
use darkroom_cloud::{CloudError, KillPoint, PutOptions, ReadError};
use darkroom_contract::{Manifest, OutcomeEvent, RawKey, is_canary};

use crate::{StoreError, UploadStore};

/// The maximum size of a manifest. A real manifest takes a few kilobytes.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;
const OPTIONS: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-cache",
};

/// The reason why a manifest is unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnreadableManifest {
    pub(crate) detail: String,
    /// `true` if its format is newer than the one that this code reads.
    pub(crate) is_newer: bool,
}

impl UploadStore {
    /// Returns the manifest of an upload.
    ///
    /// An unreadable manifest counts as missing, so `backfill` queues its upload again, and a
    /// worker replaces the manifest.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn manifest(&self, key: &RawKey) -> Result<Option<Arc<Manifest>>, CloudError> {
        self.manifest_at(&key.manifest_key()).await
    }

    /// Works like [`manifest`](Self::manifest), but takes the key of the manifest itself.
    pub(crate) async fn manifest_at(&self, key: &str) -> Result<Option<Arc<Manifest>>, CloudError> {
        let Some(stored) = self.stored_manifest(key).await? else {
            return Ok(None);
        };
        if let Err(UnreadableManifest { detail, .. }) = &stored {
            tracing::warn!(key, error = detail, "unreadable manifest");
        }
        Ok(stored.ok())
    }

    /// Returns the manifest of an upload, or the reason why it is unreadable.
    pub(crate) async fn stored_manifest(
        &self,
        key: &str,
    ) -> Result<Option<Result<Arc<Manifest>, UnreadableManifest>>, CloudError> {
        let raw = &self.parts.raw;
        let json = match raw.read(key, MAX_MANIFEST_BYTES).await {
            Ok(None) => return Ok(None),
            Ok(Some(json)) => json,
            Err(ReadError::Cloud(error)) => return Err(error),
            Err(error @ ReadError::TooLarge { .. }) => {
                return Ok(Some(Err(UnreadableManifest {
                    detail: error.to_string(),
                    is_newer: false,
                })));
            }
        };
        let manifest = serde_json::from_slice(&json).map(Arc::new);
        Ok(Some(manifest.map_err(|error| UnreadableManifest {
            detail: error.to_string(),
            is_newer: is_newer(&json),
        })))
    }

    /// Works like [`manifest`](Self::manifest), but also for a role without `s3:ListBucket`, to
    /// which S3 responds `403` if there is no manifest.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn find_manifest(&self, key: &RawKey) -> Result<Option<Arc<Manifest>>, CloudError> {
        let manifest = self.manifest(key).await;
        self.missing_if_forbidden(manifest).await
    }

    /// Returns the manifest with the outcome that an event is about. Returns `None` if the upload
    /// no longer has this outcome, because it was deleted, replaced or rendered with another recipe
    /// in the meantime. A newer outcome is not returned in its place: its source may not be
    /// verified yet, and once it is, the newer outcome gets an event of its own.
    ///
    /// # Errors
    /// The error of the request to the store, or [`StoreError::Unreadable`]. An unreadable manifest
    /// may come from a newer version of this program, so the event must not be lost.
    pub async fn outcome(&self, event: &OutcomeEvent) -> Result<Option<Arc<Manifest>>, StoreError> {
        let stored = self.stored_manifest(&event.upload.manifest_key()).await;
        match self.missing_if_forbidden(stored).await? {
            None => Ok(None),
            Some(Ok(manifest)) if manifest.outcome_id() == event.outcome_id => Ok(Some(manifest)),
            Some(Ok(_)) => Ok(None),
            Some(Err(UnreadableManifest { detail, .. })) => Err(StoreError::Unreadable {
                key: event.upload.manifest_key(),
                detail,
            }),
        }
    }

    /// Writes a manifest, which makes the outcome visible. All variants that it names must already
    /// be written.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn write_manifest(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let key = manifest.raw_key().manifest_key();
        let json = encode(manifest)?;
        KillPoint::BeforeManifest.pass();
        let written = self.parts.raw.put(&key, json, OPTIONS).await;
        self.record_raw_write(written)?;
        KillPoint::AfterManifest.pass();
        self.listeners.notify(&manifest.raw_key());
        Ok(())
    }

    /// Writes a `failed` manifest unless the upload already has a manifest. Returns `true` if it
    /// wrote the manifest.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn write_failure(&self, manifest: &Manifest) -> Result<bool, StoreError> {
        let key = manifest.raw_key().manifest_key();
        let json = encode(manifest)?;
        let written = self.parts.raw.put_if_absent(&key, json, OPTIONS).await;
        let written = self.record_raw_write(written)?;
        self.listeners.notify(&manifest.raw_key());
        Ok(written)
    }

    /// Publishes an outcome to the subscribers in this process and, if a webhook is configured, to
    /// its queue. The manifest must be durable. The outcome of a canary is not published, because no
    /// receiver knows its owner.
    ///
    /// # Errors
    /// The error of the request to the store. In this case, do not acknowledge the event of the
    /// upload, so that its redelivery publishes the outcome.
    pub async fn publish_outcome(&self, manifest: &Manifest) -> Result<(), StoreError> {
        if is_canary(&manifest.owner) {
            return Ok(());
        }
        if self.outcomes.receiver_count() > 0 {
            // An error means that the last subscriber has left.
            let _ = self.outcomes.send(Arc::new(manifest.clone()));
        }
        let now = self.clock().now();
        self.parts.outcomes.publish(manifest, now).await
    }
}

/// Returns `true` if the format of a manifest is newer than the one that this code reads.
fn is_newer(json: &[u8]) -> bool {
    let document: Option<serde_json::Value> = serde_json::from_slice(json).ok();
    let version = document.and_then(|document| document.get("version")?.as_u64());
    version.is_some_and(|version| version > u64::from(Manifest::VERSION))
}

fn encode(manifest: &Manifest) -> Result<Bytes, StoreError> {
    serde_json::to_vec(manifest)
        .map(Bytes::from)
        .map_err(|error| StoreError::encode("a manifest", &error))
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{Bucket, CloudErrorKind, UploadOptions};

    use super::*;
    use crate::MemoryStore;
    use crate::testing::{failed, ready};

    #[tokio::test]
    async fn an_unreadable_or_too_large_manifest_counts_as_missing() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let large = vec![b' '; usize::try_from(MAX_MANIFEST_BYTES).unwrap() + 1];
        for bytes in [Bytes::from("{"), Bytes::from(large)] {
            let manifest_key = key.manifest_key();
            test.raw.put(&manifest_key, bytes, OPTIONS).await.unwrap();
            assert!(test.store.manifest(&key).await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_manifest_that_cannot_be_fetched_is_an_error() {
        let test = MemoryStore::new();
        test.raw.fail(CloudErrorKind::Unavailable);
        let error = test
            .store
            .manifest(&MemoryStore::new_key())
            .await
            .unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn a_failure_does_not_replace_an_outcome() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let first = failed(&key, "first");
        assert!(test.store.write_failure(&first).await.unwrap());
        let second = failed(&key, "second");
        assert!(!test.store.write_failure(&second).await.unwrap());
        let stored = test.store.manifest(&key).await.unwrap().unwrap();
        assert_eq!(*stored, first);
        test.store.write_manifest(&second).await.unwrap();
        let stored = test.store.manifest(&key).await.unwrap().unwrap();
        assert_eq!(*stored, second);
    }

    #[tokio::test]
    async fn the_outcome_of_a_canary_is_not_published() {
        let test = MemoryStore::new();
        let canary = RawKey {
            owner: darkroom_contract::canary_owner(),
            ..MemoryStore::new_key()
        };
        for (key, published) in [(canary, 0), (MemoryStore::new_key(), 1)] {
            let manifest = failed(&key, "");
            test.store.publish_outcome(&manifest).await.unwrap();
            assert_eq!(test.outcomes.len(), published);
        }
    }

    fn put_unreadable(test: &MemoryStore, key: &RawKey) {
        let options = UploadOptions::default();
        test.raw.upload(&key.manifest_key(), "{".into(), options);
    }

    #[tokio::test]
    async fn an_event_finds_the_manifest_with_its_outcome_and_no_other() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let outcome = async |event| test.store.outcome(event).await.unwrap();
        let manifest = failed(&key, "first");
        let event = OutcomeEvent::new(&manifest, test.clock.now());
        assert_eq!(outcome(&event).await, None, "deleted");
        // The upload reached the same outcome again. The manifest that is stored now is returned.
        let stored = failed(&key, "second");
        test.store.write_manifest(&stored).await.unwrap();
        assert_eq!(outcome(&event).await.as_deref(), Some(&stored));
        let replaced = ready(&key, &test.put(&key, "bytes"), &[]);
        test.store.write_manifest(&replaced).await.unwrap();
        assert_eq!(outcome(&event).await, None, "replaced");
    }

    #[tokio::test]
    async fn an_event_whose_manifest_cannot_be_read_is_an_error() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let event = OutcomeEvent::new(&failed(&key, ""), test.clock.now());
        let error = async || test.store.outcome(&event).await.unwrap_err();
        put_unreadable(&test, &key);
        assert_eq!(error().await.code(), "unreadable");
        test.raw.fail(CloudErrorKind::Unavailable);
        assert_eq!(error().await.code(), "unavailable");
    }

    /// S3 responds `403` instead of `404` to a role without `s3:ListBucket`.
    #[tokio::test]
    async fn a_deleted_upload_has_no_outcome_for_a_role_without_permission_to_list() {
        let test = MemoryStore::new();
        let event = OutcomeEvent::new(&failed(&MemoryStore::new_key(), ""), test.clock.now());
        test.raw.fail(CloudErrorKind::Forbidden);
        assert_eq!(test.store.outcome(&event).await.unwrap(), None);
    }
}
