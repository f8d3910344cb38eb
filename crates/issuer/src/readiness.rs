//! The readiness of the store and of the folder for temporary files.

use std::time::{Duration, Instant};

use darkroom_uploads::UploadStore;
use tokio::sync::Mutex;

use crate::problem::Problem;
use crate::temp_dir::{self, temp_dir_unavailable};

/// The time for which a result stays valid. It limits the probes of the store to one per second, no
/// matter how many load balancers send requests.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The readiness of the service, probed at most once per second.
#[derive(Debug)]
pub(crate) struct Readiness {
    store: UploadStore,
    last_probe: Mutex<Option<(Instant, Result<(), Problem>)>>,
}

impl Readiness {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            last_probe: Mutex::new(None),
        }
    }

    /// Checks the store and the folder for temporary files. The result may be up to a second old.
    ///
    /// # Errors
    /// `store_unavailable` or `temp_dir_unavailable`.
    pub(crate) async fn check(&self) -> Result<(), Problem> {
        let mut last_probe = self.last_probe.lock().await;
        if let Some((probed_at, result)) = &*last_probe
            && probed_at.elapsed() < MAX_AGE
        {
            return result.clone();
        }
        let result = self.probe().await;
        *last_probe = Some((Instant::now(), result.clone()));
        result
    }

    async fn probe(&self) -> Result<(), Problem> {
        temp_dir::probe().await.map_err(temp_dir_unavailable)?;
        if self.store.probe().await {
            Ok(())
        } else {
            Err(Problem::store_unavailable())
        }
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;
    use darkroom_uploads::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn the_service_is_ready_even_if_the_store_forbids_the_probe() {
        let test = MemoryStore::new();
        test.raw.fail(CloudErrorKind::Forbidden);
        test.media.fail(CloudErrorKind::Forbidden);
        Readiness::new(test.store).check().await.unwrap();
    }

    #[tokio::test]
    async fn the_result_of_a_probe_is_reused_for_a_second() {
        let test = MemoryStore::new();
        let readiness = Readiness::new(test.store);
        test.raw.fail(CloudErrorKind::Unavailable);
        let problem = readiness.check().await.unwrap_err();
        assert_eq!(problem.code, "store_unavailable");
        test.raw.succeed();
        assert_eq!(readiness.check().await, Err(problem));
    }
}
