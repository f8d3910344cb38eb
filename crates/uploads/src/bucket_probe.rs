//! The probe of one bucket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudErrorKind};
use tokio::time::timeout;

/// A key that no object has, so that a probe never reads anything.
const PROBE_KEY: &str = "darkroom-probe";
/// The time limit of a probe. A store that takes longer counts as down.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A bucket, and a flag that is set once a probe of it has been permitted.
#[derive(Debug)]
pub(crate) struct BucketProbe {
    bucket: Arc<dyn Bucket>,
    was_permitted: AtomicBool,
}

impl BucketProbe {
    pub(crate) const fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self {
            bucket,
            was_permitted: AtomicBool::new(false),
        }
    }

    /// Requests a missing key. Returns `true` if the bucket is up.
    ///
    /// `403` counts as success, because S3 sends it for a missing key to a role without
    /// `s3:ListBucket`. After a probe that was permitted, it is a failure: credentials have expired
    /// or a policy has changed, and no object can be read.
    pub(crate) async fn is_up(&self) -> bool {
        let kind = match timeout(PROBE_TIMEOUT, self.bucket.head(PROBE_KEY)).await {
            Ok(Ok(_)) => {
                self.was_permitted.store(true, Ordering::Relaxed);
                return true;
            }
            Ok(Err(error)) => error.kind,
            Err(_) => CloudErrorKind::TimedOut,
        };
        let is_up = match kind {
            CloudErrorKind::Forbidden => !self.was_permitted.load(Ordering::Relaxed),
            CloudErrorKind::Unavailable | CloudErrorKind::TimedOut | CloudErrorKind::Throttled => {
                false
            }
            CloudErrorKind::NotFound
            | CloudErrorKind::PreconditionFailed
            | CloudErrorKind::Invalid => true,
        };
        if !is_up {
            let bucket = self.bucket.name();
            tracing::warn!(bucket, error = kind.name(), "a bucket is not usable");
        }
        is_up
    }
}
