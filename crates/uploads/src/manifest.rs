//! Reading and writing manifests.

use std::sync::Arc;

use bytes::Bytes;
use darkroom_cloud::{CloudError, KillPoint, PutOptions, ReadError};
use darkroom_contract::{Manifest, RawKey};

use crate::{StoreError, UploadStore};

/// The maximum size of a manifest. A real manifest takes a few kilobytes.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;
const OPTIONS: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-cache",
};

impl UploadStore {
    /// Returns the manifest of an upload.
    ///
    /// An unreadable manifest counts as missing, so `backfill` queues its upload again, and a
    /// worker replaces the manifest.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn manifest(&self, key: &RawKey) -> Result<Option<Arc<Manifest>>, CloudError> {
        let manifest_key = key.manifest_key();
        let raw = &self.parts.raw;
        let unreadable = match raw.read(&manifest_key, MAX_MANIFEST_BYTES).await {
            Ok(None) => return Ok(None),
            Ok(Some(json)) => match serde_json::from_slice(&json) {
                Ok(manifest) => return Ok(Some(Arc::new(manifest))),
                Err(error) => error.to_string(),
            },
            Err(ReadError::Cloud(error)) => return Err(error),
            Err(error @ ReadError::TooLarge { .. }) => error.to_string(),
        };
        tracing::warn!(
            key = manifest_key,
            error = unreadable,
            "unreadable manifest"
        );
        Ok(None)
    }

    /// Works like [`manifest`](Self::manifest), but also for a role without `s3:ListBucket`, to
    /// which S3 responds `403` if there is no manifest.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn find_manifest(&self, key: &RawKey) -> Result<Option<Arc<Manifest>>, CloudError> {
        let manifest = self.manifest(key).await;
        self.missing_if_forbidden(manifest).await
    }

    /// Returns `true` if the upload still has this outcome. Returns `false` if the upload was
    /// deleted, replaced or rendered with another recipe in the meantime.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn has_outcome(&self, manifest: &Manifest) -> Result<bool, CloudError> {
        let stored = self.manifest(&manifest.raw_key()).await?;
        Ok(stored.is_some_and(|stored| stored.is_same_outcome(manifest)))
    }

    /// Writes a manifest, which makes the outcome visible. All variants that it names must already
    /// be written.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn write_manifest(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let key = manifest.raw_key().manifest_key();
        let json = encode(manifest)?;
        KillPoint::BeforeManifest.pass();
        self.parts.raw.put(&key, json, OPTIONS).await?;
        KillPoint::AfterManifest.pass();
        Ok(())
    }

    /// Writes a `failed` manifest unless the upload already has a manifest. Returns `true` if it
    /// wrote the manifest.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn write_failure(&self, manifest: &Manifest) -> Result<bool, StoreError> {
        let key = manifest.raw_key().manifest_key();
        let json = encode(manifest)?;
        let written = self.parts.raw.put_if_absent(&key, json, OPTIONS).await?;
        Ok(written)
    }

    /// Publishes an outcome, if a webhook is configured. The manifest must be durable.
    ///
    /// # Errors
    /// The error of the call. In this case, do not acknowledge the event of the upload, so that its
    /// redelivery publishes the outcome.
    pub async fn publish_outcome(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let now = self.clock().now();
        self.parts.outcomes.publish(manifest, now).await
    }
}

fn encode(manifest: &Manifest) -> Result<Bytes, StoreError> {
    serde_json::to_vec(manifest)
        .map(Bytes::from)
        .map_err(|error| StoreError::encode("a manifest", &error))
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{Bucket, CloudErrorKind};

    use super::*;
    use crate::MemoryStore;
    use crate::testing::failed;

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
}
