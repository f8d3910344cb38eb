//! The consumer of outcome events.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::{Message, Queue};
use darkroom_consumer::{
    Consumer, ConsumerParts, ConsumerSettings, Context, DeadLetterReason, Disposition,
    MessageHandler,
};
use darkroom_contract::OutcomeEvent;
use darkroom_telemetry::metric;
use darkroom_uploads::{UploadStore, VariantUrls};
use tokio_util::sync::CancellationToken;

use crate::circuit_breaker::CircuitBreaker;
use crate::retry::RetrySchedule;
use crate::sender::WebhookSender;
use crate::settings::WebhookSettings;

/// The number of concurrent deliveries.
const PERMITS: usize = 10;
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
    /// The source of the variant URLs that are filled in before an event is sent.
    pub variant_urls: VariantUrls,
}

/// The consumer of outcome events, which delivers them to the operator's URL.
#[derive(Debug)]
pub struct WebhookDispatcher {
    consumer: Consumer<DeliveryHandler>,
}

/// The handler that delivers events.
///
/// An undelivered event is not kept invisible. A new, delayed message replaces it. The reason is
/// that a receiver may be down for days, but SQS limits both the time that a message may stay
/// invisible (12 hours) and the number of messages in flight (120,000).
#[derive(Debug)]
struct DeliveryHandler {
    sender: WebhookSender,
    store: UploadStore,
    variant_urls: VariantUrls,
    circuit_breaker: CircuitBreaker,
    retry: RetrySchedule,
}

impl WebhookDispatcher {
    /// Creates a dispatcher that delivers through `sender`.
    pub fn new(
        parts: WebhookDispatcherParts,
        sender: WebhookSender,
        settings: &WebhookSettings,
    ) -> Self {
        let WebhookDispatcherParts {
            events,
            dead_letters,
            store,
            variant_urls,
        } = parts;
        let clock = store.clock().clone();
        let handler = DeliveryHandler::new(sender, store, variant_urls, settings);
        metric::start_at_zero(&[("queue", &[QUEUE]), ("reason", &[UNDELIVERABLE, MALFORMED])]);
        let consumer_parts = ConsumerParts {
            name: QUEUE,
            queue: events,
            dead_letters,
            clock,
        };
        let consumer_settings = ConsumerSettings {
            permits: PERMITS,
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

    /// Runs until `stop` is cancelled, then finishes the attempts in progress.
    pub async fn run(self, stop: CancellationToken) {
        self.consumer.run(stop).await;
    }
}

impl DeliveryHandler {
    fn new(
        sender: WebhookSender,
        store: UploadStore,
        variant_urls: VariantUrls,
        settings: &WebhookSettings,
    ) -> Self {
        Self {
            sender,
            store,
            variant_urls,
            circuit_breaker: CircuitBreaker::default(),
            retry: RetrySchedule::new(settings),
        }
    }

    /// Sends an event if its outcome is still current. The outcome of a deleted upload is not
    /// reported, and a newer outcome has its own event.
    async fn deliver(&self, event: &OutcomeEvent) -> Result<(), String> {
        let is_current = self.store.has_outcome(&event.manifest).await;
        if !is_current.map_err(|error| error.to_string())? {
            tracing::info!(
                event = event.id(),
                "not delivering an outcome that is no longer current"
            );
            return Ok(());
        }
        let mut event = event.clone();
        let filled_in = self.variant_urls.fill_in(&mut event.manifest).await;
        filled_in.map_err(|error| error.to_string())?;
        self.sender.send(&event, self.store.clock().now()).await
    }

    /// Returns the disposition of an event that could not be delivered: `Replace` with a delay, or
    /// `DeadLetter` if the event is too old. The replacement contains no URLs, because they expire.
    fn retry_or_dead_letter(&self, event: OutcomeEvent, error: &str) -> Disposition {
        let age = self.store.clock().now() - event.published_at;
        tracing::warn!(
            event = event.id(),
            attempts = event.attempts,
            error,
            "webhook not delivered"
        );
        let attempts = event.attempts.saturating_add(1);
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
        let delivered = self.deliver(&event).await;
        self.circuit_breaker.record(delivered.is_ok());
        match delivered {
            Ok(()) => Disposition::Ack,
            Err(error) => self.retry_or_dead_letter(event, &error),
        }
    }
}

fn dead_letter(code: &str, detail: &str) -> Disposition {
    Disposition::DeadLetter(DeadLetterReason::new(code, &detail))
}

#[cfg(test)]
mod tests;
