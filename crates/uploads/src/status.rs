//! The status of an upload, read from the store.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{Manifest, PendingStatus, RawKey, UploadStatus};

use crate::UploadStore;

/// The time that a slow upload may take after its URL has expired. S3 checks the expiry only when a
/// request begins.
const EXPIRY_GRACE: Duration = Duration::from_secs(60);

impl UploadStore {
    /// Reads an upload's status in at most two calls: the manifest and, if there is none, the raw
    /// object.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn status(&self, key: &RawKey) -> Result<UploadStatus, CloudError> {
        match self.manifest(key).await? {
            Some(manifest) => Ok(done(manifest)),
            None => Ok(UploadStatus::pending(
                key.clone(),
                self.pending_status(key).await?,
            )),
        }
    }

    /// Reads the status of an upload whose latest status was `last`. Takes one call unless the raw
    /// object has just arrived.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn next_status(
        &self,
        key: &RawKey,
        last: Option<PendingStatus>,
    ) -> Result<UploadStatus, CloudError> {
        match last {
            Some(PendingStatus::AwaitingUpload) => match self.pending_status(key).await? {
                PendingStatus::Processing => self.outcome_or_processing(key).await,
                status => Ok(UploadStatus::pending(key.clone(), status)),
            },
            Some(PendingStatus::Processing) => self.outcome_or_processing(key).await,
            Some(PendingStatus::Expired) | None => self.status(key).await,
        }
    }

    async fn outcome_or_processing(&self, key: &RawKey) -> Result<UploadStatus, CloudError> {
        let manifest = self.manifest(key).await?;
        Ok(manifest.map_or_else(
            || UploadStatus::pending(key.clone(), PendingStatus::Processing),
            done,
        ))
    }

    async fn pending_status(&self, key: &RawKey) -> Result<PendingStatus, CloudError> {
        Ok(match self.source_info(key).await? {
            Some(_) => PendingStatus::Processing,
            None if self.is_expired(key) => PendingStatus::Expired,
            None => PendingStatus::AwaitingUpload,
        })
    }

    fn is_expired(&self, key: &RawKey) -> bool {
        let expires_at = key.id.created_at() + self.parts.upload_expiry + EXPIRY_GRACE;
        self.clock().now() > expires_at
    }
}

fn done(manifest: Arc<Manifest>) -> UploadStatus {
    UploadStatus::Done(Box::new(Arc::unwrap_or_clone(manifest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestStore, key, ready};

    #[tokio::test]
    async fn an_upload_goes_from_awaiting_to_processing_to_its_outcome() {
        let test = TestStore::new();
        let key = key();
        assert_eq!(
            test.store.status(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        let source = test.upload(&key, "bytes");
        assert_eq!(test.store.status(&key).await.unwrap().name(), "processing");
        let manifest = ready(&key, &source, &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        for last in [
            None,
            Some(PendingStatus::AwaitingUpload),
            Some(PendingStatus::Processing),
        ] {
            let status = test.store.next_status(&key, last).await.unwrap();
            assert_eq!(
                (status.name(), status.is_final()),
                ("ready", true),
                "{last:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_upload_that_never_arrives_expires_after_its_url_and_a_grace_period() {
        let test = TestStore::new();
        let key = key();
        test.advance(TestStore::UPLOAD_EXPIRY + EXPIRY_GRACE - Duration::from_secs(1));
        assert_eq!(
            test.store.status(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        test.advance(Duration::from_secs(2));
        let status = test.store.status(&key).await.unwrap();
        assert_eq!((status.name(), status.is_final()), ("expired", true));
    }
}
