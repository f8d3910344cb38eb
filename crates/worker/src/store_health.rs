//! The health of the store, which distinguishes an outage from a single unreadable object.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_cloud::Backoff;
use darkroom_telemetry::metric;
use darkroom_uploads::UploadStore;
use tokio::sync::Notify;
use tokio::time::sleep;

/// The pause between two probes of a store that is down.
const PROBE_AGAIN: Backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_secs(15));

/// The state of the store, as far as this worker knows. It is cheap to clone.
///
/// While the store is down, the worker does not receive messages, so an outage does not use up
/// attempts. Messages in flight wait. A failed call does not prove an outage: it may concern a
/// single object, for example an object that the role is not permitted to read. Such an object must
/// not block all others, so the worker probes the store itself after a failure.
#[derive(Debug, Clone)]
pub(crate) struct StoreHealth {
    store: UploadStore,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_down: AtomicBool,
    changed: Notify,
}

impl StoreHealth {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            state: Arc::default(),
        }
    }

    /// Probes the store after a failed call, unless the store is already known to be down. Returns
    /// `true` if the store is down.
    pub(crate) async fn probe_is_down(&self) -> bool {
        if self.is_down() {
            return true;
        }
        let is_down = !self.store.probe().await;
        if is_down && !self.set_down(true) {
            tracing::error!("the store is down: nothing is received until it responds");
        }
        is_down
    }

    /// Returns `true` if the store was down at the last probe.
    pub(crate) fn is_down(&self) -> bool {
        self.state.is_down.load(Ordering::Acquire)
    }

    /// Waits until the store is up, as far as this worker knows.
    pub(crate) async fn wait_until_up(&self) {
        self.wait_until(false).await;
    }

    /// Probes the store once at the start, because a `403` counts as an outage only if an earlier
    /// probe was not refused. Then probes the store during every outage until it responds. Never
    /// returns.
    pub(crate) async fn probe_loop(&self) {
        self.probe_is_down().await;
        loop {
            self.wait_until(true).await;
            let mut probes = 1;
            sleep(PROBE_AGAIN.delay(probes)).await;
            while !self.store.probe().await {
                probes += 1;
                sleep(PROBE_AGAIN.delay(probes)).await;
            }
            tracing::info!(probes, "the store responds again");
            self.set_down(false);
        }
    }

    async fn wait_until(&self, is_down: bool) {
        loop {
            // The notification is created before the check, so that a change in between is not
            // missed.
            let changed = self.state.changed.notified();
            if self.is_down() == is_down {
                return;
            }
            changed.await;
        }
    }

    /// Sets the state. Returns the previous state.
    fn set_down(&self, is_down: bool) -> bool {
        metric::STORE_DOWN.set(if is_down { 1.0 } else { 0.0 }, []);
        let was_down = self.state.is_down.swap(is_down, Ordering::AcqRel);
        self.state.changed.notify_waiters();
        was_down
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;
    use tokio::time::{Instant, timeout};

    use super::*;
    use crate::testing::TestStore;

    #[tokio::test(start_paused = true)]
    async fn an_outage_ends_when_the_store_responds_again() {
        let test = TestStore::new();
        let health = StoreHealth::new(test.store.clone());
        test.raw.fail(CloudErrorKind::Unavailable);
        assert!(health.probe_is_down().await);
        let outage = Duration::from_secs(3600);
        let recovery = async {
            sleep(outage).await;
            test.raw.succeed();
            health.wait_until_up().await;
        };
        let started_at = Instant::now();
        let probes = health.probe_loop();
        tokio::select! {
            () = recovery => {}
            () = probes => {}
        }
        let noticed_after = started_at.elapsed() - outage;
        assert!(
            noticed_after <= Duration::from_secs(15),
            "{noticed_after:?}"
        );
        assert!(!health.is_down());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_responds_to_the_probe_is_up() {
        let health = StoreHealth::new(TestStore::new().store.clone());
        assert!(!health.probe_is_down().await);
        let up = timeout(Duration::from_secs(1), health.wait_until_up());
        assert!(up.await.is_ok());
    }
}
