//! A store that sends no events for new objects.

use std::process::Command;

use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;
use crate::cloud::Cloud;
use crate::system::{DEADLINE, System, darkroom};

/// Returns a command for a role on the embedded cloud of `system`. The bucket sends its events to
/// one queue, and the worker polls another.
fn role(system: &System, subcommand: &str, raw_bucket: &str, events: &str) -> Command {
    let mut command = darkroom(std::env::temp_dir().as_path());
    command
        .arg(subcommand)
        .env("AWS_ENDPOINT_URL_S3", &system.endpoints.s3)
        .env("AWS_ENDPOINT_URL_SQS", &system.endpoints.sqs)
        .env("AWS_ACCESS_KEY_ID", &system.endpoints.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &system.endpoints.secret_key)
        .env("AWS_REGION", &system.endpoints.region)
        .env("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0")
        .env("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")
        .env("DARKROOM_WORKER_POLL_WAIT", "1s")
        .env("DARKROOM_STORAGE_RAW_BUCKET", raw_bucket)
        .env("DARKROOM_STORAGE_MEDIA_BUCKET", "silent-media")
        .env("DARKROOM_QUEUES_EVENTS", events)
        .env("DARKROOM_QUEUES_DEAD_LETTERS", "silent-dlq")
        .env("DARKROOM_QUEUES_WEBHOOKS", "silent-webhooks")
        .env(
            "DARKROOM_QUEUES_WEBHOOKS_DEAD_LETTERS",
            "silent-webhooks-dlq",
        );
    command
}

async fn complete(client: &Client, presigned: &Value) -> (StatusCode, Value) {
    let path = presigned["status_url"].as_str().unwrap();
    let url = format!("{}{path}/complete", client.issuer);
    let response = reqwest::Client::new().post(url).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn an_upload_that_the_client_completes_is_processed() {
    let system = System::start(Cloud::Embedded, &[]);
    for (raw_bucket, events) in [("silent-raw", "unheard"), ("other-raw", "heard")] {
        let provision = role(&system, "provision", raw_bucket, events);
        let mut provision = Process::start(provision).unwrap();
        assert!(provision.wait(DEADLINE).unwrap().success());
    }
    let _worker = Process::start(role(&system, "worker", "silent-raw", "heard")).unwrap();
    let mut issuer = Process::start(role(&system, "issuer", "silent-raw", "heard")).unwrap();
    let address = issuer.wait_for_line("the issuer's address", DEADLINE, |line| {
        line.strip_prefix("issuer listens on ").map(str::to_owned)
    });
    let client = Client::new(address.unwrap());

    let photo = Jpeg::new(&scene(300, 200)).build();
    let presigned = client.presign(photo.len()).await;
    let (status, problem) = complete(&client, &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (409, &json!("not_uploaded"))
    );
    assert_eq!(client.put(&presigned, &photo).await, 200);
    for _ in 0..2 {
        let (status, told) = complete(&client, &presigned).await;
        assert!(status == 202 || status == 200, "{status}: {told}");
    }
    let outcome = client.outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    let (status, told) = complete(&client, &presigned).await;
    assert_eq!((status.as_u16(), &told["status"]), (200, &json!("ready")));
    assert_eq!(told["finished_at"], outcome["finished_at"]);
}

#[tokio::test]
async fn completion_is_not_offered_if_the_store_sends_events() {
    let system = System::start(Cloud::Embedded, &[]);
    let presigned = system.client.presign(100).await;
    let (status, problem) = complete(&system.client, &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (404, &json!("not_found"))
    );
}
