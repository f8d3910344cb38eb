//! The heartbeat that keeps a message invisible while it is in work.

use std::time::Duration;

use darkroom_cloud::{Queue, Receipt};
use darkroom_telemetry::metric;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Time that a heartbeat in flight may still take when the process has to end.
const LAST_HEARTBEAT: Duration = Duration::from_millis(300);

/// The heartbeat of one delivery.
#[derive(Debug)]
pub(crate) struct Heartbeat<'a> {
    pub(crate) name: &'static str,
    pub(crate) queue: &'a dyn Queue,
    pub(crate) receipt: &'a Receipt,
    pub(crate) visibility_timeout: Duration,
    /// Cancelled when work has to be released.
    pub(crate) overdue: &'a CancellationToken,
}

impl Heartbeat<'_> {
    /// Runs `work` while the message stays invisible; `None` if `overdue` comes first.
    ///
    /// The heartbeat has ended when this returns, its last call included: a late one would
    /// overwrite the visibility that is set next.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let done = CancellationToken::new();
        // Three beats per timeout: two may fail before the message is delivered to another.
        let interval = self.visibility_timeout / 3;
        let heartbeat = async {
            while done.run_until_cancelled(sleep(interval)).await.is_some() {
                tokio::select! {
                    biased;
                    () = self.beat(interval) => {}
                    () = last_heartbeat(self.overdue) => {}
                }
            }
        };
        let work = async {
            let result = self.overdue.run_until_cancelled(work).await;
            done.cancel();
            result
        };
        tokio::join!(work, heartbeat).0
    }

    async fn beat(&self, time_limit: Duration) {
        let extended = self
            .queue
            .change_visibility(self.receipt, self.visibility_timeout);
        let error = match timeout(time_limit, extended).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        metric::HEARTBEAT_FAILURES.add(1, [self.name]);
        tracing::warn!(
            queue = self.name,
            error,
            "cannot extend a visibility timeout"
        );
    }
}

async fn last_heartbeat(overdue: &CancellationToken) {
    overdue.cancelled().await;
    sleep(LAST_HEARTBEAT).await;
}
