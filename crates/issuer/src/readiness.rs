//! The readiness of the store.

use std::time::{Duration, Instant};

use darkroom_uploads::UploadStore;
use tokio::sync::Mutex;

/// The time for which a result is reused. The store is called at most once per second, no matter
/// how many load balancers probe.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The readiness of the store, which is probed at most once per second.
#[derive(Debug)]
pub(crate) struct Readiness {
    store: UploadStore,
    last_probe: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            last_probe: Mutex::new(None),
        }
    }

    /// Returns `true` if the store could be reached within the last second.
    pub(crate) async fn is_ready(&self) -> bool {
        let mut last_probe = self.last_probe.lock().await;
        if let Some((probed_at, is_up)) = *last_probe
            && probed_at.elapsed() < MAX_AGE
        {
            return is_up;
        }
        let is_up = self.store.probe().await;
        *last_probe = Some((Instant::now(), is_up));
        is_up
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;
    use darkroom_uploads::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn a_role_without_permission_to_list_is_ready() {
        let test = MemoryStore::new();
        test.raw.fail(CloudErrorKind::Forbidden);
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(Readiness::new(test.store).is_ready().await);
    }

    #[tokio::test]
    async fn a_probe_serves_all_requests_of_a_second() {
        let test = MemoryStore::new();
        let readiness = Readiness::new(test.store);
        test.raw.fail(CloudErrorKind::Unavailable);
        assert!(!readiness.is_ready().await);
        test.raw.succeed();
        assert!(!readiness.is_ready().await);
    }
}
