//! Deleting messages that are done, ten in a call.

use std::time::Duration;

use darkroom_cloud::{Queue, Receipt, SqsQueue};
use darkroom_telemetry::metric;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::backoff::Backoff;
use crate::kill_point::KillPoint;

/// A batch is sent when it is full, or when its first message has waited this long.
const LINGER: Duration = Duration::from_millis(200);
const BATCH: usize = 10;
/// How often a message that SQS did not delete is tried again. After that it is received once
/// more, found settled, and deleted then.
const TRIES: u32 = 5;
const TRY_AGAIN: Backoff = Backoff::doubling(Duration::from_millis(100), Duration::from_secs(2));

/// Takes receipts and deletes their messages in batches.
#[derive(Debug)]
pub(crate) struct Acknowledger {
    receipts: mpsc::Sender<Receipt>,
    task: JoinHandle<()>,
}

impl Acknowledger {
    pub(crate) fn start(queue: SqsQueue) -> Self {
        let (receipts, incoming) = mpsc::channel(BATCH * 10);
        let task = tokio::spawn(delete_batches(queue, incoming));
        Self { receipts, task }
    }

    /// What a message in work acknowledges through.
    pub(crate) fn sender(&self) -> mpsc::Sender<Receipt> {
        self.receipts.clone()
    }

    /// Deletes what has been acknowledged so far; every sender must be gone by now.
    pub(crate) async fn flush(self) {
        drop(self.receipts);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "acknowledging failed");
        }
    }
}

async fn delete_batches(queue: SqsQueue, mut incoming: mpsc::Receiver<Receipt>) {
    while let Some(first) = incoming.recv().await {
        let mut batch = vec![first];
        let deadline = Instant::now() + LINGER;
        while batch.len() < BATCH {
            match timeout_at(deadline, incoming.recv()).await {
                Ok(Some(receipt)) => batch.push(receipt),
                Ok(None) | Err(_) => break,
            }
        }
        delete(&queue, batch).await;
    }
}

/// While this goes on, what is done waits to be acknowledged and keeps its place: nothing new is
/// begun that could not be acknowledged either.
async fn delete(queue: &SqsQueue, mut batch: Vec<Receipt>) {
    for tries in 1..=TRIES {
        KillPoint::BeforeDelete.pass();
        match queue.delete(&batch).await {
            Ok(refused) => batch = refused,
            Err(error) => tracing::warn!(%error, "messages could not be deleted"),
        }
        KillPoint::AfterDelete.pass();
        if batch.is_empty() {
            return;
        }
        metric::DELETES_RETRIED.add(batch.len() as u64, ["events"]);
        sleep(TRY_AGAIN.after(tries)).await;
    }
    tracing::warn!(messages = batch.len(), "done, but will be received again");
}
