//! The loop that takes messages for as long as there are places.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Message, Queue, Receipt};
use darkroom_contract::QueueSettings;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acknowledge::Acknowledger;
use crate::backoff::Backoff;
use crate::fetch::Downloads;
use crate::message::Desk;
use crate::settings::WorkerSettings;
use crate::settle::Studio;

/// The most that SQS gives in one call.
const MOST_AT_ONCE: usize = 10;
/// Between polls that failed: at most 30 calls a minute, and back within 20 s.
const POLL_AGAIN: Backoff = Backoff {
    first: Duration::from_secs(4),
    most: Duration::from_secs(20),
};

/// The consumer of one queue.
#[derive(Debug)]
pub struct Worker {
    desk: Desk,
    places: Arc<Semaphore>,
    settings: WorkerSettings,
}

impl Worker {
    /// A worker with `places` messages in work at most.
    pub fn new(
        studio: Studio,
        events: Queue,
        dead_letters: Queue,
        queues: QueueSettings,
        settings: WorkerSettings,
        places: usize,
    ) -> Self {
        let max_buffered = settings.max_buffered.as_u64();
        Self {
            desk: Desk {
                downloads: Downloads::new(max_buffered, settings.download_timeout),
                studio,
                events,
                dead_letters,
                queues,
            },
            places: Arc::new(Semaphore::new(places)),
            settings,
        }
    }

    /// Works until `stop` is cancelled, then finishes what was begun, for as long as
    /// [`WorkerSettings::drain_grace`] allows. What is not finished by then is received again by
    /// another worker.
    pub async fn run(self, stop: CancellationToken) {
        let acknowledger = Acknowledger::start(self.desk.events.clone());
        let tasks = TaskTracker::new();
        let polling = self.poll(&stop, &tasks, &acknowledger);
        let drained = async {
            polling.await;
            tasks.close();
            tasks.wait().await;
        };
        let overdue = async {
            stop.cancelled().await;
            tokio::time::sleep(self.settings.drain_grace).await;
        };
        tokio::select! {
            () = drained => tracing::info!("all work in hand is finished"),
            () = overdue => tracing::warn!(left = tasks.len(), "the grace period is over"),
        }
        // Unfinished tasks hold senders of their own, so flushing may not wait for them.
        if timeout(Duration::from_secs(1), acknowledger.flush())
            .await
            .is_err()
        {
            tracing::warn!("not everything could be acknowledged in time");
        }
    }

    async fn poll(&self, stop: &CancellationToken, tasks: &TaskTracker, done: &Acknowledger) {
        let mut failures = 0;
        while let Some(Ok(mut places)) = stop.run_until_cancelled(self.free_places()).await {
            let wait = self.settings.poll_wait;
            let hidden = self.desk.queues.visibility_timeout;
            // Never cancelled: messages of a poll that was given up are hidden from everyone.
            match self.desk.events.receive(places.len(), wait, hidden).await {
                Ok(messages) if stop.is_cancelled() => self.give_back(&messages).await,
                Ok(messages) => {
                    failures = 0;
                    for (message, place) in messages.into_iter().zip(places.drain(..)) {
                        self.begin(message, place, tasks, done);
                    }
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, failures, "no messages could be received");
                    let pause = tokio::time::sleep(POLL_AGAIN.after(failures));
                    stop.run_until_cancelled(pause).await;
                }
            }
        }
    }

    /// Waits for one place and takes up to ten.
    async fn free_places(&self) -> Result<Vec<OwnedSemaphorePermit>, tokio::sync::AcquireError> {
        let mut places = vec![Arc::clone(&self.places).acquire_owned().await?];
        while places.len() < MOST_AT_ONCE {
            match Arc::clone(&self.places).try_acquire_owned() {
                Ok(place) => places.push(place),
                Err(_) => break,
            }
        }
        Ok(places)
    }

    fn begin(
        &self,
        message: Message,
        place: OwnedSemaphorePermit,
        tasks: &TaskTracker,
        done: &Acknowledger,
    ) {
        let desk = self.desk.clone();
        let acknowledge = done.sender();
        tasks.spawn(async move {
            desk.handle(message, acknowledge).await;
            drop(place);
        });
    }

    async fn give_back(&self, messages: &[Message]) {
        let receipts: Vec<Receipt> = messages
            .iter()
            .map(|message| message.receipt.clone())
            .collect();
        if let Err(error) = self.desk.events.give_back(&receipts).await {
            tracing::warn!(%error, "messages could not be given back");
        }
    }
}
