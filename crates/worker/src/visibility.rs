//! Keeping a message to ourselves for as long as it is worked on.

use std::time::Duration;

use darkroom_cloud::{Queue, Receipt, SqsQueue};
use darkroom_telemetry::metric;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// What a heartbeat that is on its way may still take when the process has to end.
const LAST_BEAT: Duration = Duration::from_millis(300);

/// Runs `work` while the message stays hidden from other workers; `None` if `overdue` comes first.
///
/// The heartbeat has ended when this returns, its last call included: a late one would overwrite
/// whatever visibility is set next.
pub(crate) async fn keep_hidden<T>(
    queue: &SqsQueue,
    receipt: &Receipt,
    visibility: Duration,
    overdue: &CancellationToken,
    work: impl Future<Output = T>,
) -> Option<T> {
    let done = CancellationToken::new();
    // Three beats to a timeout: two may fail before the message is given to another worker.
    let interval = visibility / 3;
    let heartbeat = async {
        while done.run_until_cancelled(sleep(interval)).await.is_some() {
            tokio::select! {
                () = beat(queue, receipt, visibility, interval) => {}
                () = last_beat(overdue) => {}
            }
        }
    };
    let work = async {
        let result = overdue.run_until_cancelled(work).await;
        done.cancel();
        result
    };
    tokio::join!(work, heartbeat).0
}

async fn beat(queue: &SqsQueue, receipt: &Receipt, visibility: Duration, within: Duration) {
    let failure = match timeout(within, queue.change_visibility(receipt, visibility)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(elapsed) => elapsed.to_string(),
    };
    metric::HEARTBEAT_FAILURES.add(1, ["events"]);
    tracing::warn!(failure, "a message could not be kept hidden");
}

async fn last_beat(overdue: &CancellationToken) {
    overdue.cancelled().await;
    sleep(LAST_BEAT).await;
}
