//! The policies of both roles for reviews.

use darkroom_harness::{Client, DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use reqwest::Method;
use serde_json::{Value, json};

use super::compare;
use crate::api_keys::new_key;
use crate::telemetry::address;
use crate::test_bed::{binary, photo};

const REVIEW: (&str, &str) = ("DARKROOM_PROFILES_AVATAR_REVIEW", "true");

/// The requests of a reviewer.
struct Reviewer {
    client: Client,
    key: String,
}

impl Reviewer {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.client.issuer);
        let request = reqwest::Client::new().request(method, url);
        let request = request.bearer_auth(&self.key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {response:?}");
        response.json().await.unwrap_or_default()
    }

    /// Uploads a photo and decides about it. Returns the path of its status.
    async fn decide(&self, width: u32, decision: &str) -> String {
        let photo = photo(width, 48);
        let upload = json!({"profile": "avatar", "owner": "u1", "size": photo.len()});
        let presigned = self.send(Method::POST, "/v1/uploads", Some(upload)).await;
        assert_eq!(self.client.put(&presigned, &photo).await, 200);
        let path = presigned["status_url"].as_str().unwrap().to_owned();
        let seen = self.wait_for(&path, "in_review").await;
        let url = seen["variants"][0]["url"].as_str().unwrap();
        assert!(!self.client.fetch(url).await.is_empty());
        let sha256 = &seen["source"]["sha256"];
        let (body, outcome) = match decision {
            "approve" => (json!({"sha256": sha256}), "ready"),
            _ => (
                json!({"sha256": sha256, "code": "spam", "message": ""}),
                "rejected",
            ),
        };
        let decide = format!("{path}/{decision}");
        self.send(Method::POST, &decide, Some(body)).await;
        self.wait_for(&path, outcome).await;
        path
    }

    async fn wait_for(&self, path: &str, outcome: &str) -> Value {
        let read = async || {
            let status = self.send(Method::GET, path, None).await;
            match status["status"] == outcome {
                true => Ok(status),
                false => Err(status.to_string()),
            }
        };
        wait::until_async(format!("{path} {outcome}"), DEADLINE, read)
            .await
            .unwrap()
    }
}

/// Starts an issuer with the key of a reviewer.
async fn reviewer(bed: &TestBed, mut issuer: Process, key: &Value) -> (Process, Reviewer) {
    let client = Client::new(address(&mut issuer, "issuer").await);
    let key = key["key"].as_str().unwrap().to_owned();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    (issuer, Reviewer { client, key })
}

async fn bed(settings: &[(&str, &str)]) -> TestBed {
    let options = TestBedOptions::default().with_settings(settings);
    TestBed::start(binary(), &options).await.unwrap()
}

fn operator() -> (Value, String) {
    let key = new_key(&["--name", "operator", "--operator"]);
    let sha256 = key["sha256"].as_str().unwrap();
    let keys = format!("[{{name=\"operator\",sha256=\"{sha256}\",operator=true}}]");
    (key, keys)
}

#[tokio::test]
async fn an_issuer_for_reviews_makes_exactly_the_calls_of_one_more_policy() {
    let (key, keys) = operator();
    let bed = bed(&[REVIEW, ("DARKROOM_AUTH_KEYS", &keys)]).await;
    let _worker = Process::start(bed.direct_command("worker")).unwrap();
    let issuer = bed.spawn("issuer", &[]).unwrap();
    let (_issuer, reviewer) = reviewer(&bed, issuer, &key).await;
    reviewer.decide(64, "approve").await;
    let rejected = reviewer.decide(65, "reject").await;
    reviewer.send(Method::DELETE, &rejected, None).await;
    compare(
        &bed,
        bed.names(),
        "reviews-issuer.json",
        &["issuer.json"],
        &[],
    );
}

#[tokio::test]
async fn a_worker_for_reviews_makes_exactly_the_calls_of_one_more_policy() {
    let (key, keys) = operator();
    let bed = bed(&[REVIEW, ("DARKROOM_AUTH_KEYS", &keys)]).await;
    let _worker = bed.start_worker(&[]).await.unwrap();
    let issuer = Process::start(bed.direct_command("issuer")).unwrap();
    let (_issuer, reviewer) = reviewer(&bed, issuer, &key).await;
    reviewer.decide(64, "approve").await;
    reviewer.decide(65, "reject").await;
    bed.wait_until_idle(DEADLINE).await.unwrap();
    compare(
        &bed,
        bed.names(),
        "reviews-worker.json",
        &["worker.json"],
        &[],
    );
}
