//! The consumer of outcome events.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::{Message, Queue};
use darkroom_consumer::{
    Consumer, ConsumerParts, ConsumerSettings, Context, DeadLetterReason, Disposition,
    MessageHandler,
};
use darkroom_contract::{Manifest, OutcomeEvent};
use darkroom_telemetry::metric;
use darkroom_uploads::{StoreError, UploadStore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::circuit_breaker::CircuitBreaker;
use crate::delivery_error::DeliveryError;
use crate::retry::RetrySchedule;
use crate::sender::OutcomeSender;
use crate::settings::WebhookSettings;

/// The name of the queue in logs and metrics.
const QUEUE: &str = "webhooks";
/// The reason codes of dead letters.
const UNDELIVERABLE: &str = "undeliverable";
const MALFORMED: &str = "malformed";
/// The visibility timeout of an event. It is longer than most attempts take. A heartbeat extends it
/// during a slow attempt.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(90);

/// The parts of a [`WebhookDispatcher`].
#[derive(Debug)]
pub struct WebhookDispatcherParts {
    /// The queue of outcome events.
    pub events: Arc<dyn Queue>,
    /// The queue for events that are malformed or too old.
    pub dead_letters: Arc<dyn Queue>,
    /// The store of the uploads that the events are about.
    pub store: UploadStore,
    /// The sender of the outcomes that the events are about.
    pub sender: Arc<dyn OutcomeSender>,
}

/// The consumer of outcome events, which delivers them to the operator's URL.
#[derive(Debug)]
pub struct WebhookDispatcher {
    consumer: Consumer<DeliveryHandler>,
}

/// The result of an attempt that did not fail.
enum Delivered {
    /// The receiver accepted the outcome.
    Accepted,
    /// The upload no longer has the outcome that the event is about, so nothing was sent. A deleted
    /// upload is not reported, and a newer outcome has its own event.
    NotCurrent,
}

/// The handler of outcome events: it sends the outcome that each event names.
///
/// An undelivered event does not stay in the queue as an invisible message. A new, delayed message
/// replaces it, because a receiver may be down for days, but SQS limits both the time that a
/// message may stay invisible (12 hours) and the number of messages in flight (120,000).
#[derive(Debug)]
struct DeliveryHandler {
    sender: Arc<dyn OutcomeSender>,
    store: UploadStore,
    circuit_breaker: CircuitBreaker,
    retry: RetrySchedule,
}

impl WebhookDispatcher {
    /// Creates a dispatcher from its parts. Makes no call yet.
    pub fn new(parts: WebhookDispatcherParts, settings: &WebhookSettings) -> Self {
        let WebhookDispatcherParts {
            events,
            dead_letters,
            store,
            sender,
        } = parts;
        let clock = store.clock().clone();
        let handler = DeliveryHandler::new(sender, store, settings);
        metric::start_at_zero(&[("queue", &[QUEUE]), ("reason", &[UNDELIVERABLE, MALFORMED])]);
        let consumer_parts = ConsumerParts {
            name: QUEUE,
            queue: events,
            dead_letters,
            clock,
        };
        let consumer_settings = ConsumerSettings {
            permits: settings.in_flight,
            visibility_timeout: VISIBILITY_TIMEOUT,
            // Polls are abandoned at once on shutdown. If an abandoned poll still receives an
            // event, the only effect is that the event is delivered one visibility timeout later.
            poll_grace: Duration::ZERO,
            // The event itself counts its attempts, so the receive count of the queue is ignored.
            max_receive_count: u32::MAX,
            ..ConsumerSettings::default()
        };
        Self {
            consumer: Consumer::new(consumer_parts, Arc::new(handler), consumer_settings),
        }
    }

    /// Runs until `stop` is cancelled, then drains: gives the attempts in progress 25 s to finish,
    /// then releases the events of unfinished attempts.
    pub async fn run(self, stop: CancellationToken) {
        self.consumer.run(stop).await;
    }
}

impl DeliveryHandler {
    fn new(sender: Arc<dyn OutcomeSender>, store: UploadStore, settings: &WebhookSettings) -> Self {
        Self {
            sender,
            store,
            circuit_breaker: CircuitBreaker::default(),
            retry: RetrySchedule::new(settings),
        }
    }

    /// Reads from the store the outcome that an event is about, and sends it if it is still
    /// current.
    async fn deliver(&self, event: &OutcomeEvent) -> Result<Delivered, DeliveryError> {
        let _attempt = self.circuit_breaker.start_attempt();
        let Some(manifest) = self.outcome(event).await? else {
            return Ok(Delivered::NotCurrent);
        };
        let now = self.store.clock().now();
        self.sender.send(&manifest, now).await?;
        Ok(Delivered::Accepted)
    }

    async fn outcome(&self, event: &OutcomeEvent) -> Result<Option<Arc<Manifest>>, StoreError> {
        #[cfg(feature = "planted-bugs")]
        {
            use darkroom_consumer::planted::{Bug, is_planted};
            if is_planted(Bug::DeliverUnpublished) {
                return Ok(self.store.manifest(&event.upload).await?);
            }
        }
        self.store.outcome(event).await
    }

    /// Returns the disposition of an event that could not be delivered: `Replace` with a delay, or
    /// `DeadLetter` if the event is too old.
    fn retry_or_dead_letter(&self, event: OutcomeEvent, error: &str) -> Disposition {
        let age = self.store.clock().now() - event.published_at;
        let attempts = event.attempts.saturating_add(1);
        tracing::warn!(
            event = event.outcome_id,
            attempts,
            error,
            "webhook not delivered"
        );
        let Some(delay) = self.retry.delay(attempts, age) else {
            return dead_letter(UNDELIVERABLE, error);
        };
        let event = OutcomeEvent { attempts, ..event };
        match serde_json::to_string(&event) {
            Ok(body) => Disposition::Replace { body, delay },
            Err(error) => dead_letter(MALFORMED, &error.to_string()),
        }
    }
}

#[async_trait]
impl MessageHandler for DeliveryHandler {
    async fn ready(&self) -> usize {
        self.circuit_breaker.ready().await
    }

    async fn handle(&self, message: &Message, _context: &Context) -> Disposition {
        let event: OutcomeEvent = match serde_json::from_str(&message.body) {
            Ok(event) => event,
            Err(error) => return dead_letter(MALFORMED, &error.to_string()),
        };
        let started_at = Instant::now();
        let attempt = self.deliver(&event).await;
        record(&attempt, started_at.elapsed());
        match attempt {
            Ok(Delivered::Accepted) => {
                self.circuit_breaker.record(true);
                let age = self.store.clock().now() - event.published_at;
                metric::WEBHOOK_DELIVERY_AGE.record(age.as_seconds_f64().max(0.0), []);
                Disposition::Ack
            }
            Ok(Delivered::NotCurrent) => {
                tracing::info!(
                    event = event.outcome_id,
                    "not delivering an outcome that is no longer current"
                );
                Disposition::Ack
            }
            Err(error) => {
                self.circuit_breaker.record(false);
                self.retry_or_dead_letter(event, &error.to_string())
            }
        }
    }
}

/// Counts an attempt.
fn record(attempt: &Result<Delivered, DeliveryError>, elapsed: Duration) {
    let result = match attempt {
        Ok(Delivered::Accepted) => "delivered",
        Ok(Delivered::NotCurrent) => "outdated",
        Err(error) => error.result(),
    };
    metric::WEBHOOK_ATTEMPTS.add(1, [result]);
    metric::WEBHOOK_ATTEMPT_TIME.record(elapsed.as_secs_f64(), [result]);
}

fn dead_letter(code: &str, detail: &str) -> Disposition {
    Disposition::DeadLetter(DeadLetterReason::new(code, &detail))
}

#[cfg(test)]
mod tests;
