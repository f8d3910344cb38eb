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
/// The reasons for dead letters.
const UNDELIVERABLE: &str = "undeliverable";
const MALFORMED: &str = "malformed";
/// The visibility timeout of an event. It is longer than one attempt, including the retry message
/// and the acknowledgment.
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
    /// The URLs of variants in the events that are sent to the receiver.
    pub variant_urls: VariantUrls,
}

/// The consumer of outcome events, which delivers them to the operator's URL.
#[derive(Debug)]
pub struct WebhookDispatcher {
    consumer: Consumer<DeliveryHandler>,
}

/// Delivers one event.
///
/// An event that is not accepted is replaced by a new message with a delay. A receiver may be down
/// for days, but SQS limits both the time that a message may stay invisible (12 hours) and the
/// number of messages in flight (120,000).
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
        let handler = DeliveryHandler {
            sender,
            store,
            variant_urls,
            circuit_breaker: CircuitBreaker::default(),
            retry: RetrySchedule::new(settings),
        };
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
            // Polls are abandoned at once on shutdown. A message that such a poll receives is only
            // delayed by the visibility timeout.
            poll_grace: Duration::ZERO,
            // Attempts are counted in the event itself.
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
    /// Sends an event, unless its outcome no longer is the upload's: a deleted upload is not
    /// reported, and a newer outcome has an event of its own.
    async fn deliver(&self, event: &OutcomeEvent) -> Result<(), String> {
        let is_current = self.store.has_outcome(&event.manifest).await;
        if !is_current.map_err(|error| error.to_string())? {
            tracing::info!(event = event.id(), "an outcome has been superseded");
            return Ok(());
        }
        let mut event = event.clone();
        let filled_in = self.variant_urls.fill_in(&mut event.manifest).await;
        filled_in.map_err(|error| error.to_string())?;
        self.sender.send(&event, self.store.clock().now()).await
    }

    /// Returns the disposition of an event that was not accepted. The event is queued without URLs,
    /// because they expire.
    fn failed(&self, event: OutcomeEvent, error: &str) -> Disposition {
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
            Err(error) => self.failed(event, &error),
        }
    }
}

fn dead_letter(code: &str, detail: &str) -> Disposition {
    Disposition::DeadLetter(DeadLetterReason::new(code, &detail))
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{Connection, Endpoints, MemoryBucket, MemoryQueue};
    use darkroom_contract::{Clock, Manifest, Profiles, StorageSettings};
    use darkroom_uploads::{OutcomePublisher, UploadStoreParts};
    use serde_json::json;

    use super::*;
    use crate::settings::Secret;

    /// Creates a handler whose receiver refuses every connection.
    async fn handler() -> DeliveryHandler {
        let endpoints = Endpoints {
            s3: "http://127.0.0.1:9".to_owned(),
            sqs: "http://127.0.0.1:9".to_owned(),
            access_key: "test".to_owned(),
            secret_key: "test".to_owned(),
            region: "us-east-1".to_owned(),
        };
        let storage = StorageSettings::default();
        let connection = Connection::from_endpoints(&endpoints, &storage).await;
        let settings = WebhookSettings {
            url: Some("http://127.0.0.1:9/".to_owned()),
            secret: Some(Secret::from(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            )),
            allow_private_addresses: true,
            ..WebhookSettings::default()
        };
        let profiles = Arc::new(Profiles::default());
        let media = connection.bucket("media");
        let lifetime = Duration::from_secs(60);
        DeliveryHandler {
            sender: WebhookSender::new(&settings).unwrap().unwrap(),
            variant_urls: VariantUrls::new(media, Arc::clone(&profiles), &storage, lifetime),
            store: UploadStore::new(UploadStoreParts {
                raw: Arc::new(MemoryBucket::new("raw")),
                media: Arc::new(MemoryBucket::new("media")),
                events: Arc::new(MemoryQueue::new(Clock::system())),
                outcomes: OutcomePublisher::Disabled,
                profiles,
                cache_control: "public".to_owned(),
                upload_expiry: Duration::from_secs(900),
                clock: Clock::system(),
            }),
            circuit_breaker: CircuitBreaker::default(),
            retry: RetrySchedule::new(&settings),
        }
    }

    fn manifest(etag: &str) -> Manifest {
        serde_json::from_value(json!({
            "version": 1, "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar",
            "owner": "u123", "status": "rejected",
            "error": {"code": "corrupt", "message": "x"},
            "source": {"bucket": "b", "key": "k", "etag": etag, "version_id": null, "bytes": 7},
            "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 3
        }))
        .unwrap()
    }

    #[tokio::test]
    async fn only_the_present_outcome_of_an_upload_is_sent() {
        let handler = handler().await;
        let event = OutcomeEvent::new(&manifest("old"), handler.store.clock().now());
        let is_sent = async || handler.deliver(&event).await.is_err();
        handler
            .store
            .write_manifest(&manifest("old"))
            .await
            .unwrap();
        assert!(is_sent().await, "the receiver refuses it");
        handler
            .store
            .write_manifest(&manifest("new"))
            .await
            .unwrap();
        assert!(!is_sent().await, "the upload was replaced");
        handler
            .store
            .delete(&event.manifest.raw_key())
            .await
            .unwrap();
        assert!(!is_sent().await, "the upload was deleted");
    }
}
