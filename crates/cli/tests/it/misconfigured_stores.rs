//! Buckets that do not exist, permissions that a role lacks, and a store that lost everything.

use std::path::Path;
use std::process::Command;

use darkroom_cloud::{Bucket, Endpoints};
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_harness::{Client, DEADLINE, TestBed, TestBedOptions, set_endpoints};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use serde_json::json;

use crate::telemetry::address;
use crate::test_bed::{
    Environment, assert_no_dead_letters, darkroom, max_receive_count, photo, test_bed,
};

const MISSING: (&str, &str) = ("DARKROOM_STORAGE_MEDIA_BUCKET", "missing-media");

/// Returns the status and the body of a role's `/readyz`.
async fn readyz(url: &str) -> (u16, String) {
    let response = reqwest::get(format!("{url}/readyz")).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Waits until a role is not ready and states all these words.
async fn wait_for_problem(url: &str, words: &[&str]) {
    let is_stated = async || match readyz(url).await {
        (503, text) if words.iter().all(|word| text.contains(word)) => Ok(()),
        (status, text) => Err(format!("{status} {text}")),
    };
    let stated = wait::until_async("the problem in /readyz", DEADLINE, is_stated);
    stated.await.unwrap();
}

async fn wait_until_ready(url: &str) {
    let is_ready = async || match readyz(url).await {
        (200, _) => Ok(()),
        other => Err(format!("{other:?}")),
    };
    wait::until_async("a ready role", DEADLINE, is_ready)
        .await
        .unwrap();
}

async fn provision(mut command: Command, settings: Environment<'_>) {
    command.envs(settings.iter().copied());
    let mut process = Process::start(command).unwrap();
    let status = process.wait_async(DEADLINE).await.unwrap();
    assert!(status.success(), "{}", process.stderr());
}

/// Uploads images while a worker cannot use the store, and repairs the store. A message would
/// become a dead letter if it were received twice.
async fn worker_waits_for_repair(
    bed: &TestBed,
    settings: Environment<'_>,
    words: &[&str],
    repair: impl AsyncFnOnce(),
) {
    let mut worker = bed.spawn("worker", settings).unwrap();
    let url = address(&mut worker, "worker").await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(bed.upload(photo(60, 40)).await.unwrap());
    }
    wait_for_problem(&url, words).await;
    assert_eq!(bed.sqs.count("ReceiveMessage", ""), 0);
    repair().await;
    wait_until_ready(&url).await;
    for key in &keys {
        bed.wait_until_ready(key).await.unwrap();
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_no_dead_letters(bed).await;
}

#[tokio::test]
async fn a_worker_without_its_bucket_receives_nothing_and_says_what_is_wrong() {
    let bed = test_bed(max_receive_count(1)).await;
    let words = ["missing-media", "GetObject", "storage.media_bucket"];
    worker_waits_for_repair(&bed, &[MISSING], &words, async || {
        provision(bed.direct_command("provision"), &[MISSING]).await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_may_not_list_receives_nothing_and_names_the_permission() {
    let bed = test_bed(max_receive_count(1)).await;
    let forbidden = Rule::on("GetObject", Fault::Forbidden).with_path("darkroom-probe");
    bed.s3.set_rules([forbidden]);
    let words = [bed.raw.name(), "grant this role s3:ListBucket"];
    worker_waits_for_repair(&bed, &[], &words, async || bed.s3.clear_rules()).await;
}

#[tokio::test]
async fn a_worker_that_may_not_write_receives_nothing_and_names_the_permission() {
    for folder in ["/manifests/", "/photos/"] {
        let bed = test_bed(max_receive_count(1)).await;
        let forbidden = Rule::on("PutObject", Fault::Forbidden).with_path(folder);
        bed.s3.set_rules([forbidden]);
        let words = ["grant this role s3:PutObject on the objects of"];
        worker_waits_for_repair(&bed, &[], &words, async || bed.s3.clear_rules()).await;
    }
}

#[tokio::test]
async fn an_issuer_without_its_bucket_is_not_ready_and_issues_no_urls() {
    let bed = test_bed(TestBedOptions::default()).await;
    let missing = ("DARKROOM_STORAGE_RAW_BUCKET", "missing-raw");
    let issuer = bed.start_issuer(&[missing]).await.unwrap();
    let client = Client::new(format!("http://{}", issuer.address()));
    let body = json!({"profile": "avatar", "owner": "u1", "content_type": "image/jpeg", "size": 9});
    let (status, problem) = client.post(&body).await;
    assert_eq!(
        (status, &problem["code"]),
        (503, &json!("store_unavailable"))
    );
    wait_for_problem(&client.issuer, &["missing-raw", "storage.raw_bucket"]).await;
    provision(bed.direct_command("provision"), &[missing]).await;
    wait_until_ready(&client.issuer).await;
    assert_eq!(client.post(&body).await.0, 201);
}

/// Starts an embedded cloud at these endpoints.
async fn cloud(data: &Path, s3: &str, sqs: &str) -> EmbeddedCloud {
    let options = Options {
        data_dir: data.to_owned(),
        s3_listen: s3.parse().unwrap(),
        sqs_listen: sqs.parse().unwrap(),
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        region: "us-east-1".to_owned(),
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
    };
    EmbeddedCloud::start(options).await.unwrap()
}

/// LocalStack restarts without any buckets and queues.
#[tokio::test]
async fn roles_survive_a_cloud_that_restarts_empty_and_is_provisioned_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = cloud(&folder.path().join("1"), "127.0.0.1:0", "127.0.0.1:0").await;
    let (s3, sqs) = (first.s3_url(), first.sqs_url());
    let endpoints = Endpoints {
        s3: s3.clone(),
        sqs: sqs.clone(),
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let command = |role: &str| {
        let mut command = darkroom(folder.path());
        set_endpoints(&mut command, &endpoints);
        command.arg(role).envs([
            ("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0"),
            ("DARKROOM_WORKER_LISTEN", "127.0.0.1:0"),
            ("DARKROOM_RENDER_PROCESSES", "1"),
        ]);
        command
    };
    provision(command("provision"), &[]).await;
    let mut worker = Process::start(command("worker")).unwrap();
    let mut issuer = Process::start(command("issuer")).unwrap();
    let worker_url = address(&mut worker, "worker").await;
    let client = Client::new(address(&mut issuer, "issuer").await);
    assert_eq!(client.upload(&photo(60, 40)).await["status"], "ready");
    first.stop().await;

    let address = |url: &str| url.trim_start_matches("http://").to_owned();
    let _second = cloud(&folder.path().join("2"), &address(&s3), &address(&sqs)).await;
    wait_for_problem(&client.issuer, &["darkroom-raw", "darkroom provision"]).await;
    wait_for_problem(&worker_url, &["darkroom provision"]).await;
    provision(command("provision"), &[]).await;
    wait_until_ready(&client.issuer).await;
    wait_until_ready(&worker_url).await;
    assert_eq!(client.upload(&photo(60, 40)).await["status"], "ready");
}
