//! The loop that receives messages while there are permits.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Backoff, CloudError, Message, Receipt};
use darkroom_telemetry::metric;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acknowledger::Acknowledger;
use crate::attempt::DeliveryAttempt;
use crate::deferrals::Deferrals;
use crate::delivery::Delivery;
use crate::handler::MessageHandler;
use crate::parts::ConsumerParts;
use crate::permits::Permits;
use crate::settings::ConsumerSettings;
use crate::status::ConsumerStatus;

/// The delay between the start of a failed poll and the next poll.
const POLL_RETRY: Backoff = Backoff::doubling(Duration::from_secs(4), Duration::from_secs(20));
/// The minimum pause after a failed poll. It limits failing polls to 30 per minute.
const MIN_PAUSE: Duration = Duration::from_secs(2);
/// The pause after an empty poll that the service did not hold open.
const SHORT_POLL_PAUSE: Duration = Duration::from_secs(1);
/// The time limit for the last calls, which acknowledge and release messages. It begins when all
/// work is finished or the grace period is over.
const LAST_CALLS: Duration = Duration::from_millis(600);

/// A consumer of one queue. See the documentation of the crate.
#[derive(Debug)]
pub struct Consumer<H> {
    parts: Arc<ConsumerParts>,
    handler: Arc<H>,
    settings: ConsumerSettings,
    permits: Permits,
    status: ConsumerStatus,
}

impl<H: MessageHandler> Consumer<H> {
    /// Creates a consumer that passes each message to `handler`. Makes no call yet.
    pub fn new(parts: ConsumerParts, handler: Arc<H>, settings: ConsumerSettings) -> Self {
        metric::start_at_zero(&[("queue", &[parts.name])]);
        metric::PERMITS.set(settings.permits as f64, [parts.name]);
        Self {
            parts: Arc::new(parts),
            handler,
            permits: Permits::new(&settings),
            settings,
            status: ConsumerStatus::default(),
        }
    }

    /// Returns a handle for reading the status while the consumer runs.
    pub fn status(&self) -> ConsumerStatus {
        self.status.clone()
    }

    /// Consumes until `stop` is cancelled, then drains: gives the work in progress
    /// [`ConsumerSettings::drain_grace`] to finish, and releases whatever is left. Returns at most
    /// one second after the grace period.
    pub async fn run(self, stop: CancellationToken) {
        let acknowledger = Acknowledger::start(self.parts.name, Arc::clone(&self.parts.queue));
        let tasks = TaskTracker::new();
        let delivery = Arc::new(Delivery {
            parts: Arc::clone(&self.parts),
            handler: Arc::clone(&self.handler),
            settings: self.settings.clone(),
            deferrals: Deferrals::start(Arc::clone(&self.parts.queue)),
            stop: stop.clone(),
            overdue: CancellationToken::new(),
        });
        let drained = async {
            self.poll(&delivery, &tasks, &acknowledger).await;
            tasks.close();
            tasks.wait().await;
        };
        let overdue = async {
            stop.cancelled().await;
            sleep(self.settings.drain_grace).await;
        };
        let queue = self.parts.name;
        tokio::select! {
            biased;
            () = drained => tracing::info!(queue, "all messages in flight are finished"),
            () = overdue => {
                let remaining = tasks.len();
                tracing::warn!(queue, remaining, "grace period over: releasing messages");
                delivery.overdue.cancel();
                tasks.close();
            }
        }
        let last_calls = async {
            tasks.wait().await;
            acknowledger.flush().await;
        };
        if timeout(LAST_CALLS, last_calls).await.is_err() {
            tracing::warn!(
                queue,
                "not all messages could be acknowledged or released in time"
            );
        }
    }

    async fn poll(
        &self,
        delivery: &Arc<Delivery<H>>,
        tasks: &TaskTracker,
        acknowledger: &Acknowledger,
    ) {
        let stop = &delivery.stop;
        let mut failures = 0;
        loop {
            let permits = self.permits.acquire(&*self.handler);
            let Some(Ok(mut permits)) = stop.run_until_cancelled(permits).await else {
                return;
            };
            let polled_at = Instant::now();
            let Some(received) = self.receive(permits.len(), stop).await else {
                return;
            };
            let pause = match received {
                Ok(messages) if stop.is_cancelled() => return self.release(&messages).await,
                Ok(messages) => {
                    failures = 0;
                    self.status.set_poll_error(None);
                    self.count(&messages);
                    let pause = pause_after(&messages, polled_at);
                    for (message, permit) in messages.into_iter().zip(permits.drain(..)) {
                        start(delivery, message, permit, tasks, acknowledger);
                    }
                    pause
                }
                Err(error) => {
                    failures += 1;
                    let queue = self.parts.name;
                    metric::RECEIVE_ERRORS.add(1, [queue]);
                    tracing::warn!(queue, %error, failures, "cannot receive messages");
                    self.status.set_poll_error(Some(error));
                    let pause = POLL_RETRY.delay(failures);
                    pause.saturating_sub(polled_at.elapsed()).max(MIN_PAUSE)
                }
            };
            drop(permits);
            if !pause.is_zero() {
                stop.run_until_cancelled(sleep(pause)).await;
            }
        }
    }

    /// Long-polls the queue. Returns `None` if the poll was abandoned because of a stop.
    async fn receive(
        &self,
        max: usize,
        stop: &CancellationToken,
    ) -> Option<Result<Vec<Message>, CloudError>> {
        let settings = &self.settings;
        let queue = &self.parts.queue;
        let poll = queue.receive(max, settings.poll_wait, settings.visibility_timeout);
        let abandoned = async {
            stop.cancelled().await;
            sleep(settings.poll_grace).await;
        };
        tokio::select! {
            biased;
            received = poll => Some(received),
            () = abandoned => None,
        }
    }

    async fn release(&self, messages: &[Message]) {
        let receipts: Vec<Receipt> = messages
            .iter()
            .map(|message| message.receipt.clone())
            .collect();
        if let Err(error) = self.parts.queue.release(&receipts).await {
            tracing::warn!(queue = self.parts.name, %error, "cannot release messages");
        }
    }

    fn count(&self, messages: &[Message]) {
        let queue = self.parts.name;
        metric::RECEIVED.add(messages.len() as u64, [queue]);
        let now = self.parts.clock.now();
        for message in messages {
            let attempt = DeliveryAttempt::new(message, self.settings.max_receive_count);
            if !attempt.is_first() {
                metric::REDELIVERIES.add(1, [queue]);
            } else if let Some(seconds) = attempt.age_seconds(now).filter(|_| !attempt.is_copy) {
                metric::MESSAGE_AGE.record(seconds, [queue]);
            }
        }
    }
}

/// Returns the pause after a poll. There is a pause only after an empty poll that returned early,
/// as polls do on services without long polls.
fn pause_after(messages: &[Message], polled_at: Instant) -> Duration {
    let is_short = polled_at.elapsed() < SHORT_POLL_PAUSE / 2;
    if is_short && messages.is_empty() {
        SHORT_POLL_PAUSE
    } else {
        Duration::ZERO
    }
}

fn start<H: MessageHandler>(
    delivery: &Arc<Delivery<H>>,
    message: Message,
    permit: OwnedSemaphorePermit,
    tasks: &TaskTracker,
    acknowledger: &Acknowledger,
) {
    let delivery = Arc::clone(delivery);
    let acknowledge = acknowledger.sender();
    let in_flight = metric::IN_FLIGHT.track(1.0, [delivery.parts.name]);
    tasks.spawn(async move {
        delivery.run(message, acknowledge).await;
        drop((permit, in_flight));
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use darkroom_cloud::{CloudErrorKind, Queue};

    use super::*;
    use crate::testing::{Call, ScriptedHandler, TestConsumer, exhausted};
    use crate::{Context, DeadLetterReason, Disposition};

    const SECOND: Duration = Duration::from_secs(1);

    fn settings() -> ConsumerSettings {
        ConsumerSettings::default()
    }

    #[tokio::test(start_paused = true)]
    async fn acknowledged_messages_are_deleted_in_batches_of_ten() {
        let handler = ScriptedHandler::new(SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler, settings());
        test.send(20).await;
        sleep(5 * SECOND).await;
        assert!(test.queue.queue.is_empty());
        assert_eq!(test.queue.count(&Call::Delete(10)), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_message_is_retried_with_a_growing_delay_and_then_becomes_a_dead_letter() {
        let handler = ScriptedHandler::new(Duration::ZERO, Disposition::Retry);
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        sleep(30 * 60 * SECOND).await;
        let delays = test.queue.calls().into_iter();
        let delays = delays.filter_map(|(_, call)| match call {
            Call::ChangeVisibility(delay) | Call::Forward(delay) => Some(delay),
            _ => None,
        });
        let delays: Vec<Duration> = delays.collect();
        assert_eq!(handler.finished(), 5);
        assert_eq!(delays.len(), 4, "{delays:?}");
        assert!(delays.is_sorted(), "{delays:?}");
        assert!(
            delays[0] <= 10 * SECOND && delays[3] >= 320 * SECOND,
            "{delays:?}"
        );
        assert_eq!(test.dead_letters.bodies(), ["0"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_message_is_in_flight_for_less_than_a_minute_in_total() {
        let handler = ScriptedHandler::new(Duration::ZERO, Disposition::Retry);
        let settings = ConsumerSettings {
            max_receive_count: 10,
            ..settings()
        };
        let test = TestConsumer::start(handler.clone(), settings);
        test.send(100).await;
        let mut message_seconds = 0;
        for _ in 0..1000 {
            sleep(SECOND).await;
            message_seconds += test.queue.depth().await.unwrap().in_flight;
        }
        assert!(handler.started() >= 500, "{}", handler.started());
        assert!(message_seconds <= 100 * 60, "{message_seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_whose_delayed_copy_is_refused_stays_in_flight_until_its_retry() {
        let handler = ScriptedHandler::new(Duration::ZERO, Disposition::Retry);
        let test = TestConsumer::start(handler.clone(), settings());
        test.queue.refuse_sends(true);
        test.send(1).await;
        sleep(30 * 60 * SECOND).await;
        assert_eq!(handler.finished(), 5);
        assert_eq!(test.dead_letters.bodies(), ["0"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unprocessable_message_goes_to_the_dead_letters_with_its_reason() {
        let reason = DeadLetterReason::new("malformed", &"not JSON");
        let disposition = Disposition::DeadLetter(reason.clone());
        let test = TestConsumer::start(ScriptedHandler::new(SECOND, disposition), settings());
        test.send(1).await;
        sleep(3 * SECOND).await;
        assert!(test.queue.queue.is_empty());
        let dead_letter = test.dead_letters.receive(1, SECOND, SECOND).await.unwrap();
        let attributes = &dead_letter[0].attributes;
        assert_eq!(DeadLetterReason::from_attributes(attributes), Some(reason));
    }

    #[tokio::test(start_paused = true)]
    async fn an_unprocessable_message_stays_on_its_queue_while_the_dead_letter_queue_fails() {
        let reason = DeadLetterReason::new("malformed", &"");
        let disposition = Disposition::DeadLetter(reason);
        let handler = ScriptedHandler::new(Duration::ZERO, disposition);
        let test = TestConsumer::start(handler, settings());
        test.dead_letters.fail(CloudErrorKind::Unavailable);
        test.send(1).await;
        sleep(3 * SECOND).await;
        assert_eq!(test.queue.queue.len(), 1);
        test.dead_letters.succeed();
        sleep(15 * SECOND).await;
        assert!(test.queue.queue.is_empty());
        assert_eq!(test.dead_letters.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_replaced_message_is_delivered_again_after_its_delay() {
        let delay = 60 * SECOND;
        let body = "again".to_owned();
        let handler = ScriptedHandler::new(Duration::ZERO, Disposition::Replace { body, delay });
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        sleep(59 * SECOND).await;
        assert_eq!(handler.started(), 1);
        assert_eq!(test.queue.queue.bodies(), ["again"]);
        sleep(2 * SECOND).await;
        assert_eq!(handler.started(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_message_is_delivered_only_once() {
        let handler = ScriptedHandler::new(600 * SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        sleep(700 * SECOND).await;
        assert_eq!((handler.started(), handler.finished()), (1, 1));
        assert!(test.queue.queue.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_whose_heartbeats_all_fail_is_abandoned_before_its_timeout_ends() {
        let handler = ScriptedHandler::new(600 * SECOND, Disposition::Ack);
        let settings = settings();
        let timeout = settings.visibility_timeout;
        let test = TestConsumer::start(handler.clone(), settings);
        test.send(1).await;
        sleep(SECOND).await;
        test.queue.queue.fail(CloudErrorKind::Unavailable);
        sleep(timeout - 2 * SECOND).await;
        assert_eq!((handler.in_progress(), handler.finished()), (0, 0));
        test.queue.queue.succeed();
        sleep(700 * SECOND).await;
        assert_eq!((handler.started(), handler.finished()), (2, 1));
        assert!(test.queue.queue.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_failed_heartbeat_does_not_abandon_the_message() {
        let handler = ScriptedHandler::new(600 * SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        sleep(15 * SECOND).await;
        test.queue.queue.fail(CloudErrorKind::Unavailable);
        sleep(10 * SECOND).await;
        test.queue.queue.succeed();
        sleep(600 * SECOND).await;
        assert_eq!((handler.started(), handler.finished()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_hung_heartbeat_does_not_abandon_the_message() {
        let handler = ScriptedHandler::new(600 * SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        sleep(15 * SECOND).await;
        test.queue.hangs.store(true, Ordering::Relaxed);
        sleep(10 * SECOND).await;
        test.queue.hangs.store(false, Ordering::Relaxed);
        sleep(600 * SECOND).await;
        assert_eq!((handler.started(), handler.finished()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn no_heartbeat_is_sent_after_the_backoff_is_set() {
        let handler = ScriptedHandler::new(50 * SECOND, Disposition::Retry);
        let settings = settings();
        let timeout = settings.visibility_timeout;
        let test = TestConsumer::start(handler, settings);
        test.send(1).await;
        sleep(51 * SECOND).await;
        let changes = test.queue.calls().into_iter();
        let changes = changes.filter_map(|(_, call)| match call {
            Call::ChangeVisibility(timeout) => Some(timeout),
            _ => None,
        });
        let changes: Vec<Duration> = changes.collect();
        let (backoff, heartbeats) = changes.split_last().unwrap();
        assert!(*backoff <= 10 * SECOND, "{backoff:?}");
        assert_eq!(heartbeats, [timeout; 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn messages_in_progress_never_outnumber_the_permits() {
        let handler = ScriptedHandler::new(60 * SECOND, Disposition::Ack);
        let permits = 3;
        let settings = ConsumerSettings {
            permits,
            ..settings()
        };
        let test = TestConsumer::start(handler.clone(), settings);
        test.send(10).await;
        sleep(30 * SECOND).await;
        assert_eq!((handler.started(), handler.finished()), (permits, 0));
        let depth = test.queue.depth().await.unwrap();
        assert_eq!(depth.in_flight, permits as u64, "{depth:?}");
        sleep(60 * SECOND).await;
        assert_eq!(
            (handler.started(), handler.finished()),
            (2 * permits, permits)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_queue_is_polled_at_most_thirty_times_a_minute_and_reported() {
        let handler = ScriptedHandler::new(SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        test.queue.queue.fail(CloudErrorKind::Unavailable);
        sleep(60 * SECOND).await;
        assert!(test.queue.count(&Call::Receive) <= 30);
        assert!(test.status.poll_error().is_some());
        test.queue.queue.succeed();
        test.send(1).await;
        sleep(25 * SECOND).await;
        assert_eq!(handler.finished(), 1);
        assert!(test.status.poll_error().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_finishes_work_in_progress() {
        let handler = ScriptedHandler::new(20 * SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(3).await;
        sleep(SECOND).await;
        test.stop.cancel();
        test.task.await.unwrap();
        assert_eq!(handler.finished(), 3);
        assert!(test.queue.queue.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_releases_work_that_exceeds_the_grace_period() {
        let handler = ScriptedHandler::new(3600 * SECOND, Disposition::Ack);
        let settings = settings();
        let grace = settings.drain_grace;
        let test = TestConsumer::start(handler.clone(), settings);
        test.send(3).await;
        sleep(SECOND).await;
        let stopped_at = Instant::now();
        test.stop.cancel();
        test.task.await.unwrap();
        assert!(stopped_at.elapsed() <= grace + SECOND);
        let released = test
            .queue
            .receive(10, Duration::ZERO, SECOND)
            .await
            .unwrap();
        assert_eq!((released.len(), handler.finished()), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_arrives_in_the_last_poll_is_released() {
        let handler = ScriptedHandler::new(SECOND, Disposition::Ack);
        let test = TestConsumer::start(handler.clone(), settings());
        sleep(SECOND).await;
        test.stop.cancel();
        test.send(1).await;
        test.task.await.unwrap();
        let released = test
            .queue
            .receive(10, Duration::ZERO, SECOND)
            .await
            .unwrap();
        assert_eq!((released.len(), handler.started()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_abandons_a_poll_after_its_grace_period() {
        let handler = ScriptedHandler::new(SECOND, Disposition::Ack);
        let settings = ConsumerSettings {
            poll_grace: SECOND,
            ..settings()
        };
        let test = TestConsumer::start(handler, settings);
        sleep(SECOND).await;
        let stopped_at = Instant::now();
        test.stop.cancel();
        test.task.await.unwrap();
        assert_eq!(stopped_at.elapsed(), SECOND);
    }

    /// A handler of messages whose body is a disposition or a number of seconds. The handler
    /// returns the disposition at once, or works for that number of seconds.
    #[derive(Debug)]
    struct ByBody;

    #[async_trait::async_trait]
    impl MessageHandler for ByBody {
        async fn handle(&self, message: &Message, context: &Context) -> Disposition {
            match &*message.body {
                "retry" if context.attempt.is_last() => exhausted(),
                "retry" => Disposition::Retry,
                "dead-letter" => Disposition::DeadLetter(DeadLetterReason::new("malformed", &"")),
                "defer" if context.attempt.is_copy => Disposition::Ack,
                "defer" => Disposition::Defer { delay: SECOND },
                "replace" => Disposition::Replace {
                    body: "0".to_owned(),
                    delay: SECOND,
                },
                seconds => {
                    sleep(seconds.parse().unwrap_or(0) * SECOND).await;
                    Disposition::Ack
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_message_does_not_delay_others() {
        let settings = ConsumerSettings {
            permits: 2,
            ..settings()
        };
        let test = TestConsumer::start(ByBody, settings);
        let bodies = ["600", "1", "1", "1", "1", "1"].map(str::to_owned);
        test.queue.send(&bodies).await.unwrap();
        sleep(60 * SECOND).await;
        assert_eq!(test.queue.queue.bodies(), ["600"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_permit_is_released_after_every_disposition() {
        let settings = ConsumerSettings {
            permits: 1,
            ..settings()
        };
        let test = TestConsumer::start(ByBody, settings);
        let bodies = ["retry", "dead-letter", "replace", "defer", "1", "2", "3"].map(str::to_owned);
        test.queue.send(&bodies).await.unwrap();
        sleep(3600 * SECOND).await;
        assert!(test.queue.queue.is_empty());
        assert_eq!(test.dead_letters.bodies(), ["dead-letter", "retry"]);
    }

    /// A handler that defers a message twenty times before each attempt. Every attempt fails.
    #[derive(Debug, Default)]
    struct DefersTwentyTimes {
        deliveries: AtomicUsize,
        attempts: Mutex<Vec<u32>>,
    }

    #[async_trait::async_trait]
    impl MessageHandler for Arc<DefersTwentyTimes> {
        async fn handle(&self, _message: &Message, context: &Context) -> Disposition {
            if self.deliveries.fetch_add(1, Ordering::Relaxed) % 21 < 20 {
                let delay = 900 * SECOND;
                return Disposition::Defer { delay };
            }
            let attempt = context.attempt;
            self.attempts.lock().unwrap().push(attempt.receive_count);
            if attempt.is_last() {
                return Disposition::DeadLetter(DeadLetterReason::new("last", &""));
            }
            Disposition::Retry
        }
    }

    #[tokio::test(start_paused = true)]
    async fn deferrals_cost_no_attempt_and_a_failing_message_still_becomes_a_dead_letter() {
        let handler = Arc::new(DefersTwentyTimes::default());
        let test = TestConsumer::start(Arc::clone(&handler), settings());
        test.send(1).await;
        sleep(48 * 3600 * SECOND).await;
        assert_eq!(*handler.attempts.lock().unwrap(), [1, 2, 3, 4, 5]);
        assert_eq!(handler.deliveries.load(Ordering::Relaxed), 5 * 21);
        assert!(test.queue.queue.is_empty());
        assert_eq!(test.dead_letters.bodies(), ["0"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_whose_deferral_fails_becomes_visible_at_once() {
        let delay = 900 * SECOND;
        let handler = ScriptedHandler::new(SECOND, Disposition::Defer { delay });
        let test = TestConsumer::start(handler.clone(), settings());
        test.send(1).await;
        test.queue.refuse_sends(true);
        sleep(SECOND * 3 / 2).await;
        test.queue.refuse_sends(false);
        sleep(SECOND).await;
        assert_eq!(handler.started(), 2);
        assert_eq!(test.queue.queue.depth().await.unwrap().delayed, 1);
    }

    /// A handler that always wants the consumer to look ahead.
    #[derive(Debug, Clone)]
    struct LooksAhead(ScriptedHandler);

    #[async_trait::async_trait]
    impl MessageHandler for LooksAhead {
        fn looks_ahead(&self) -> bool {
            true
        }

        async fn handle(&self, message: &Message, context: &Context) -> Disposition {
            self.0.handle(message, context).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_consumer_that_looks_ahead_receives_messages_beyond_the_permits() {
        let handler = ScriptedHandler::new(3600 * SECOND, Disposition::Ack);
        let settings = ConsumerSettings {
            permits: 2,
            look_ahead: 3,
            ..settings()
        };
        let test = TestConsumer::start(LooksAhead(handler.clone()), settings);
        test.send(10).await;
        sleep(60 * SECOND).await;
        assert_eq!(handler.started(), 5);
    }

    #[derive(Debug)]
    struct NeverReady;

    #[async_trait::async_trait]
    impl MessageHandler for NeverReady {
        async fn ready(&self) -> usize {
            std::future::pending().await
        }

        async fn handle(&self, _message: &Message, _context: &Context) -> Disposition {
            Disposition::Ack
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_received_before_the_handler_is_ready() {
        let test = TestConsumer::start(NeverReady, settings());
        test.send(1).await;
        sleep(60 * SECOND).await;
        assert_eq!(test.queue.count(&Call::Receive), 0);
        test.stop.cancel();
        test.task.await.unwrap();
    }
}
