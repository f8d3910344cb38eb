//! Where an upload stands, as the store tells it.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudError, CloudErrorKind, ReadError, S3Bucket};
use darkroom_contract::{Manifest, Outcome, RawKey, UploadState};
use time::OffsetDateTime;

/// A manifest has a few kilobytes; what has more is not one.
const MAX_MANIFEST_BYTES: u64 = 1024 * 1024;
/// S3 looks at a URL's expiry when a request begins: a slow upload may end this much later.
const GRACE: Duration = Duration::from_secs(60);

/// Reads uploads' standing from the buckets.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    raw: S3Bucket,
    media: S3Bucket,
    upload_expiry: Duration,
}

/// Where an upload stands.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// There is no outcome.
    Pending(UploadState),
    /// There is.
    Done(Arc<Manifest>),
}

impl Standing {
    /// Whether waiting any longer is of no use.
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Pending(UploadState::Expired))
    }

    /// What stands as `status` in an answer.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Pending(UploadState::AwaitingUpload) => "awaiting_upload",
            Self::Pending(UploadState::Processing) => "processing",
            Self::Pending(UploadState::Expired) => "expired",
            Self::Done(manifest) => manifest.outcome.name(),
        }
    }
}

impl Ledger {
    pub(crate) fn new(raw: S3Bucket, media: S3Bucket, upload_expiry: Duration) -> Self {
        Self {
            raw,
            media,
            upload_expiry,
        }
    }

    /// Looks at the outcome, and for the raw object where there is none: two calls at most.
    pub(crate) async fn look(&self, key: &RawKey) -> Result<Standing, CloudError> {
        match self.outcome(key).await? {
            Some(manifest) => Ok(Standing::Done(manifest)),
            None => self.arrival(key).await.map(Standing::Pending),
        }
    }

    /// Looks for what comes next after `last`: one call, unless the raw object has just arrived.
    pub(crate) async fn look_on(
        &self,
        key: &RawKey,
        last: Option<UploadState>,
    ) -> Result<Standing, CloudError> {
        match last {
            Some(UploadState::AwaitingUpload) => match self.arrival(key).await? {
                UploadState::Processing => self.look_on_outcome(key).await,
                waiting => Ok(Standing::Pending(waiting)),
            },
            Some(UploadState::Processing) => self.look_on_outcome(key).await,
            Some(UploadState::Expired) | None => self.look(key).await,
        }
    }

    /// Removes the raw object first, then what was made of it: `variants`, and those that the
    /// manifest names because an earlier configuration made them.
    ///
    /// A worker in the middle looks for the raw object once its manifest is written, and removes
    /// what it has made if there is none. Whichever of the two comes last leaves nothing behind.
    pub(crate) async fn remove(
        &self,
        key: &RawKey,
        variants: Vec<String>,
    ) -> Result<(), CloudError> {
        self.raw.delete(&[key.to_string()]).await?;
        let manifest = match self.outcome(key).await {
            Ok(manifest) => manifest,
            // What cannot be read can still be removed.
            Err(error) if error.kind == CloudErrorKind::Invalid => None,
            Err(error) => return Err(error),
        };
        let mut keys = vec![key.manifest_key()];
        keys.extend(variants);
        if let Some(Outcome::Ready { variants, .. }) = manifest.as_deref().map(|m| &m.outcome) {
            keys.extend(variants.iter().map(|variant| variant.key.clone()));
        }
        keys.sort();
        keys.dedup();
        self.media.delete(&keys).await
    }

    async fn look_on_outcome(&self, key: &RawKey) -> Result<Standing, CloudError> {
        let outcome = self.outcome(key).await?;
        Ok(outcome.map_or(Standing::Pending(UploadState::Processing), Standing::Done))
    }

    async fn outcome(&self, key: &RawKey) -> Result<Option<Arc<Manifest>>, CloudError> {
        let unreadable =
            |detail: String| CloudError::new(CloudErrorKind::Invalid, "GetObject", detail);
        let bytes = match self
            .media
            .read(&key.manifest_key(), MAX_MANIFEST_BYTES)
            .await
        {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(ReadError::Cloud(error)) => return Err(error),
            Err(error @ ReadError::TooLarge { .. }) => return Err(unreadable(error.to_string())),
        };
        serde_json::from_slice(&bytes)
            .map(|manifest| Some(Arc::new(manifest)))
            .map_err(|error| unreadable(format!("{}: {error}", key.manifest_key())))
    }

    async fn arrival(&self, key: &RawKey) -> Result<UploadState, CloudError> {
        Ok(match self.raw.head(&key.to_string()).await? {
            Some(_) => UploadState::Processing,
            None if self.is_expired(key) => UploadState::Expired,
            None => UploadState::AwaitingUpload,
        })
    }

    fn is_expired(&self, key: &RawKey) -> bool {
        OffsetDateTime::now_utc() > key.id.created_at() + self.upload_expiry + GRACE
    }
}
