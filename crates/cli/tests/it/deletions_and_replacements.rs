//! Uploads that are deleted, replaced or repeated at various moments.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_cloud::{Bucket, Queue, QueueDepth};
use darkroom_contract::sha256_hex;
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::issuer_endpoints::{form, send_form};
use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    a_deletion_at_any_moment_is_final_and_no_webhook_follows_it,
    a_form_that_is_sent_again_publishes_the_last_image_under_a_new_url,
    a_deleted_upload_can_be_uploaded_again_with_the_same_url,
);

/// The time after a deletion during which an earlier webhook may still arrive.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// A back end that records each event and the time at which it arrives.
#[derive(Debug, Clone, Default)]
struct Receiver(Arc<Mutex<Vec<(Instant, Value)>>>);

impl Receiver {
    /// Starts the back end, and a service that sends its webhooks there.
    async fn start(&self, cloud: Cloud) -> TestBed {
        let take = async |State(receiver): State<Self>, Json(event): Json<Value>| {
            receiver.0.lock().unwrap().push((Instant::now(), event));
        };
        let router = Router::new().route("/", post(take));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router.with_state(self.clone())).into_future());
        let secret = format!("whsec_{}", STANDARD.encode([7; 32]));
        let environment = [
            ("DARKROOM_WEBHOOKS_URL", &*url),
            ("DARKROOM_WEBHOOKS_SECRET", &secret),
            ("DARKROOM_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", "true"),
        ];
        service(cloud, &environment).await
    }

    /// Returns the events about an upload.
    fn about(&self, id: &Value) -> Vec<(Instant, Value)> {
        let events = self.0.lock().unwrap();
        let events = events
            .iter()
            .filter(|(_, event)| event["data"]["id"] == *id);
        events.cloned().collect()
    }
}

/// Waits until the event queue and the webhook queue are empty.
async fn wait_until_idle(bed: &TestBed) {
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let webhooks = &bed.webhooks;
    let empty = async || match webhooks.depth().await.unwrap() {
        depth if depth == QueueDepth::default() => Ok(()),
        depth => Err(format!("{depth:?}")),
    };
    wait::until_async("no webhook", DEADLINE, empty)
        .await
        .unwrap();
}

async fn delete(bed: &TestBed, presigned: &Value) {
    let path = presigned["status_url"].as_str().unwrap();
    let url = format!("{}{path}", bed.client().issuer);
    let response = reqwest::Client::new().delete(url).send().await.unwrap();
    assert_eq!(response.status(), 204);
}

async fn a_deletion_at_any_moment_is_final_and_no_webhook_follows_it(cloud: Cloud) {
    let receiver = Receiver::default();
    let bed = receiver.start(cloud).await;
    let photo = Jpeg::new(&scene(1500, 1000)).build();
    let deletions = (1..=12).map(|tenths| {
        let (bed, photo) = (&bed, &photo);
        async move {
            let presigned = bed.client().presign(photo.len()).await;
            assert_eq!(bed.client().put(&presigned, photo).await, 200);
            // There is no condition to wait for, because the time of the deletion is under test.
            tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
            delete(bed, &presigned).await;
            (presigned, Instant::now())
        }
    });
    let deleted = join_all(deletions).await;
    wait_until_idle(&bed).await;
    for (presigned, deleted_at) in &deleted {
        assert_eq!(bed.client().status(presigned).await["status"], "deleted");
        for (received_at, event) in receiver.about(&presigned["id"]) {
            assert!(received_at < *deleted_at + ON_ITS_WAY, "{event}");
        }
    }
    let left = bed.media.list("", None).await.unwrap().objects;
    assert!(left.is_empty(), "{left:?}");
    let left = bed.raw.list("", None).await.unwrap().objects;
    assert_eq!(left.len(), deleted.len(), "only tombstones: {left:?}");
}

/// Returns the first variant of a ready upload. Checks that the URL of the variant contains the
/// start of a digest, and that the bytes at the URL have this digest.
async fn checked_variant(bed: &TestBed, outcome: &Value) -> Value {
    assert_eq!(outcome["status"], "ready", "{outcome}");
    let variant = outcome["variants"][0].clone();
    let (url, sha256) = (variant["url"].as_str(), variant["sha256"].as_str());
    let (url, sha256) = (url.unwrap(), sha256.unwrap());
    assert!(url.contains(&format!("v={}", &sha256[..12])), "{url}");
    assert_eq!(sha256_hex(&bed.client().fetch(url).await), sha256);
    variant
}

/// Waits for the outcome whose source has exactly these bytes.
async fn outcome_of(bed: &TestBed, presigned: &Value, bytes: &[u8]) -> Value {
    let sha256 = sha256_hex(bytes);
    let is_there = async || match bed.client().outcome(presigned).await {
        outcome if outcome["source"]["sha256"] == sha256 => Ok(outcome),
        outcome => Err(outcome.to_string()),
    };
    wait::until_async("the outcome", DEADLINE, is_there)
        .await
        .unwrap()
}

async fn a_form_that_is_sent_again_publishes_the_last_image_under_a_new_url(cloud: Cloud) {
    let receiver = Receiver::default();
    let bed = receiver.start(cloud).await;
    let photos = [(300, 200), (1500, 1000), (200, 300)];
    let photos = photos.map(|(width, height)| Jpeg::new(&scene(width, height)).build());
    let presigned = bed.client().presign_with(json!({"method": "POST"})).await;
    let send = async |photo: &[u8]| {
        let fields = presigned["fields"].as_object().unwrap().iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let url = presigned["url"].as_str().unwrap();
        let response = send_form(url, form(&fields, &[("file", photo)])).await;
        assert_eq!(response.status(), 201);
    };
    send(&photos[0]).await;
    let first = outcome_of(&bed, &presigned, &photos[0]).await;
    let first = checked_variant(&bed, &first).await;
    // The second image takes a long time to render, and is replaced while it is rendered.
    send(&photos[1]).await;
    send(&photos[2]).await;
    let last = outcome_of(&bed, &presigned, &photos[2]).await;
    wait_until_idle(&bed).await;
    let last = checked_variant(&bed, &last).await;
    assert_eq!(first["key"], last["key"]);
    assert_ne!(first["url"], last["url"]);
    let events = receiver.about(&presigned["id"]);
    let (_, event) = events.last().unwrap();
    assert_eq!(event["data"]["source"]["sha256"], sha256_hex(&photos[2]));
}

async fn a_deleted_upload_can_be_uploaded_again_with_the_same_url(cloud: Cloud) {
    let receiver = Receiver::default();
    let bed = receiver.start(cloud).await;
    let first = Jpeg::new(&scene(300, 200)).build();
    // The signature covers the length, so both files must have the same length.
    let mut second = Jpeg::new(&scene(200, 200)).build();
    second.resize(first.len(), 0);
    let presigned = bed.client().presign(first.len()).await;
    delete(&bed, &presigned).await;
    let path = format!("{}?wait=60", presigned["status_url"].as_str().unwrap());
    let (status, gone) = bed.client().get(&path).await;
    assert_eq!((status, &gone["status"]), (410, &json!("deleted")));
    let mut variants = Vec::new();
    for photo in [&first, &second] {
        assert_eq!(bed.client().put(&presigned, photo).await, 200);
        assert_eq!(bed.client().put(&presigned, photo).await, 412, "only once");
        let outcome = outcome_of(&bed, &presigned, photo).await;
        variants.push(checked_variant(&bed, &outcome).await);
        wait_until_idle(&bed).await;
        for _ in 0..2 {
            delete(&bed, &presigned).await;
            assert_eq!(bed.client().status(&presigned).await["status"], "deleted");
        }
    }
    assert_eq!(variants[0]["key"], variants[1]["key"]);
    assert_ne!(variants[0]["url"], variants[1]["url"]);
    let gone = reqwest::get(variants[1]["url"].as_str().unwrap()).await;
    assert_eq!(gone.unwrap().status(), 404);
    assert_eq!(receiver.about(&presigned["id"]).len(), 2);
}
