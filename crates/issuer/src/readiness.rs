//! The readiness of the store and of the folder for temporary files.

use std::fmt;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_uploads::{BucketProblem, ListPermission, UploadStore};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::problem::Problem;
use crate::temp_dir::{self, temp_dir_unavailable};

/// The time for which a readiness check reuses a result. It limits the probes of the store to one
/// per second, no matter how many load balancers send requests.
const MAX_AGE: Duration = Duration::from_secs(1);
/// The age at which a request for an upload URL renews a good result. The renewal happens in the
/// background, so the request does not wait for it.
const RENEW_AFTER: Duration = Duration::from_secs(5);
/// The age from which a result is of no use: a request for an upload URL waits for a new one.
const STALE_AFTER: Duration = Duration::from_secs(60);

/// The readiness of the service, probed at most once per second. It is cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    store: UploadStore,
    last: Arc<StdMutex<Option<Probe>>>,
    /// Locked by the task that probes.
    probing: Arc<Mutex<()>>,
}

#[derive(Debug, Clone)]
struct Probe {
    ended_at: Instant,
    result: Result<(), NotReady>,
}

/// The reason why the service is not ready.
#[derive(Debug, Clone)]
pub(crate) enum NotReady {
    /// The folder for temporary files cannot be used.
    TempDir(Problem),
    /// A bucket cannot be used.
    Store(BucketProblem),
}

impl NotReady {
    fn is_misconfigured_store(&self) -> bool {
        matches!(self, Self::Store(problem) if problem.is_misconfiguration())
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TempDir(problem) => f.write_str(&problem.detail),
            Self::Store(problem) => problem.fmt(f),
        }
    }
}

/// The response has no details of a bucket, because clients may read it.
impl From<NotReady> for Problem {
    fn from(reason: NotReady) -> Self {
        match reason {
            NotReady::TempDir(problem) => problem,
            NotReady::Store(_) => Self::store_unavailable(),
        }
    }
}

impl Readiness {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            last: Arc::default(),
            probing: Arc::default(),
        }
    }

    /// Checks the store and the folder for temporary files. The result may be up to a second old.
    ///
    /// # Errors
    /// The reason why the service is not ready.
    pub(crate) async fn check(&self) -> Result<(), NotReady> {
        let probing = Arc::clone(&self.probing).lock_owned().await;
        match self.last_within(MAX_AGE) {
            Some(probe) => probe.result,
            None => self.renew(probing).await,
        }
    }

    /// Checks that clients can use upload URLs: that the buckets exist and can be accessed. A store
    /// that is merely unreachable passes, because it may be back when the client uploads.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub(crate) async fn check_for_uploads(&self) -> Result<(), Problem> {
        let result = match self.last_within(STALE_AFTER) {
            Some(probe) => {
                self.renew_in_background(&probe);
                probe.result
            }
            None => self.check().await,
        };
        match result {
            Err(reason) if reason.is_misconfigured_store() => Err(reason.into()),
            _ => Ok(()),
        }
    }

    /// Starts a probe unless `last` is recent or a probe is in progress. A failure is recent for a
    /// shorter time, so that the service is soon ready again.
    fn renew_in_background(&self, last: &Probe) {
        let max_age = if last.result.is_ok() {
            RENEW_AFTER
        } else {
            MAX_AGE
        };
        if last.ended_at.elapsed() < max_age {
            return;
        }
        if let Ok(probing) = Arc::clone(&self.probing).try_lock_owned() {
            let readiness = self.clone();
            tokio::spawn(async move { readiness.renew(probing).await });
        }
    }

    async fn renew(&self, _probing: OwnedMutexGuard<()>) -> Result<(), NotReady> {
        let result = self.probe().await;
        let probe = Probe {
            ended_at: Instant::now(),
            result: result.clone(),
        };
        let last = self.lock().replace(probe);
        let was_ready = last.is_none_or(|last| last.result.is_ok());
        if let (Err(reason), true) = (&result, was_ready) {
            tracing::error!(%reason, "the issuer is not ready");
        }
        result
    }

    fn last_within(&self, max_age: Duration) -> Option<Probe> {
        let last = self.lock().clone();
        last.filter(|probe| probe.ended_at.elapsed() < max_age)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Probe>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn probe(&self) -> Result<(), NotReady> {
        let temp_dir = temp_dir::probe().await.map_err(temp_dir_unavailable);
        temp_dir.map_err(NotReady::TempDir)?;
        let probed = self.store.probe(ListPermission::Optional).await;
        probed.map_err(NotReady::Store)
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;
    use darkroom_uploads::MemoryStore;
    use tokio::time::{advance, sleep};

    use super::*;

    #[tokio::test]
    async fn the_service_is_ready_even_if_the_store_forbids_the_probe() {
        let test = MemoryStore::new();
        test.raw.fail(CloudErrorKind::Forbidden);
        test.media.fail(CloudErrorKind::Forbidden);
        Readiness::new(test.store).check().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_result_of_a_probe_is_reused_for_a_second() {
        let test = MemoryStore::new();
        let readiness = Readiness::new(test.store);
        test.raw.fail(CloudErrorKind::Unavailable);
        let problem = Problem::from(readiness.check().await.unwrap_err());
        assert_eq!(problem.code, "store_unavailable");
        test.raw.succeed();
        assert!(readiness.check().await.is_err());
        advance(MAX_AGE).await;
        assert!(readiness.check().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_upload_url_is_issued_for_a_bucket_that_cannot_be_accessed() {
        let test = MemoryStore::new();
        let readiness = Readiness::new(test.store);
        test.raw.fail(CloudErrorKind::Invalid);
        let problem = readiness.check_for_uploads().await.unwrap_err();
        assert_eq!(problem.code, "store_unavailable");
        test.raw.succeed();
        advance(STALE_AFTER).await;
        assert_eq!(readiness.check_for_uploads().await, Ok(()));
        test.raw.fail(CloudErrorKind::Unavailable);
        advance(STALE_AFTER).await;
        assert_eq!(readiness.check_for_uploads().await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn issuing_urls_probes_the_store_rarely_and_does_not_wait_for_it() {
        let test = MemoryStore::new();
        let readiness = Readiness::new(test.store.clone());
        readiness.check_for_uploads().await.unwrap();
        let slow = Duration::from_secs(2);
        test.raw.faults().delay("GetObject", "", slow);
        let started_at = Instant::now();
        let mut waited = Duration::ZERO;
        while started_at.elapsed() < Duration::from_secs(60) {
            let asked_at = Instant::now();
            readiness.check_for_uploads().await.unwrap();
            waited += asked_at.elapsed();
            sleep(Duration::from_millis(100)).await;
        }
        let probes = test.raw.faults().count("GetObject", "");
        assert!((8..=12).contains(&probes), "{probes}");
        assert_eq!(waited, Duration::ZERO);
    }
}
