//! The health of the store, which distinguishes an outage from a single unreadable object.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_cloud::Backoff;
use darkroom_telemetry::metric;
use darkroom_uploads::{BucketProblem, ListPermission, UploadStore};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// The pause between two probes of a store that is down.
const PROBE_AGAIN: Backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_secs(15));
/// The interval between probes of a store that is up, so that an idle worker also notices an
/// outage.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);

/// The state of the store, as far as this worker knows. It is cheap to clone.
///
/// Unless the store is known to be up, the worker does not receive messages, so neither an outage
/// nor a misconfiguration uses up attempts. Messages in flight wait. A failed call does not prove
/// an outage: it may concern a single object, for example an object that the role is not permitted
/// to read. Such an object must not block all others, so the worker probes the store itself after a
/// failure.
#[derive(Debug, Clone)]
pub(crate) struct StoreHealth {
    store: UploadStore,
    inner: Arc<Inner>,
}

/// A `tokio::sync::watch` channel would do, but wakes its receivers in random order. The simulation
/// must run the same way each time.
#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Clone)]
enum State {
    /// No probe has ended yet.
    Unknown,
    Up,
    Down(BucketProblem),
}

impl State {
    const fn is_up(&self) -> bool {
        matches!(self, Self::Up)
    }

    const fn is_down(&self) -> bool {
        matches!(self, Self::Down(_))
    }
}

impl StoreHealth {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            inner: Arc::new(Inner {
                state: Mutex::new(State::Unknown),
                changed: Notify::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.inner.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// Probes the store after a failed call, unless the store is already known to be down. Returns
    /// `true` if the store is down.
    pub(crate) async fn probe_is_down(&self) -> bool {
        self.state().is_down() || !self.probe_is_up().await
    }

    /// Returns the reason why the worker receives no messages, unless the store is up.
    pub(crate) fn problem(&self) -> Option<String> {
        match &*self.state() {
            State::Unknown => Some("the store has not responded to a probe yet".to_owned()),
            State::Up => None,
            State::Down(problem) => Some(problem.to_string()),
        }
    }

    /// Waits until the store is up, as far as this worker knows.
    pub(crate) async fn wait_until_up(&self) {
        self.wait_until(State::is_up).await;
    }

    /// Probes the store at the start, then every [`PROBE_INTERVAL`], and more often during an
    /// outage. Never returns.
    pub(crate) async fn probe_loop(&self) {
        let mut outage_probes = 0;
        loop {
            if self.probe_is_up().await {
                if outage_probes > 0 {
                    tracing::info!(probes = outage_probes, "the store responds again");
                }
                outage_probes = 0;
                let down = self.wait_until(State::is_down);
                if timeout(PROBE_INTERVAL, down).await.is_err() {
                    continue;
                }
            }
            outage_probes += 1;
            sleep(PROBE_AGAIN.delay(outage_probes)).await;
        }
    }

    /// Probes the store, and returns `true` if it is up.
    async fn probe_is_up(&self) -> bool {
        let state = match self.probe().await {
            Ok(()) => State::Up,
            Err(problem) => State::Down(problem),
        };
        let is_up = state.is_up();
        metric::STORE_DOWN.set(if is_up { 0.0 } else { 1.0 }, []);
        let previous = std::mem::replace(&mut *self.state(), state.clone());
        self.inner.changed.notify_waiters();
        if let (State::Down(problem), false) = (state, previous.is_down()) {
            tracing::error!(%problem, "nothing is received until the store can be used");
        }
        is_up
    }

    /// Probes reading, then writing. A worker that may not write outcomes would use up the attempts
    /// of every message.
    async fn probe(&self) -> Result<(), BucketProblem> {
        self.store.probe(ListPermission::Required).await?;
        self.store.probe_writing().await
    }

    async fn wait_until(&self, is_wanted: impl Fn(&State) -> bool) {
        loop {
            // Created before the check, so that no change is missed.
            let changed = self.inner.changed.notified();
            if is_wanted(&self.state()) {
                return;
            }
            changed.await;
        }
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
        assert_eq!(health.problem(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_responds_to_the_probe_is_up() {
        let health = StoreHealth::new(TestStore::new().store.clone());
        assert!(!health.probe_is_down().await);
        let up = timeout(Duration::from_secs(1), health.wait_until_up());
        assert!(up.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_worker_notices_an_outage_and_states_its_reason() {
        let test = TestStore::new();
        let health = StoreHealth::new(test.store.clone());
        assert!(health.problem().is_some(), "no probe has ended yet");
        let outage = async {
            health.wait_until_up().await;
            test.media.fail(CloudErrorKind::Forbidden);
            sleep(PROBE_INTERVAL + Duration::from_secs(1)).await;
        };
        tokio::select! {
            () = outage => {}
            () = health.probe_loop() => {}
        }
        let problem = health.problem().unwrap();
        assert!(
            problem.contains("grant this role s3:ListBucket on media"),
            "{problem}"
        );
    }
}
