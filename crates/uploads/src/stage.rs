//! The stage of an upload, read from the store.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{Manifest, RawKey, UploadState};

use crate::UploadStore;

/// S3 checks a URL's expiry when a request begins, so a slow upload may end this much later.
const EXPIRY_GRACE: Duration = Duration::from_secs(60);

/// The stage of an upload.
#[derive(Debug, Clone)]
pub enum UploadStage {
    /// There is no outcome.
    Pending(UploadState),
    /// There is an outcome.
    Finished(Arc<Manifest>),
}

impl UploadStage {
    /// Returns `true` if the stage cannot change without another request from the client.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Finished(_) | Self::Pending(UploadState::Expired)
        )
    }

    /// The `status` of an answer, such as `"processing"`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending(UploadState::AwaitingUpload) => "awaiting_upload",
            Self::Pending(UploadState::Processing) => "processing",
            Self::Pending(UploadState::Expired) => "expired",
            Self::Finished(manifest) => manifest.outcome.name(),
        }
    }
}

impl UploadStore {
    /// Reads an upload's stage in at most two calls: the manifest, and the raw object where there
    /// is none.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn stage(&self, key: &RawKey) -> Result<UploadStage, CloudError> {
        match self.manifest(key).await? {
            Some(manifest) => Ok(UploadStage::Finished(manifest)),
            None => self.arrival(key).await.map(UploadStage::Pending),
        }
    }

    /// Reads the stage after `last`, in one call unless the raw object has just arrived.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn next_stage(
        &self,
        key: &RawKey,
        last: Option<UploadState>,
    ) -> Result<UploadStage, CloudError> {
        match last {
            Some(UploadState::AwaitingUpload) => match self.arrival(key).await? {
                UploadState::Processing => self.outcome_or_processing(key).await,
                state => Ok(UploadStage::Pending(state)),
            },
            Some(UploadState::Processing) => self.outcome_or_processing(key).await,
            Some(UploadState::Expired) | None => self.stage(key).await,
        }
    }

    async fn outcome_or_processing(&self, key: &RawKey) -> Result<UploadStage, CloudError> {
        let manifest = self.manifest(key).await?;
        Ok(manifest.map_or(
            UploadStage::Pending(UploadState::Processing),
            UploadStage::Finished,
        ))
    }

    async fn arrival(&self, key: &RawKey) -> Result<UploadState, CloudError> {
        Ok(match self.source_info(key).await? {
            Some(_) => UploadState::Processing,
            None if self.is_expired(key) => UploadState::Expired,
            None => UploadState::AwaitingUpload,
        })
    }

    fn is_expired(&self, key: &RawKey) -> bool {
        let expires_at = key.id.created_at() + self.parts.upload_expiry + EXPIRY_GRACE;
        self.clock().now() > expires_at
    }
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
            test.store.stage(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        let source = test.upload(&key, "bytes");
        assert_eq!(test.store.stage(&key).await.unwrap().name(), "processing");
        let manifest = ready(&key, &source, &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        for last in [
            None,
            Some(UploadState::AwaitingUpload),
            Some(UploadState::Processing),
        ] {
            let stage = test.store.next_stage(&key, last).await.unwrap();
            assert_eq!(
                (stage.name(), stage.is_final()),
                ("ready", true),
                "{last:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_upload_that_never_comes_expires_after_its_url_and_a_grace() {
        let test = TestStore::new();
        let key = key();
        test.advance(TestStore::UPLOAD_EXPIRY + EXPIRY_GRACE - Duration::from_secs(1));
        assert_eq!(
            test.store.stage(&key).await.unwrap().name(),
            "awaiting_upload"
        );
        test.advance(Duration::from_secs(2));
        let stage = test.store.stage(&key).await.unwrap();
        assert_eq!((stage.name(), stage.is_final()), ("expired", true));
    }
}
