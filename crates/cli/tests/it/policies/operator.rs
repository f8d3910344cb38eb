//! The policies of people and pipelines that run commands.

use std::process::{Command, Output};

use darkroom_cloud::{Bucket, Queue};
use darkroom_harness::{DEADLINE, ResourceNames, TestBed, TestBedOptions};
use darkroom_testkit::process::Process;
use reqwest::Method;
use serde_json::json;

use super::{NO_VERSIONS, PLAIN, Unrecorded, VERSIONED, compare};
use crate::signed_request;
use crate::test_bed::{binary, photo};

pub(super) async fn run(mut command: Command, arguments: &[&str]) -> Output {
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

/// Stores ready uploads.
async fn uploads(bed: &TestBed, count: usize) -> Vec<darkroom_contract::RawKey> {
    let _worker = Process::start(bed.direct_command("worker")).unwrap();
    let mut keys = Vec::new();
    for _ in 0..count {
        let key = bed.upload(photo(64, 48)).await.unwrap();
        bed.wait_until_ready(&key).await.unwrap();
        keys.push(key);
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    keys
}

#[tokio::test]
async fn the_commands_of_an_operator_make_exactly_the_calls_that_their_policy_allows() {
    let bed = TestBed::start(binary(), &TestBedOptions::default())
        .await
        .unwrap();
    let keys = uploads(&bed, 3).await;
    let [first, deleted, ..] = &keys[..] else {
        panic!("{keys:?}");
    };
    run(bed.command("list"), &["--owner", "u1", "--outcomes"]).await;
    run(bed.command("usage"), &["--owner", "u1"]).await;
    run(bed.command("backfill"), &["--force"]).await;
    // Dead letters of each kind that the command diagnoses.
    let record = json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bed.raw.name()}, "object": {"key": first.to_string()}},
    }]});
    let letters = [record.to_string(), "poison".to_owned()];
    bed.dead_letters.send(&letters).await.unwrap();
    run(bed.command("dlq"), &["list"]).await;
    run(bed.command("dlq"), &["redrive"]).await;
    bed.dead_letters.send(&letters).await.unwrap();
    run(bed.command("dlq"), &["purge", "--yes"]).await;
    // Everything that a check repairs.
    bed.raw.delete(&[first.manifest_key()]).await.unwrap();
    let orphan = "avatars/u1/01920000-0000-7000-8000-000000000000.webp";
    bed.media.put(orphan, "x".into(), PLAIN).await.unwrap();
    bed.raw
        .put(&deleted.tombstone_key(), "".into(), PLAIN)
        .await
        .unwrap();
    let copy = deleted.review_copy_key("0");
    bed.raw.put(&copy, "x".into(), PLAIN).await.unwrap();
    run(bed.command("fsck"), &["--grace", "0s", "--repair"]).await;
    let unfinished = format!("{}/{first}", bed.raw.name());
    let started =
        signed_request::s3(bed.endpoints(), Method::POST, &unfinished, "uploads", "").await;
    assert_eq!(started.status(), 200);
    run(bed.command("erase"), &["--owner", "u1"]).await;
    let unrecorded = VERSIONED.map(|resource| Unrecorded {
        action: "s3:DeleteObjectVersion",
        resource,
        reason: NO_VERSIONS,
    });
    compare(&bed, bed.names(), "operator.json", &[], &unrecorded);
}

#[tokio::test]
async fn provision_makes_exactly_the_calls_that_its_policy_allows() {
    let bed = TestBed::start(binary(), &TestBedOptions::default())
        .await
        .unwrap();
    let names = ResourceNames::unique(false);
    for arguments in [&["--dry-run"][..], &[], &[]] {
        let mut command = bed.command("provision");
        command.envs(names.environment()).args(arguments);
        command.env("DARKROOM_WEBHOOKS_URL", "https://hooks.example/darkroom");
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        command.env("DARKROOM_WEBHOOKS_SECRET", secret);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    }
    compare(&bed, &names, "provision.json", &[], &[]);
}

#[tokio::test]
async fn doctor_makes_exactly_the_calls_that_its_policy_allows() {
    let settings = [
        ("DARKROOM_WEBHOOKS_URL", "https://hooks.example/darkroom"),
        (
            "DARKROOM_WEBHOOKS_SECRET",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    ];
    let options = TestBedOptions::default().with_settings(&settings);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    run(bed.command("doctor"), &["--wait", "3s"]).await;
    compare(&bed, bed.names(), "doctor.json", &[], &[]);
}
