//! Deliveries to a receiver on this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use darkroom_cloud::{Connection, Endpoints, MemoryQueue};
use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Clock, Profiles, SigningSecrets, StorageSettings};
use darkroom_uploads::{MemoryStore, VariantUrls};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::*;
use crate::{DeliveryError, WebhookClient, WebhookSender};
use receiver::Receiver;

mod current;
mod receiver;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PUBLISHED_AT: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);
const NOW: OffsetDateTime = datetime!(2026-11-21 12:00:07 UTC);
const MAX_DELAY: Duration = Duration::from_secs(15 * 60);

fn settings(url: &str) -> WebhookSettings {
    WebhookSettings {
        url: Some(url.to_owned()),
        secret: Some(SECRET.to_owned().into()),
        allow_private_addresses: true,
        ..WebhookSettings::default()
    }
}

/// Returns a source of variant URLs. Signing them needs no network.
async fn variant_urls() -> VariantUrls {
    let endpoints = Endpoints {
        s3: "http://s3.example".to_owned(),
        sqs: "http://sqs.example".to_owned(),
        access_key: "AKID".to_owned(),
        secret_key: "secret".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    let storage = StorageSettings::default();
    let connection = Connection::from_endpoints(&endpoints, &storage).await;
    let [media, raw] = ["media", "raw"].map(|name| connection.bucket(name));
    let profiles = Arc::<Profiles>::default();
    VariantUrls::new(media, raw, profiles, &storage, Duration::from_secs(600))
}

/// Returns a store that contains the outcome of [`event`].
async fn memory_store() -> MemoryStore {
    let test = MemoryStore::with_clock(Clock::from_fn(|| NOW));
    test.store.write_manifest(&manifest("etag")).await.unwrap();
    test
}

async fn sender(settings: &WebhookSettings) -> Arc<WebhookSender> {
    let client = WebhookClient::new(settings).unwrap().unwrap();
    Arc::new(WebhookSender::new(client, variant_urls().await))
}

async fn handler(settings: &WebhookSettings) -> DeliveryHandler {
    handler_of(&memory_store().await, settings).await
}

async fn handler_of(test: &MemoryStore, settings: &WebhookSettings) -> DeliveryHandler {
    DeliveryHandler::new(sender(settings).await, test.store.clone(), settings)
}

fn manifest(etag: &str) -> Manifest {
    let manifest = json!({
        "version": 1, "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar",
        "owner": "u1", "status": "ready",
        "variants": [{
            "name": "original", "key": "avatars/u1/1.webp", "content_type": "image/webp",
            "width": 1, "height": 1, "bytes": 1, "sha256": "00"
        }],
        "placeholder": {"thumbhash": "", "dominant_color": ""}, "removed_metadata": [],
        "source": {"bucket": "b", "key": "k", "etag": etag, "version_id": null, "bytes": 7},
        "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 3
    });
    serde_json::from_value(manifest).unwrap()
}

fn event() -> OutcomeEvent {
    OutcomeEvent::new(&manifest("etag"), PUBLISHED_AT)
}

fn body(event: &OutcomeEvent) -> String {
    serde_json::to_string(event).unwrap()
}

async fn handle(handler: &DeliveryHandler, body: &str) -> Disposition {
    let queue = MemoryQueue::new(Clock::system());
    queue.send(&[body.to_owned()]).await.unwrap();
    let messages = queue.receive(1, Duration::ZERO, VISIBILITY_TIMEOUT).await;
    let message = messages.unwrap().remove(0);
    let context = Context {
        attempt: DeliveryAttempt::new(&message, u32::MAX),
        stop: CancellationToken::new(),
    };
    handler.handle(&message, &context).await
}

fn reason(disposition: Disposition) -> DeadLetterReason {
    match disposition {
        Disposition::DeadLetter(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_delivery_is_signed_contains_the_urls_of_variants_and_acknowledges_its_message() {
    let mut receiver = Receiver::start(StatusCode::NO_CONTENT).await;
    let handler = handler(&receiver.settings()).await;
    let event = event();
    assert_eq!(handle(&handler, &body(&event)).await, Disposition::Ack);
    let request = receiver.request().unwrap();
    assert_eq!(request.header("webhook-id"), event.outcome_id);
    let timestamp = NOW.unix_timestamp();
    assert_eq!(request.header("webhook-timestamp"), timestamp.to_string());
    let secrets = SigningSecrets::parse(SECRET).unwrap();
    let expected = secrets.sign(&event.outcome_id, timestamp, &request.body);
    assert_eq!(request.header("webhook-signature"), expected);
    let json = request.json();
    assert_eq!(json["type"], "upload.ready");
    assert_eq!(json["timestamp"], "2026-11-21T12:00:00Z");
    let url = json["data"]["variants"][0]["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Signature="), "{url}");
    assert!(receiver.request().is_none(), "one request");
}

#[tokio::test]
async fn any_response_but_a_success_is_a_failure_and_no_redirect_is_followed() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let handler = handler(&receiver.settings()).await;
    for status in [
        StatusCode::FOUND,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::BAD_REQUEST,
        StatusCode::GONE,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        receiver.set_status(status);
        let disposition = handle(&handler, &body(&event())).await;
        let is_replaced = matches!(disposition, Disposition::Replace { .. });
        assert!(is_replaced, "{status}: {disposition:?}");
        assert!(receiver.request().is_some());
        assert!(receiver.request().is_none(), "{status} was followed");
    }
}

#[tokio::test]
async fn an_undelivered_event_is_queued_again_after_a_delay_that_doubles_to_15_minutes() {
    let mut receiver = Receiver::start(StatusCode::SERVICE_UNAVAILABLE).await;
    let settings = receiver.settings();
    let handler = handler(&settings).await;
    let mut next = body(&event());
    let mut full_delay = settings.first_retry;
    for attempts in 1..=10 {
        let disposition = handle(&handler, &next).await;
        let Disposition::Replace { body, delay } = disposition else {
            panic!("{disposition:?}");
        };
        // Each delay is a random value from half of the full delay to all of it.
        assert!(full_delay / 2 <= delay && delay <= full_delay, "{delay:?}");
        let queued: OutcomeEvent = serde_json::from_str(&body).unwrap();
        let expected = OutcomeEvent {
            attempts,
            ..event()
        };
        assert_eq!(queued, expected);
        assert_eq!(
            receiver.request().unwrap().header("webhook-id"),
            event().outcome_id
        );
        next = body;
        full_delay = (full_delay * 2).min(MAX_DELAY);
    }
    assert_eq!(full_delay, MAX_DELAY);
}

#[tokio::test]
async fn an_event_that_is_too_old_becomes_a_dead_letter_after_one_more_failed_attempt() {
    let mut receiver = Receiver::start(StatusCode::GONE).await;
    let settings = receiver.settings();
    let handler = handler(&settings).await;
    let aged = |age| {
        body(&OutcomeEvent {
            published_at: NOW - age,
            ..event()
        })
    };
    let just_in_time = handle(&handler, &aged(settings.give_up_after)).await;
    assert!(matches!(just_in_time, Disposition::Replace { .. }));
    assert!(receiver.request().is_some());
    let too_old = aged(settings.give_up_after + Duration::from_secs(1));
    let reason = reason(handle(&handler, &too_old).await);
    assert_eq!(reason.code, "undeliverable");
    assert!(reason.detail.contains("410"), "{reason:?}");
    assert!(receiver.request().is_some());
    receiver.set_status(StatusCode::OK);
    assert_eq!(handle(&handler, &too_old).await, Disposition::Ack);
}

#[tokio::test]
async fn a_receiver_that_does_not_respond_in_time_is_a_failure() {
    // The operating system accepts the connections, but nothing reads from them.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = WebhookSettings {
        timeout: Duration::from_millis(50),
        ..settings(&format!("http://{}/hook", listener.local_addr().unwrap()))
    };
    let handler = handler(&settings).await;
    let too_old = OutcomeEvent {
        published_at: PUBLISHED_AT - 2 * settings.give_up_after,
        ..event()
    };
    let reason = reason(handle(&handler, &body(&too_old)).await);
    assert_eq!(reason.detail, "the receiver did not respond in time");
}

#[tokio::test]
async fn twenty_failures_leave_one_attempt_at_a_time_until_one_succeeds() {
    let receiver = Receiver::start(StatusCode::BAD_GATEWAY).await;
    let handler = handler(&receiver.settings()).await;
    for _ in 0..20 {
        assert_eq!(handler.ready().await, usize::MAX);
        handle(&handler, &body(&event())).await;
    }
    tokio::time::pause();
    let started_at = Instant::now();
    assert_eq!(handler.ready().await, 1);
    assert!(started_at.elapsed() >= Duration::from_millis(500));
    tokio::time::resume();
    receiver.set_status(StatusCode::OK);
    assert_eq!(handle(&handler, &body(&event())).await, Disposition::Ack);
    assert_eq!(handler.ready().await, usize::MAX);
}

#[tokio::test]
async fn a_message_that_is_not_an_event_is_a_dead_letter_and_does_not_affect_the_next_one() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let settings = receiver.settings();
    let [events, dead_letters] = [(); 2].map(|()| MemoryQueue::new(Clock::system()));
    let parts = WebhookDispatcherParts {
        events: Arc::new(events.clone()),
        dead_letters: Arc::new(dead_letters.clone()),
        store: memory_store().await.store,
        sender: sender(&settings).await,
    };
    let dispatcher = WebhookDispatcher::new(parts, &settings);
    let bodies = ["{}".to_owned(), body(&event())];
    events.send(&bodies).await.unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(dispatcher.run(stop.clone()));
    receiver.requests.recv().await.unwrap();
    stop.cancel();
    running.await.unwrap();
    assert!(events.is_empty(), "both messages were handled");
    let received = dead_letters.receive(10, Duration::ZERO, VISIBILITY_TIMEOUT);
    let received = received.await.unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body, "{}");
    let reason = DeadLetterReason::from_attributes(&received[0].attributes).unwrap();
    assert_eq!(reason.code, "malformed");
    assert!(receiver.request().is_none(), "one request");
}

/// A sender whose every tenth delivery takes as long as a request may take.
#[derive(Debug, Default)]
struct SlowEveryTenth {
    started: AtomicUsize,
    finished: AtomicUsize,
}

#[async_trait]
impl OutcomeSender for SlowEveryTenth {
    async fn send(&self, _manifest: &Manifest, _now: OffsetDateTime) -> Result<(), DeliveryError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let millis = if number.is_multiple_of(10) {
            10_000
        } else {
            100
        };
        sleep(Duration::from_millis(millis)).await;
        self.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn slow_deliveries_delay_no_others() {
    let settings = settings("http://receiver.example");
    let sender = Arc::new(SlowEveryTenth::default());
    let events = MemoryQueue::new(Clock::system());
    let parts = WebhookDispatcherParts {
        events: Arc::new(events.clone()),
        dead_letters: Arc::new(MemoryQueue::new(Clock::system())),
        store: memory_store().await.store,
        sender: Arc::<SlowEveryTenth>::clone(&sender),
    };
    for _ in 0..20 {
        events.send(&vec![body(&event()); 10]).await.unwrap();
    }
    let stop = CancellationToken::new();
    let running = tokio::spawn(WebhookDispatcher::new(parts, &settings).run(stop.clone()));
    sleep(Duration::from_secs(9)).await;
    assert_eq!(sender.finished.load(Ordering::Relaxed), 180);
    sleep(Duration::from_secs(3)).await;
    assert_eq!(sender.finished.load(Ordering::Relaxed), 200);
    stop.cancel();
    running.await.unwrap();
}
