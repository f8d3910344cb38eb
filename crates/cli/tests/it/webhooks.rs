//! A back end that receives every outcome by webhook.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_cloud::{Queue, QueueDepth};
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::test_bed::{Environment, on_both_clouds, service};

on_both_clouds!(every_outcome_is_sent_signed_and_retried_until_accepted);

const KEY: [u8; 32] = [7; 32];

fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(KEY))
}

/// A received event.
#[derive(Debug, Clone)]
struct Received {
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Verifies a signature as docs/webhooks.md describes.
    fn is_signed(&self) -> bool {
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
        mac.update(format!("{id}.{at}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature")
            .split(' ')
            .any(|signature| signature == expected)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A back end that fails at the first request, redirects the second, and accepts the others.
#[derive(Debug, Clone, Default)]
struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    elsewhere: Arc<Mutex<usize>>,
}

impl Receiver {
    async fn start(&self) -> String {
        let router = Router::new()
            .route("/hook", post(take))
            .route("/elsewhere", post(elsewhere))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        format!("http://{address}/hook")
    }

    fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let mut received = receiver.received.lock().unwrap();
    received.push(Received { headers, body });
    match received.len() {
        1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        2 => Redirect::temporary("/elsewhere").into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn elsewhere(State(receiver): State<Receiver>) {
    *receiver.elsewhere.lock().unwrap() += 1;
}

/// Starts a service that sends webhooks to this receiver.
async fn with_receiver(cloud: Cloud, receiver: &Receiver, more: Environment<'_>) -> TestBed {
    let url = receiver.start().await;
    let secret = secret();
    let settings = [
        ("DARKROOM_WEBHOOKS_URL", &*url),
        ("DARKROOM_WEBHOOKS_SECRET", &secret),
        ("DARKROOM_WEBHOOKS_FIRST_RETRY", "1s"),
        ("DARKROOM_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    service(cloud, &[&settings[..], more].concat()).await
}

/// Waits until `receiver` has received so many requests.
async fn received(receiver: &Receiver, count: usize) -> Vec<Received> {
    let enough = async || match receiver.all() {
        all if all.len() >= count => Ok(all),
        all => Err(format!("{} requests", all.len())),
    };
    let what = format!("{count} requests");
    wait::until_async(what, DEADLINE, enough).await.unwrap()
}

#[tokio::test]
async fn an_upload_in_review_and_the_decision_about_it_are_sent() {
    let receiver = Receiver::default();
    let review = [("DARKROOM_PROFILES_AVATAR_REVIEW", "true")];
    let bed = with_receiver(Cloud::Dev, &receiver, &review).await;
    let client = bed.client();
    let photo = Jpeg::new(&scene(300, 200)).build();
    let presigned = client.presign(photo.len()).await;
    assert_eq!(client.put(&presigned, &photo).await, 200);
    // The first two requests are not accepted.
    let in_review = received(&receiver, 3).await.remove(2);
    assert!(in_review.is_signed());
    let event = in_review.json();
    assert_eq!(event["type"], "upload.in_review");
    let variants = event["data"]["variants"].as_array().unwrap();
    for variant in variants {
        let image = client.fetch(variant["url"].as_str().unwrap()).await;
        assert_eq!(image.len() as u64, variant["bytes"]);
    }
    let path = presigned["status_url"].as_str().unwrap();
    let upload = path.trim_start_matches("/v1/uploads/");
    let sha256 = event["data"]["source"]["sha256"].as_str().unwrap();
    let approve = ["review", "approve", upload, "--sha256", sha256];
    let approved = bed.run(&approve).await.unwrap();
    assert!(approved.status.success(), "{approved:?}");
    let ready = received(&receiver, 4).await.remove(3).json();
    assert_eq!(ready["type"], "upload.ready");
    assert_eq!(ready["data"]["review"]["decision"], "approved");
}

async fn every_outcome_is_sent_signed_and_retried_until_accepted(cloud: Cloud) {
    let receiver = Receiver::default();
    let bed = with_receiver(cloud, &receiver, &[]).await;
    let ready = bed
        .client()
        .upload(&Jpeg::new(&scene(300, 200)).build())
        .await;
    let attempts = received(&receiver, 3).await;
    let ids: Vec<_> = attempts
        .iter()
        .map(|one| one.header("webhook-id"))
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[0], ids[2]);
    for one in &attempts {
        assert!(one.is_signed(), "{one:?}");
        let event = one.json();
        assert_eq!(event["type"], "upload.ready");
        assert_eq!(event["data"]["id"], ready["id"]);
        let url = event["data"]["variants"][0]["url"].as_str().unwrap();
        assert!(!bed.client().fetch(url).await.is_empty());
    }
    let rejected = bed.client().upload(b"this is no image").await;
    let last = received(&receiver, 4).await.pop().unwrap();
    assert!(last.is_signed());
    assert_eq!(last.json()["type"], "upload.rejected");
    assert_eq!(last.json()["data"]["error"], rejected["error"]);
    assert_eq!(
        *receiver.elsewhere.lock().unwrap(),
        0,
        "a redirect was followed"
    );

    let webhooks = &bed.webhooks;
    let empty = async || match webhooks.depth().await.unwrap() {
        depth if depth == QueueDepth::default() => Ok(()),
        depth => Err(format!("{depth:?}")),
    };
    wait::until_async("an empty queue", DEADLINE, empty)
        .await
        .unwrap();
    let log = bed.log();
    assert!(log.contains("503"), "{log}");
    assert!(!log.contains(&secret()) && !log.contains("v1,"), "{log}");
}

#[tokio::test]
async fn a_private_address_is_not_called_unless_allowed() {
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let port = url.rsplit(':').next().unwrap();
    // The URL has a host name, so its address is checked when the name is resolved, not when the
    // settings are read.
    let url = format!("https://localhost:{port}");
    let secret = secret();
    let bed = service(
        Cloud::Dev,
        &[
            ("DARKROOM_WEBHOOKS_URL", &url),
            ("DARKROOM_WEBHOOKS_SECRET", &secret),
        ],
    )
    .await;
    bed.client().upload(b"this is no image").await;
    let refused = async || bed.log().contains("localhost has no public address");
    wait::until_async("the refusal", DEADLINE, refused)
        .await
        .unwrap();
    assert!(receiver.all().is_empty());
}
