//! The probe of one bucket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudErrorKind};
use tokio::time::timeout;

/// A key that no object has, so that a probe never reads an object.
const PROBE_KEY: &str = "darkroom-probe";
/// The time limit of a probe. A store that takes longer counts as down.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A bucket, and the results of its probes so far.
#[derive(Debug)]
pub(crate) struct BucketProbe {
    bucket: Arc<dyn Bucket>,
    /// `true` after a probe was permitted.
    was_permitted: AtomicBool,
    /// `true` once `forbids_missing_objects` has returned `true`.
    was_forbidden: AtomicBool,
}

impl BucketProbe {
    pub(crate) const fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self {
            bucket,
            was_permitted: AtomicBool::new(false),
            was_forbidden: AtomicBool::new(false),
        }
    }

    /// Requests a missing key. Returns `true` if the bucket is up.
    ///
    /// `403` counts as success, because S3 sends it for a missing key to a role without
    /// `s3:ListBucket`. Once a probe was permitted, a later `403` is a failure: credentials have
    /// expired or a policy has changed, so objects cannot be read.
    pub(crate) async fn is_up(&self) -> bool {
        let Err(kind) = self.send().await else {
            return true;
        };
        let is_up = match kind {
            CloudErrorKind::Forbidden => !self.was_permitted.load(Ordering::Relaxed),
            CloudErrorKind::Unavailable | CloudErrorKind::TimedOut | CloudErrorKind::Throttled => {
                false
            }
            CloudErrorKind::NotFound
            | CloudErrorKind::PreconditionFailed
            | CloudErrorKind::Invalid
            | CloudErrorKind::NotImplemented => true,
        };
        if !is_up {
            let bucket = self.bucket.name();
            tracing::warn!(bucket, error = kind.name(), "the bucket is down");
        }
        is_up
    }

    /// Returns `true` if the bucket responds `403` to a request for a missing object. S3 does so if
    /// the role lacks `s3:ListBucket`.
    pub(crate) async fn forbids_missing_objects(&self) -> bool {
        if self.was_forbidden.load(Ordering::Relaxed) {
            return true;
        }
        let was_permitted = self.was_permitted.load(Ordering::Relaxed);
        let is_forbidden = !was_permitted && self.send().await == Err(CloudErrorKind::Forbidden);
        if is_forbidden && !self.was_forbidden.swap(true, Ordering::Relaxed) {
            let bucket = self.bucket.name();
            tracing::warn!(
                bucket,
                "the role lacks s3:ListBucket: an object that the role may not read counts as missing"
            );
        }
        is_forbidden
    }

    async fn send(&self) -> Result<(), CloudErrorKind> {
        match timeout(PROBE_TIMEOUT, self.bucket.head(PROBE_KEY)).await {
            Ok(Ok(_)) => {
                self.was_permitted.store(true, Ordering::Relaxed);
                Ok(())
            }
            Ok(Err(error)) => Err(error.kind),
            Err(_) => Err(CloudErrorKind::TimedOut),
        }
    }
}
