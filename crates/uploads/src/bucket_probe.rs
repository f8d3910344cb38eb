//! The probe of one bucket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudError, CloudErrorKind};
use tokio::time::timeout;

use crate::bucket_problem::BucketProblem;

/// A key that no object has, so that a probe never reads an object.
const PROBE_KEY: &str = "darkroom-probe";
/// The operation of a probe. Unlike `HeadObject`, its error has a code, which distinguishes a
/// missing bucket from a missing object.
const PROBE_OPERATION: &str = "GetObject";
/// The time limit of a probe. A store that takes longer counts as down.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// The need of a role for `s3:ListBucket`. S3 responds `403` instead of `404` to a request for a
/// missing object if the role lacks this permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListPermission {
    /// A bucket that responds `403` to a probe cannot be used.
    Required,
    /// A bucket may always respond `403` to probes. But once a probe was permitted, a later `403`
    /// means that credentials have expired or that a policy has changed.
    Optional,
}

/// A bucket, and the results of its probes so far.
#[derive(Debug)]
pub(crate) struct BucketProbe {
    bucket: Arc<dyn Bucket>,
    /// The setting that names the bucket.
    setting: &'static str,
    /// `true` after a probe was permitted.
    was_permitted: AtomicBool,
    /// `true` once `forbids_missing_objects` has returned `true`.
    was_forbidden: AtomicBool,
    /// The folders that workers write to, with a slash at the end.
    write_folders: Vec<String>,
    /// `true` after a successful check, until a write is denied.
    may_write: AtomicBool,
}

impl BucketProbe {
    pub(crate) const fn new(
        bucket: Arc<dyn Bucket>,
        setting: &'static str,
        write_folders: Vec<String>,
    ) -> Self {
        Self {
            bucket,
            setting,
            was_permitted: AtomicBool::new(false),
            was_forbidden: AtomicBool::new(false),
            write_folders,
            may_write: AtomicBool::new(false),
        }
    }

    /// Requests a missing key.
    ///
    /// # Errors
    /// The problem, if the bucket does not respond, does not exist, or denies the access that the
    /// role needs.
    pub(crate) async fn check(&self, list: ListPermission) -> Result<(), BucketProblem> {
        let Err(error) = self.send().await else {
            return Ok(());
        };
        let problem = self.problem(error);
        let is_usable = list == ListPermission::Optional
            && problem.may_be_list_permission_only()
            && !self.was_permitted.load(Ordering::Relaxed);
        if is_usable {
            return Ok(());
        }
        tracing::warn!(%problem, "the bucket cannot be used");
        Err(problem)
    }

    /// Checks that the bucket permits writing to all folders. Makes no call if an earlier check has
    /// succeeded and no write was denied since.
    ///
    /// # Errors
    /// The problem, if the bucket denies writing. Any other error proves nothing, because a store
    /// may refuse the request of the check for a reason of its own.
    pub(crate) async fn check_writing(&self) -> Result<(), BucketProblem> {
        if self.may_write.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut is_certain = true;
        for folder in &self.write_folders {
            let key = format!("{folder}{PROBE_KEY}");
            let permission = self.bucket.check_put_permission(&key);
            match timeout(PROBE_TIMEOUT, permission).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) if error.kind == CloudErrorKind::Forbidden => {
                    let problem = self.problem(error);
                    tracing::warn!(%problem, folder, "the bucket cannot be written to");
                    return Err(problem);
                }
                Ok(Err(_)) | Err(_) => is_certain = false,
            }
        }
        self.may_write.store(is_certain, Ordering::Relaxed);
        Ok(())
    }

    /// Records the result of a write. If the write was denied, the next check of the bucket
    /// includes writing.
    pub(crate) fn record_write<T>(&self, result: Result<T, CloudError>) -> Result<T, CloudError> {
        if matches!(&result, Err(error) if error.kind == CloudErrorKind::Forbidden) {
            self.may_write.store(false, Ordering::Relaxed);
        }
        result
    }

    fn problem(&self, error: CloudError) -> BucketProblem {
        BucketProblem {
            bucket: self.bucket.name().to_owned(),
            setting: self.setting,
            error,
        }
    }

    /// Returns `true` if the bucket responds `403` to a request for a missing object. S3 does so if
    /// the role lacks `s3:ListBucket`.
    pub(crate) async fn forbids_missing_objects(&self) -> bool {
        if self.was_forbidden.load(Ordering::Relaxed) {
            return true;
        }
        let was_permitted = self.was_permitted.load(Ordering::Relaxed);
        let is_forbidden = !was_permitted
            && matches!(self.send().await, Err(error) if error.kind == CloudErrorKind::Forbidden);
        if is_forbidden && !self.was_forbidden.swap(true, Ordering::Relaxed) {
            let bucket = self.bucket.name();
            tracing::warn!(
                bucket,
                "the role lacks s3:ListBucket: an object that the role may not read counts as missing"
            );
        }
        is_forbidden
    }

    async fn send(&self) -> Result<(), CloudError> {
        match timeout(PROBE_TIMEOUT, self.bucket.get(PROBE_KEY, None)).await {
            Ok(Err(error)) if !error.is_not_found() => Err(error),
            Ok(_) => {
                self.was_permitted.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(elapsed) => Err(CloudError::new(
                CloudErrorKind::TimedOut,
                PROBE_OPERATION,
                elapsed,
            )),
        }
    }
}
