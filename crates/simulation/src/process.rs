//! A process that may crash at any call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use darkroom_cloud::{CloudError, CloudErrorKind};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::faults::Fate;
use crate::world::World;

/// A process. After a crash none of its calls returns, so it has no further effect. Its tasks may
/// still exist, but they wait forever.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) world: Arc<World>,
    pub(crate) name: Arc<str>,
    state: Arc<ProcessState>,
}

#[derive(Debug, Default)]
struct ProcessState {
    has_crashed: AtomicBool,
    crashed: Notify,
}

impl Process {
    pub(crate) fn new(world: &Arc<World>, name: &str) -> Self {
        Self {
            world: Arc::clone(world),
            name: name.into(),
            state: Arc::default(),
        }
    }

    pub(crate) fn has_crashed(&self) -> bool {
        self.state.has_crashed.load(Ordering::Relaxed)
    }

    /// Returns when the process has crashed.
    pub(crate) async fn crashed(&self) {
        let crashed = self.state.crashed.notified();
        if !self.has_crashed() {
            crashed.await;
        }
    }

    /// Makes a call, which may fail, be slow, or never return.
    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        needs_store: bool,
        effect: impl Future<Output = Result<T, CloudError>>,
    ) -> Result<T, CloudError> {
        let (fate, latency) = self.world.fate();
        sleep(latency).await;
        self.stop_if_crashed().await;
        let is_down = needs_store && self.world.state().is_store_down;
        match fate {
            Fate::CrashBefore => self.crash(operation, "before").await,
            Fate::FailBefore => return Err(self.failure(operation, "before its effect")),
            _ if is_down => return Err(self.failure(operation, "during an outage")),
            _ => {}
        }
        let result = effect.await;
        self.stop_if_crashed().await;
        match fate {
            Fate::CrashAfter => self.crash(operation, "after").await,
            Fate::FailAfter => return Err(self.failure(operation, "after its effect")),
            _ => {}
        }
        result
    }

    async fn stop_if_crashed(&self) {
        if self.has_crashed() {
            std::future::pending::<()>().await;
        }
    }

    async fn crash(&self, operation: &str, when: &str) {
        self.trace(format_args!("crash {when} {operation}"));
        self.state.has_crashed.store(true, Ordering::Relaxed);
        self.state.crashed.notify_waiters();
        std::future::pending::<()>().await;
    }

    fn failure(&self, operation: &'static str, when: &str) -> CloudError {
        self.trace(format_args!("{operation} fails {when}"));
        CloudError::new(CloudErrorKind::Unavailable, operation, "simulated")
    }

    pub(crate) fn trace(&self, step: std::fmt::Arguments<'_>) {
        self.world.trace(&self.name, step);
    }
}
