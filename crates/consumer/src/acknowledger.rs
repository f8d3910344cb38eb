//! Deletion of finished messages, up to ten per call.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Backoff, KillPoint, MAX_BATCH, Queue, Receipt};
use darkroom_telemetry::metric;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::batch::next_batch;

/// The longest time that the first receipt of a batch waits. A full batch is sent at once.
const LINGER: Duration = Duration::from_millis(200);
/// The number of attempts to delete a message. If the last attempt fails, the message is
/// redelivered. The handler then finds that the work is done and acknowledges the message again.
const ATTEMPTS: u32 = 5;
const RETRY: Backoff = Backoff::doubling(Duration::from_millis(100), Duration::from_secs(2));

/// Collects receipts and deletes their messages in batches.
#[derive(Debug)]
pub(crate) struct Acknowledger {
    receipts: mpsc::Sender<Receipt>,
    task: JoinHandle<()>,
}

impl Acknowledger {
    pub(crate) fn start(name: &'static str, queue: Arc<dyn Queue>) -> Self {
        let (receipts, incoming) = mpsc::channel(MAX_BATCH * 10);
        let task = tokio::spawn(delete_batches(name, queue, incoming));
        Self { receipts, task }
    }

    /// Returns the channel through which a message in progress is acknowledged.
    pub(crate) fn sender(&self) -> mpsc::Sender<Receipt> {
        self.receipts.clone()
    }

    /// Deletes all messages that were acknowledged so far. All senders must have been dropped.
    pub(crate) async fn flush(self) {
        drop(self.receipts);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the acknowledger failed");
        }
    }
}

async fn delete_batches(
    name: &'static str,
    queue: Arc<dyn Queue>,
    mut incoming: mpsc::Receiver<Receipt>,
) {
    while let Some(batch) = next_batch(&mut incoming, LINGER).await {
        delete(name, &*queue, batch).await;
    }
}

/// Deletes a batch. Meanwhile up to 100 receipts can wait in the channel. While the channel is
/// full, finished messages keep their permits, so new messages have to wait.
async fn delete(name: &'static str, queue: &dyn Queue, mut batch: Vec<Receipt>) {
    for attempt in 1..=ATTEMPTS {
        KillPoint::BeforeDelete.pass();
        match queue.delete(&batch).await {
            Ok(failed) => batch = failed,
            Err(error) => tracing::warn!(queue = name, %error, "cannot delete messages"),
        }
        KillPoint::AfterDelete.pass();
        if batch.is_empty() {
            return;
        }
        metric::DELETES_RETRIED.add(batch.len() as u64, [name]);
        sleep(RETRY.delay(attempt)).await;
    }
    let messages = batch.len();
    tracing::warn!(
        queue = name,
        messages,
        "cannot delete finished messages: they will be redelivered"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Call, ScriptedHandler, TestConsumer};
    use crate::{ConsumerSettings, Disposition};

    async fn handle_ten(refused_batches: usize) -> (TestConsumer, ScriptedHandler) {
        let handler = ScriptedHandler::new(Duration::from_secs(1), Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), ConsumerSettings::default());
        test.queue.refuse_deletes(refused_batches);
        test.send(MAX_BATCH).await;
        sleep(Duration::from_secs(120)).await;
        assert!(test.queue.queue.is_empty());
        (test, handler)
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_deletion_is_retried_and_no_message_is_handled_twice() {
        let (test, handler) = handle_ten(2).await;
        assert_eq!(handler.started(), MAX_BATCH);
        assert_eq!(test.queue.count(&Call::Delete(MAX_BATCH)), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_cannot_be_deleted_is_handled_once_more() {
        let (_test, handler) = handle_ten(ATTEMPTS as usize).await;
        assert_eq!(handler.started(), 2 * MAX_BATCH);
    }
}
