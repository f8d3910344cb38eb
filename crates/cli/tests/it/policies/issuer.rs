//! The policies of issuers.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use darkroom_cloud::{Bucket, Queue};
use darkroom_harness::{Client, DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use reqwest::Method;
use serde_json::{Value, json};

use super::{NO_VERSIONS, PLAIN, Unrecorded, VERSIONED, compare};
use crate::issuer_endpoints::{form, send_form};
use crate::signed_request;
use crate::telemetry::address;
use crate::test_bed::{Environment, binary, photo};

/// Starts an issuer whose calls are recorded.
async fn issuer(bed: &TestBed, settings: Environment<'_>) -> (Process, Client) {
    let mut process = bed.spawn("issuer", settings).unwrap();
    let url = address(&mut process, "issuer").await;
    (process, Client::new(url))
}

/// Starts a worker whose calls are not recorded.
fn worker(bed: &TestBed) -> Process {
    Process::start(bed.direct_command("worker")).unwrap()
}

async fn send(client: &Client, method: Method, path: &str) -> u16 {
    let url = format!("{}{path}", client.issuer);
    let response = reqwest::Client::new().request(method, url).send();
    response.await.unwrap().status().as_u16()
}

#[tokio::test]
async fn an_issuer_makes_exactly_the_calls_that_its_policy_allows() {
    let settings = [("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")];
    let options = TestBedOptions::default().with_settings(&settings);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let _worker = worker(&bed);
    let (_issuer, client) = issuer(&bed, &[]).await;
    let photo = photo(64, 48);
    // A presigned PUT, whose client reports the upload.
    let presigned = client.presign(photo.len()).await;
    assert_eq!(client.status(&presigned).await["status"], "awaiting_upload");
    assert_eq!(client.put(&presigned, &photo).await, 200);
    let complete = presigned["complete_url"].as_str().unwrap();
    assert!(send(&client, Method::POST, complete).await < 300);
    let ready = client.outcome(&presigned).await;
    let url = ready["variants"][0]["url"].as_str().unwrap();
    assert!(!client.fetch(url).await.is_empty());
    // A presigned POST, and a direct upload.
    let fields = json!({"method": "POST", "size": photo.len()});
    let by_form = client.presign_with(fields).await;
    let fields = by_form["fields"].as_object().unwrap().iter();
    let fields: Vec<(&str, &str)> = fields
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let body = form(&fields, &[("file", &photo)]);
    let sent = send_form(by_form["url"].as_str().unwrap(), body).await;
    assert!(sent.status().is_success(), "{sent:?}");
    let direct = format!("{}/v1/images?profile=avatar&owner=u1", client.issuer);
    let sent = send_form(&direct, form(&[], &[("image", &photo)])).await;
    assert!(sent.status().is_success(), "{sent:?}");
    // A deletion.
    let path = presigned["status_url"].as_str().unwrap();
    assert_eq!(send(&client, Method::DELETE, path).await, 204);
    compare(&bed, bed.names(), "issuer.json", &[], &[]);
}

#[tokio::test]
async fn an_issuer_that_lists_or_erases_makes_exactly_the_calls_of_one_more_policy() {
    let bed = TestBed::start(binary(), &TestBedOptions::default())
        .await
        .unwrap();
    let operator = crate::api_keys::new_key(&["--name", "operator", "--operator"]);
    let sha256 = operator["sha256"].as_str().unwrap();
    let keys = format!("[{{name=\"operator\",sha256=\"{sha256}\",operator=true}}]");
    let (_issuer, client) = issuer(&bed, &[("DARKROOM_AUTH_KEYS", &keys)]).await;
    let worker = worker(&bed);
    let key = bed.upload(photo(64, 48)).await.unwrap();
    bed.wait_until_ready(&key).await.unwrap();
    drop(worker);
    let unfinished = format!("{}/raw/avatar/u1/{}", bed.raw.name(), key.id);
    let started =
        signed_request::s3(bed.endpoints(), Method::POST, &unfinished, "uploads", "").await;
    assert_eq!(started.status(), 200);
    let http = reqwest::Client::new();
    let send = async |method: Method, path: &str| {
        let request = http.request(method, format!("{}{path}", client.issuer));
        let request = request.bearer_auth(operator["key"].as_str().unwrap());
        assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
    };
    send(Method::GET, "/v1/uploads?profile=avatar&owner=u1").await;
    send(Method::GET, "/v1/owners/u1/usage").await;
    compare(&bed, bed.names(), "lists.json", &["issuer.json"], &[]);
    // The second erasure also removes a tombstone and a review copy.
    for _ in 0..2 {
        for object in [key.tombstone_key(), key.review_copy_key("0")] {
            bed.raw.put(&object, "".into(), PLAIN).await.unwrap();
        }
        send(Method::DELETE, "/v1/owners/u1").await;
    }
    let versions = VERSIONED.map(|resource| Unrecorded {
        action: "s3:DeleteObjectVersion",
        resource,
        reason: NO_VERSIONS,
    });
    compare(
        &bed,
        bed.names(),
        "erasures.json",
        &["issuer.json"],
        &versions,
    );
}

/// Starts a back end that refuses the first event, and never responds to the third.
async fn back_end(received: Arc<Mutex<Vec<Value>>>) -> String {
    let take = async |State(received): State<Arc<Mutex<Vec<Value>>>>, Json(event): Json<Value>| {
        let count = {
            let mut received = received.lock().unwrap();
            received.push(event);
            received.len()
        };
        match count {
            1 => StatusCode::SERVICE_UNAVAILABLE,
            2 => StatusCode::NO_CONTENT,
            _ => std::future::pending().await,
        }
    };
    let router = Router::new().route("/", post(take)).with_state(received);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

#[tokio::test]
async fn a_dispatcher_of_webhooks_makes_exactly_the_calls_that_its_policy_allows() {
    let received = Arc::default();
    let url = back_end(Arc::clone(&received)).await;
    let settings = [
        ("DARKROOM_WEBHOOKS_URL", &*url),
        (
            "DARKROOM_WEBHOOKS_SECRET",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        ("DARKROOM_WEBHOOKS_FIRST_RETRY", "1s"),
        ("DARKROOM_WEBHOOKS_TIMEOUT", "30s"),
        ("DARKROOM_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    let options = TestBedOptions::default().with_settings(&settings);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let _worker = worker(&bed);
    let (_issuer, client) = issuer(&bed, &[]).await;
    bed.upload(photo(64, 48)).await.unwrap();
    let delivered = async || received.lock().unwrap().get(1).cloned();
    let event = wait::until_async("a webhook", DEADLINE, delivered)
        .await
        .unwrap();
    let url = event["data"]["variants"][0]["url"].as_str().unwrap();
    assert!(!client.fetch(url).await.is_empty());
    bed.webhooks.send(&["poison".to_owned()]).await.unwrap();
    let empty =
        async || bed.webhooks.depth().await.unwrap() == darkroom_cloud::QueueDepth::default();
    wait::until_async("no webhook", DEADLINE, empty)
        .await
        .unwrap();
    // A delivery that takes so long that its message needs a heartbeat.
    bed.upload(photo(64, 48)).await.unwrap();
    let heartbeat = async || {
        let mut requests = bed.sqs.requests().into_iter();
        requests.any(|request| request.operation.starts_with("ChangeMessageVisibility"))
    };
    wait::until_async("a heartbeat", DEADLINE, heartbeat)
        .await
        .unwrap();
    compare(&bed, bed.names(), "webhooks.json", &["issuer.json"], &[]);
}
