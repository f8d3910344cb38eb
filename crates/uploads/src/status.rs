//! The status of an upload, read from the store.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{Manifest, PendingStatus, RawKey, UploadStatus};

use crate::{ChangeListener, UploadStore};

/// The time that a slow upload may take after its URL has expired. S3 checks the expiry only when a
/// request begins.
const EXPIRY_GRACE: Duration = Duration::from_secs(60);

/// A status, and the size of the raw object if reading the status has shown it.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusReading {
    /// The status.
    pub status: UploadStatus,
    /// The size of the raw object in bytes.
    pub source_bytes: Option<u64>,
}

impl UploadStore {
    /// Reads an upload's status in at most three calls: for the manifest, for the raw object if
    /// there is no manifest, and for the tombstone if there is no raw object either. The store's
    /// first `403` may cause one more call, a probe of the raw bucket.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn status(&self, key: &RawKey) -> Result<UploadStatus, CloudError> {
        Ok(self.read_status(key).await?.status)
    }

    async fn read_status(&self, key: &RawKey) -> Result<StatusReading, CloudError> {
        match self.find_manifest(key).await? {
            Some(manifest) => Ok(done(manifest)),
            None => self.read_pending(key).await,
        }
    }

    /// Reads the status of an upload that had the status `last` before. Usually makes a single call
    /// to S3. May make more calls if `last` is `None`, `Expired` or `Deleted`, or if the raw object
    /// has just arrived or did not arrive in time.
    ///
    /// May not notice that an upload was deleted. To find out, pass `None`.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn next_status(
        &self,
        key: &RawKey,
        last: Option<PendingStatus>,
    ) -> Result<StatusReading, CloudError> {
        match last {
            Some(PendingStatus::AwaitingUpload) => match self.find_source(key).await? {
                Some(source) => self.outcome_or_processing(key, Some(source.size)).await,
                None if self.is_expired(key) => self.read_status(key).await,
                None => Ok(pending(key, PendingStatus::AwaitingUpload, None)),
            },
            Some(PendingStatus::Processing) => self.outcome_or_processing(key, None).await,
            Some(PendingStatus::Expired | PendingStatus::Deleted) | None => {
                self.read_status(key).await
            }
        }
    }

    /// Returns a listener for changes of an upload's status by this process.
    pub fn listen(&self, key: &RawKey) -> ChangeListener {
        self.listeners.listen(key)
    }

    async fn outcome_or_processing(
        &self,
        key: &RawKey,
        source_bytes: Option<u64>,
    ) -> Result<StatusReading, CloudError> {
        let manifest = self.find_manifest(key).await?;
        let processing = || pending(key, PendingStatus::Processing, source_bytes);
        Ok(manifest.map_or_else(processing, done))
    }

    async fn read_pending(&self, key: &RawKey) -> Result<StatusReading, CloudError> {
        let source = self.find_source(key).await?;
        let status = if source.is_some() {
            PendingStatus::Processing
        } else if self.has_tombstone(key).await? {
            PendingStatus::Deleted
        } else if self.is_expired(key) {
            PendingStatus::Expired
        } else {
            PendingStatus::AwaitingUpload
        };
        Ok(pending(key, status, source.map(|source| source.size)))
    }

    fn is_expired(&self, key: &RawKey) -> bool {
        let expires_at = key.id.created_at() + self.parts.upload_expiry + EXPIRY_GRACE;
        self.clock().now() > expires_at
    }
}

fn pending(key: &RawKey, status: PendingStatus, source_bytes: Option<u64>) -> StatusReading {
    StatusReading {
        status: UploadStatus::pending(key.clone(), status),
        source_bytes,
    }
}

fn done(manifest: Arc<Manifest>) -> StatusReading {
    StatusReading {
        source_bytes: Some(manifest.source.bytes),
        status: UploadStatus::Done(Box::new(Arc::unwrap_or_clone(manifest))),
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;

    use super::*;
    use crate::testing::ready;
    use crate::{ListPermission, MemoryStore};

    #[tokio::test]
    async fn an_upload_goes_from_awaiting_to_processing_to_its_outcome() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        assert_eq!(
            test.store.status(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        let source = test.put(&key, "bytes");
        let processing = test.store.next_status(&key, None).await.unwrap();
        assert_eq!(
            (processing.status.name(), processing.source_bytes),
            ("processing", Some(5))
        );
        let manifest = ready(&key, &source, &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        for last in [
            None,
            Some(PendingStatus::AwaitingUpload),
            Some(PendingStatus::Processing),
        ] {
            let reading = test.store.next_status(&key, last).await.unwrap();
            let status = reading.status;
            assert_eq!(
                (status.name(), status.is_final()),
                ("ready", true),
                "{last:?}"
            );
        }
    }

    /// S3 responds `403` instead of `404` to a role without `s3:ListBucket`.
    #[tokio::test]
    async fn a_role_without_permission_to_list_can_read_the_status() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let forbid = |missing: &[String]| {
            test.raw.faults().clear();
            for key in missing.iter().map(String::as_str).chain(["darkroom-probe"]) {
                for operation in ["GetObject", "HeadObject"] {
                    let forbidden = CloudErrorKind::Forbidden;
                    test.raw.faults().fail(operation, key, forbidden);
                }
            }
        };
        let status = async || test.store.status(&key).await.unwrap().name();
        let (manifest, tombstone) = (key.manifest_key(), key.tombstone_key());
        forbid(&[key.to_string(), manifest.clone(), tombstone.clone()]);
        assert_eq!(status().await, "awaiting_upload");
        let source = test.put(&key, "bytes");
        forbid(&[manifest, tombstone.clone()]);
        assert_eq!(status().await, "processing");
        let ready = ready(&key, &source, &[]);
        test.store.write_manifest(&ready).await.unwrap();
        forbid(&[tombstone]);
        assert_eq!(status().await, "ready");
    }

    #[tokio::test]
    async fn a_lost_permission_to_read_is_an_error() {
        let test = MemoryStore::new();
        let probed = test.store.probe(ListPermission::Optional).await;
        assert!(probed.is_ok());
        test.raw.fail(CloudErrorKind::Forbidden);
        let status = test.store.status(&MemoryStore::new_key()).await;
        assert_eq!(status.unwrap_err().kind, CloudErrorKind::Forbidden);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_never_arrives_expires_after_its_url_and_a_grace_period() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let lifetime = MemoryStore::UPLOAD_EXPIRY + EXPIRY_GRACE;
        tokio::time::advance(lifetime - Duration::from_secs(1)).await;
        assert_eq!(
            test.store.status(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        tokio::time::advance(Duration::from_secs(2)).await;
        let status = test.store.status(&key).await.unwrap();
        assert_eq!((status.name(), status.is_final()), ("expired", true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deleted_upload_stays_deleted_until_it_is_uploaded_again() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let status = async || test.store.status(&key).await.unwrap();
        for _ in 0..2 {
            test.store.delete(&key).await.unwrap();
            let deleted = status().await;
            assert_eq!((deleted.name(), deleted.is_final()), ("deleted", true));
        }
        let source = test.put(&key, "bytes");
        assert_eq!(status().await.name(), "processing");
        let manifest = ready(&key, &source, &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        assert_eq!(status().await.name(), "ready");
        test.store.delete(&key).await.unwrap();
        tokio::time::advance(MemoryStore::UPLOAD_EXPIRY + 2 * EXPIRY_GRACE).await;
        let last = Some(PendingStatus::AwaitingUpload);
        for status in [
            status().await,
            test.store.next_status(&key, last).await.unwrap().status,
        ] {
            assert_eq!(status.name(), "deleted");
        }
    }
}
