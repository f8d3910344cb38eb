//! Collecting values for calls that take up to ten of them.

use std::time::Duration;

use darkroom_cloud::MAX_BATCH;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// Waits for a value, and then for up to `linger` for further values. A full batch is returned at
/// once. Returns `None` after the last value, when all senders have been dropped.
pub(crate) async fn next_batch<T>(
    incoming: &mut mpsc::Receiver<T>,
    linger: Duration,
) -> Option<Vec<T>> {
    let mut batch = vec![incoming.recv().await?];
    let deadline = Instant::now() + linger;
    while batch.len() < MAX_BATCH {
        match timeout_at(deadline, incoming.recv()).await {
            Ok(Some(value)) => batch.push(value),
            Ok(None) | Err(_) => break,
        }
    }
    Some(batch)
}
