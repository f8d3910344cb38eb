//! A store that sends no events for new objects.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_harness::{Client, Cloud, DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;
use darkroom_testkit::{port, wait};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::test_bed::{binary, darkroom, service};
use crate::third_party_clients::venv;

async fn complete(client: &Client, presigned: &Value) -> (StatusCode, Value) {
    let path = presigned["complete_url"].as_str().unwrap();
    let url = format!("{}{path}", client.issuer);
    let response = reqwest::Client::new().post(url).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// Starts a service whose store sends no events for new objects.
pub(crate) async fn silent(cloud: Cloud) -> TestBed {
    // S3 sends no events to a FIFO queue.
    let options = TestBedOptions {
        fifo: true,
        ..TestBedOptions::on(cloud)
    };
    let options = options.with_settings(&[("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")]);
    TestBed::start_service(binary(), &options).await.unwrap()
}

#[tokio::test]
async fn an_upload_that_the_client_completes_is_processed() {
    upload_and_complete(&silent(Cloud::Embedded).await).await;
}

/// Prints a note and passes if moto cannot be installed, unless `DARKROOM_TEST_CLIENTS` is set.
#[tokio::test]
async fn an_upload_to_moto_is_processed() {
    if let Some(moto) = Moto::start().await {
        upload_and_complete(&silent(Cloud::At(moto.url)).await).await;
    }
}

/// The server of moto, an independent implementation of S3 and SQS.
struct Moto {
    url: &'static str,
    _process: Process,
}

impl Moto {
    /// Starts the server. Returns `None` if moto cannot be installed.
    async fn start() -> Option<Self> {
        let venv = venv("moto").await?;
        let address = format!("127.0.0.1:{}", port::free().unwrap());
        let (host, port) = address.split_once(':').unwrap();
        let mut command = Command::new(venv.python());
        command.args(["-m", "moto.server", "-H", host, "-p", port]);
        let process = Process::start(command).unwrap();
        let listens = async || TcpStream::connect(&address).await.is_ok();
        wait::until_async("moto", DEADLINE, listens).await.unwrap();
        Some(Self {
            url: format!("http://{address}").leak(),
            _process: process,
        })
    }
}

#[tokio::test]
async fn the_upload_command_completes_its_upload() {
    let bed = silent(Cloud::Embedded).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = Jpeg::new(&scene(300, 200)).build();
    std::fs::write(folder.path().join("a.jpg"), photo).unwrap();
    let mut command = darkroom(folder.path());
    command.args(["upload", "--json", "a.jpg", "--to", &bed.client().issuer]);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome["status"], "ready", "{outcome}");
}

#[tokio::test]
async fn direct_uploads_are_queued_by_the_issuer() {
    let bed = silent(Cloud::Embedded).await;
    let url = format!("{}/v1/images?profile=avatar&owner=u1", bed.client().issuer);
    let photo = STANDARD.encode(Jpeg::new(&scene(300, 200)).build());
    let request = reqwest::Client::new().post(url).header("prefer", "wait=60");
    let request = request.json(&json!({"images": vec![photo; 12]}));
    let response: Value = request.send().await.unwrap().json().await.unwrap();
    let uploads = response["uploads"].as_array().unwrap();
    assert_eq!(uploads.len(), 12);
    for upload in uploads {
        assert_eq!(upload["status"], "ready", "{upload}");
    }
}

async fn upload_and_complete(bed: &TestBed) {
    let client = bed.client();
    let photo = Jpeg::new(&scene(300, 200)).build();
    let presigned = client.presign(photo.len()).await;
    let (status, problem) = complete(client, &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (409, &json!("not_uploaded"))
    );
    assert_eq!(client.put(&presigned, &photo).await, 200);
    for _ in 0..2 {
        let (status, upload) = complete(client, &presigned).await;
        assert!(status == 202 || status == 200, "{status}: {upload}");
    }
    let outcome = client.outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    let (status, upload) = complete(client, &presigned).await;
    assert_eq!((status.as_u16(), &upload["status"]), (200, &json!("ready")));
    // The time may differ, because a worker may have processed the two reports at the same time.
    assert_eq!(variants(&upload), variants(&outcome));
}

/// Returns the variants without their URLs, whose signatures contain the time.
fn variants(upload: &Value) -> Vec<Value> {
    let mut variants = upload["variants"].as_array().unwrap().clone();
    for variant in &mut variants {
        variant.as_object_mut().unwrap().remove("url");
    }
    variants
}

#[tokio::test]
async fn the_complete_endpoint_does_not_exist_by_default() {
    let bed = service(Cloud::Dev, &[]).await;
    let mut presigned = bed.client().presign(100).await;
    assert_eq!(presigned.get("complete_url"), None);
    let path = presigned["status_url"].as_str().unwrap();
    presigned["complete_url"] = json!(format!("{path}/complete"));
    let (status, problem) = complete(bed.client(), &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (404, &json!("not_found"))
    );
}
