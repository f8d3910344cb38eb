//! The loop that takes messages for as long as there are places.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, Message, Queue, Receipt, SqsQueue};
use darkroom_contract::QueueSettings;
use darkroom_telemetry::metric;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acknowledge::Acknowledger;
use crate::backoff::Backoff;
use crate::delivery::Delivery;
use crate::fetch::Downloads;
use crate::health::Health;
use crate::message::Desk;
use crate::outage::Outage;
use crate::settings::WorkerSettings;
use crate::settle::Studio;
use crate::tries::max_receive_count;

/// The most that SQS gives in one call.
const MOST_AT_ONCE: usize = 10;
/// From the beginning of a poll that failed to the next.
const POLL_AGAIN: Backoff = Backoff::doubling(Duration::from_secs(4), Duration::from_secs(20));
/// After a poll that failed, however long it took: at most 30 calls a minute.
const LEAST_PAUSE: Duration = Duration::from_secs(2);
/// Between polls that SQS does not hold open.
const SHORT_POLL_PAUSE: Duration = Duration::from_secs(1);
/// No message waits longer for its next try.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
/// What there is after the grace period to give work back and to acknowledge what is done.
const LAST_CALLS: Duration = Duration::from_millis(600);

/// The consumer of one queue.
#[derive(Debug)]
pub struct Worker {
    desk: Desk,
    health: Health,
    places: Arc<Semaphore>,
    settings: WorkerSettings,
}

impl Worker {
    /// A worker with `places` messages in work at most.
    ///
    /// Asks the queue how often it gives a message out, which counts for more than the settings.
    ///
    /// # Errors
    /// What that call met, unless it was forbidden: then the settings are trusted.
    pub async fn open(
        studio: Studio,
        events: SqsQueue,
        dead_letters: SqsQueue,
        queues: &QueueSettings,
        settings: WorkerSettings,
        places: usize,
    ) -> Result<Self, CloudError> {
        let desk = Desk {
            max_receive_count: max_receive_count(&events, queues).await?,
            visibility: queues.visibility_timeout,
            retry: Backoff::quadrupling(settings.retry_after, MOST_RETRY_AFTER),
            downloads: Downloads::new(settings.max_buffered.as_u64(), settings.download_timeout),
            outage: Outage::watch(studio.raw.clone(), studio.media.clone()),
            stop: CancellationToken::new(),
            overdue: CancellationToken::new(),
            studio,
            events,
            dead_letters,
        };
        metric::register_queue("events");
        metric::PERMITS.set(places as f64, ["events"]);
        Ok(Self {
            health: Health::of(desk.outage.clone()),
            desk,
            places: Arc::new(Semaphore::new(places)),
            settings,
        })
    }

    /// What can be asked of it while it runs.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Works until `stop` is cancelled, then finishes what was begun, for as long as
    /// [`WorkerSettings::drain_grace`] allows. What is not finished by then is given back. Returns
    /// within the grace period and a second.
    pub async fn run(mut self, stop: CancellationToken) {
        self.desk.stop = stop;
        let acknowledger = Acknowledger::start(self.desk.events.clone());
        let tasks = TaskTracker::new();
        let drained = async {
            self.poll(&tasks, &acknowledger).await;
            tasks.close();
            tasks.wait().await;
        };
        let overdue = async {
            self.desk.stop.cancelled().await;
            sleep(self.settings.drain_grace).await;
        };
        tokio::select! {
            () = drained => tracing::info!("all work in hand is finished"),
            () = self.desk.outage.look_out() => {}
            () = overdue => {
                tracing::warn!(left = tasks.len(), "the grace period is over: work is given back");
                self.desk.overdue.cancel();
                tasks.close();
            }
        }
        let last_calls = async {
            tasks.wait().await;
            acknowledger.flush().await;
        };
        if timeout(LAST_CALLS, last_calls).await.is_err() {
            tracing::warn!("not everything could be acknowledged or given back in time");
        }
    }

    async fn poll(&self, tasks: &TaskTracker, done: &Acknowledger) {
        let stop = &self.desk.stop;
        let mut failures = 0;
        while let Some(Ok(mut places)) = stop.run_until_cancelled(self.free_places()).await {
            let polled_at = Instant::now();
            let polled = self.receive(places.len()).await;
            let pause = match polled {
                Ok(messages) if stop.is_cancelled() => return self.give_back(&messages).await,
                Ok(messages) => {
                    failures = 0;
                    self.health.can_receive(true);
                    count(&messages);
                    let is_short = polled_at.elapsed() < SHORT_POLL_PAUSE / 2;
                    let is_idle = is_short && messages.is_empty();
                    for (message, place) in messages.into_iter().zip(places.drain(..)) {
                        self.begin(message, place, tasks, done);
                    }
                    if is_idle {
                        SHORT_POLL_PAUSE
                    } else {
                        Duration::ZERO
                    }
                }
                Err(error) => {
                    failures += 1;
                    self.health.can_receive(false);
                    metric::RECEIVE_ERRORS.add(1, ["events"]);
                    tracing::warn!(%error, failures, "no messages could be received");
                    let pause = POLL_AGAIN.after(failures);
                    pause.saturating_sub(polled_at.elapsed()).max(LEAST_PAUSE)
                }
            };
            drop(places);
            if !pause.is_zero() {
                stop.run_until_cancelled(sleep(pause)).await;
            }
        }
    }

    /// Never cancelled: messages of a poll that was given up are hidden from everyone. So a poll
    /// takes no longer than the grace period.
    async fn receive(&self, most: usize) -> Result<Vec<Message>, CloudError> {
        let within_grace = self.settings.drain_grace.saturating_sub(SHORT_POLL_PAUSE);
        let wait = self.settings.poll_wait.min(within_grace);
        let hidden = self.desk.visibility;
        self.desk.events.receive(most, wait, hidden).await
    }

    /// Waits for one place, and for the store where it is down, and takes up to ten.
    async fn free_places(&self) -> Result<Vec<OwnedSemaphorePermit>, tokio::sync::AcquireError> {
        let mut places = vec![Arc::clone(&self.places).acquire_owned().await?];
        self.desk.outage.end().await;
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
        let in_flight = metric::IN_FLIGHT.track(1.0, ["events"]);
        tasks.spawn(async move {
            desk.handle(message, acknowledge).await;
            drop((place, in_flight));
        });
    }

    async fn give_back(&self, messages: &[Message]) {
        let receipts: Vec<Receipt> = messages
            .iter()
            .map(|message| message.receipt.clone())
            .collect();
        if let Err(error) = self.desk.events.release(&receipts).await {
            tracing::warn!(%error, "messages could not be given back");
        }
    }
}

fn count(messages: &[Message]) {
    metric::RECEIVED.add(messages.len() as u64, ["events"]);
    for delivery in messages.iter().map(Delivery::of) {
        if !delivery.is_first() {
            metric::REDELIVERIES.add(1, ["events"]);
        } else if let Some(seconds) = delivery.age_seconds() {
            metric::MESSAGE_AGE.record(seconds, ["events"]);
        }
    }
}
