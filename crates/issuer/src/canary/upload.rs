//! One canary.

use std::time::Duration;

use darkroom_cloud::{CloudError, PresignPutRequest};
use darkroom_contract::{
    Owner, PendingStatus, ProfileName, RawKey, SettingError, UploadId, UploadStatus, canary_owner,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::parts::CanaryParts;
use super::sample::Sample;

/// The pause between two requests for the outcome.
const POLL_PAUSE: Duration = Duration::from_millis(500);

/// The sender of canaries. A canary takes the same path as a client's upload: a presigned URL, a
/// `PUT`, the store's event, a worker.
#[derive(Debug)]
pub(super) struct CanaryUpload {
    parts: CanaryParts,
    owner: Owner,
    profile: ProfileName,
    sample: Sample,
    timeout: Duration,
    http: reqwest::Client,
}

/// The result of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CanaryResult {
    Ready,
    Rejected,
    Failed,
    /// There was no outcome in time.
    TimedOut,
    /// The URL could not be signed, or S3 did not accept the file.
    NotUploaded,
}

impl CanaryResult {
    /// Returns the label in metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::NotUploaded => "not_uploaded",
        }
    }
}

impl CanaryUpload {
    pub(super) fn new(
        parts: CanaryParts,
        profile: ProfileName,
        sample: Sample,
        timeout: Duration,
    ) -> Result<Self, SettingError> {
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| SettingError::new("canary", format!("no HTTP client: {error}")))?;
        Ok(Self {
            parts,
            owner: canary_owner(),
            profile,
            sample,
            timeout,
            http,
        })
    }

    pub(super) fn new_key(&self) -> RawKey {
        RawKey {
            profile: self.profile.clone(),
            owner: self.owner.clone(),
            id: UploadId::generate(),
        }
    }

    /// Uploads the image and waits for the outcome. Returns the time since the start of the `PUT`.
    pub(super) async fn send(&self, key: &RawKey) -> (CanaryResult, Duration) {
        let started_at = Instant::now();
        let deadline = started_at + self.timeout;
        let sent = timeout_at(deadline, self.put(key)).await;
        let result = match sent {
            Ok(Ok(())) => {
                let outcome = timeout_at(deadline, self.outcome(key)).await;
                outcome.unwrap_or(CanaryResult::TimedOut)
            }
            Ok(Err(error)) => {
                tracing::warn!(%key, error, "the canary was not uploaded");
                CanaryResult::NotUploaded
            }
            Err(_) => CanaryResult::NotUploaded,
        };
        (result, started_at.elapsed())
    }

    /// Deletes everything of a canary. No client knows of it, so no tombstone is needed.
    pub(super) async fn delete(&self, key: &RawKey) {
        if let Err(error) = self.parts.store.discard(key).await {
            let remedy = "run `darkroom erase --owner darkroom-canary`";
            tracing::warn!(%key, %error, "cannot delete a canary; {remedy}");
        }
    }

    async fn put(&self, key: &RawKey) -> Result<(), String> {
        let raw_key = key.to_string();
        let Sample {
            content_type,
            bytes,
        } = self.sample;
        let request = PresignPutRequest {
            key: &raw_key,
            content_type,
            size: bytes.len() as u64,
            checksum_sha256: None,
            attachment: None,
            expires_in: self.timeout,
        };
        let presigned = self.parts.presigner.presign_put(&request).await;
        let presigned = presigned.map_err(|error| error.to_string())?;
        let mut request = self.http.put(&presigned.url).body(bytes);
        for (name, value) in &presigned.headers {
            request = request.header(name, value);
        }
        // The error contains the URL, which is signed.
        let response = request.send().await;
        let response = response.map_err(|error| error.without_url().to_string())?;
        if !response.status().is_success() {
            return Err(format!("S3 responded with {}", response.status()));
        }
        if self.parts.complete_uploads {
            let event = self.parts.store.event(key, None, false);
            let queued = self.parts.store.requeue(&[event]).await;
            queued.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Waits for the outcome. A failed request is repeated, because the store may respond again
    /// before the deadline.
    async fn outcome(&self, key: &RawKey) -> CanaryResult {
        loop {
            match self.status(key).await {
                Ok(Some(result)) => return result,
                Ok(None) => {}
                Err(error) => tracing::warn!(%key, %error, "cannot read the outcome of the canary"),
            }
            sleep(POLL_PAUSE).await;
        }
    }

    async fn status(&self, key: &RawKey) -> Result<Option<CanaryResult>, CloudError> {
        let last = Some(PendingStatus::Processing);
        let reading = self.parts.store.next_status(key, last).await?;
        Ok(match reading.status {
            UploadStatus::Pending { .. } => None,
            UploadStatus::Done(manifest) => Some(match manifest.outcome.name() {
                // Nobody reviews a canary, but it has been rendered and stored.
                "ready" | "in_review" => CanaryResult::Ready,
                "rejected" => CanaryResult::Rejected,
                _ => CanaryResult::Failed,
            }),
        })
    }
}
