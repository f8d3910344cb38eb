//! Keeping a message to ourselves for as long as it is worked on.

use std::time::Duration;

use darkroom_cloud::{Queue, Receipt};
use tokio_util::sync::CancellationToken;

/// Runs `work` while the message stays hidden from other workers.
///
/// The heartbeat has ended when this returns, its last call included: a late one would overwrite
/// whatever visibility is set next.
pub(crate) async fn keep_hidden<T>(
    queue: &Queue,
    receipt: &Receipt,
    visibility: Duration,
    work: impl Future<Output = T>,
) -> T {
    let stop = CancellationToken::new();
    let heartbeat = async {
        // Three beats to a timeout: two may fail before the message is given to another worker.
        while stop
            .run_until_cancelled(tokio::time::sleep(visibility / 3))
            .await
            .is_some()
        {
            if let Err(error) = queue.hide(receipt, visibility).await {
                tracing::warn!(%error, "a message could not be kept hidden");
            }
        }
    };
    let work = async {
        let result = work.await;
        stop.cancel();
        result
    };
    tokio::join!(work, heartbeat).0
}
