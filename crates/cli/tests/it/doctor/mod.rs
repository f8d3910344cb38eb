//! `darkroom doctor` on healthy and on broken deployments.

mod faults;
mod plant;

use darkroom_cloud::{Bucket, Queue, QueueDepth};
use darkroom_harness::{Cloud, TestBed, TestBedOptions};
use darkroom_testkit::wait;
use futures_util::future::join_all;
use serde_json::Value;

use self::faults::{FAULTS, Fault};
use crate::test_bed::{Environment, binary};

/// The number of deployments at once. Most of the time, `doctor` waits for its probes.
const DEPLOYMENTS: usize = 4;
/// The settings of a deployment with webhooks, so that all roles are checked.
const WEBHOOK: [(&str, &str); 2] = [
    ("DARKROOM_WEBHOOKS_URL", "https://hooks.example/darkroom"),
    (
        "DARKROOM_WEBHOOKS_SECRET",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ),
];

async fn start(cloud: Cloud) -> TestBed {
    let options = TestBedOptions::on(cloud).with_settings(&WEBHOOK);
    TestBed::start(binary(), &options).await.unwrap()
}

/// Runs `doctor` through the fault proxies. Returns the exit code and the findings.
async fn doctor(bed: &TestBed, arguments: &[&str], settings: Environment<'_>) -> (i32, Vec<Value>) {
    let mut command = bed.command("doctor");
    command.args(["--json", "--wait", "3s"]).args(arguments);
    command.envs(settings.iter().copied());
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await.unwrap().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let findings = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let findings: Vec<Value> = findings.collect();
    let code = output.status.code().unwrap();
    assert!(code <= 1, "{}", String::from_utf8_lossy(&output.stderr));
    (code, findings)
}

fn with_status<'a>(findings: &'a [Value], status: &str) -> Vec<&'a Value> {
    let findings = findings.iter();
    findings.filter(|it| it["status"] == status).collect()
}

/// Returns the failures that are not faults of the deployment: LocalStack lets anybody read.
fn failures(cloud: Cloud, findings: &[Value]) -> Vec<&Value> {
    let mut failed = with_status(findings, "failed");
    if cloud == Cloud::LocalStack {
        failed.retain(|finding| finding["check"] != "privacy");
    }
    failed
}

/// Deletes all objects. Returns their number.
async fn remove_objects(bed: &TestBed) -> usize {
    let mut count = 0;
    for bucket in [&bed.raw, &bed.media] {
        let left = bucket.list("", None).await.unwrap().objects;
        let keys: Vec<String> = left.into_iter().map(|object| object.key).collect();
        bucket.delete(&keys).await.unwrap();
        count += keys.len();
    }
    count
}

async fn assert_nothing_is_left(bed: &TestBed) {
    for bucket in [&bed.raw, &bed.media] {
        let left = bucket.list("", None).await.unwrap().objects;
        assert!(left.is_empty(), "{}: {left:?}", bucket.name());
    }
    let is_empty = async || bed.events.depth().await.unwrap() == QueueDepth::default();
    wait::until_async("an empty queue", darkroom_harness::DEADLINE, is_empty)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_healthy_deployment_passes_every_check_with_and_without_workers() {
    let bed = start(Cloud::Embedded).await;
    for role in ["all", "issuer", "worker", "webhooks"] {
        let (code, findings) = doctor(&bed, &["--role", role], &[]).await;
        let others = findings.iter().filter(|finding| finding["status"] != "ok");
        assert_eq!(others.collect::<Vec<_>>(), [&Value::Null; 0], "{role}");
        assert_eq!(code, 0);
    }
    assert_nothing_is_left(&bed).await;
    let _worker = bed.start_worker(&[]).await.unwrap();
    let (code, findings) = doctor(&bed, &[], &[]).await;
    assert_eq!((code, failures(Cloud::Embedded, &findings)), (0, vec![]));
    assert_nothing_is_left(&bed).await;
}

#[tokio::test]
async fn every_planted_fault_is_found_and_named_on_the_embedded_cloud() {
    let count = find_faults(Cloud::Embedded).await;
    assert!(count >= 25, "{count}");
}

#[tokio::test]
async fn every_fault_that_localstack_can_show_is_found_there() {
    find_faults(Cloud::LocalStack).await;
}

/// Plants all faults that this cloud can show, and returns their number.
async fn find_faults(cloud: Cloud) -> usize {
    let faults: Vec<&Fault> = FAULTS
        .iter()
        .filter(|fault| !fault.needs_embedded || cloud == Cloud::Embedded)
        .collect();
    let deployments = faults.chunks(faults.len().div_ceil(DEPLOYMENTS));
    join_all(deployments.map(|faults| find_on_one_deployment(cloud, faults))).await;
    faults.len()
}

/// Plants one fault after the other.
async fn find_on_one_deployment(cloud: Cloud, faults: &[&Fault]) {
    let bed = start(cloud).await;
    for fault in faults {
        find(&bed, cloud, fault).await;
    }
    // With some faults, nobody could receive the event of the probe.
    bed.drain_events().await.unwrap();
    let (_, findings) = doctor(&bed, &[], &[]).await;
    assert_eq!(
        failures(cloud, &findings),
        [&Value::Null; 0],
        "after the faults"
    );
    assert_nothing_is_left(&bed).await;
}

async fn find(bed: &TestBed, cloud: Cloud, fault: &Fault) {
    let Fault {
        name, check, text, ..
    } = fault;
    let settings = fault.plant(bed).await;
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (code, findings) = doctor(bed, &[], &settings).await;
    fault.repair(bed).await;
    let left = remove_objects(bed).await;
    // `doctor` reports a probe that it may not delete.
    let may_be_left = *text == "allow s3:DeleteObject";
    assert!(left == 0 || may_be_left, "{name}: {left} objects are left");
    let failed = failures(cloud, &findings);
    let found = failed
        .iter()
        .find(|it| it["check"] == *check && it.to_string().contains(text));
    let Some(found) = found else {
        panic!("{name}: no {check} with {text:?} in {failed:#?}");
    };
    assert_eq!(code, 1, "{name}");
    for part in ["problem", "remedy"] {
        assert!(
            found[part].as_str().is_some_and(|text| text.len() > 5),
            "{name}: {found}"
        );
    }
}

#[tokio::test]
async fn dead_letters_are_a_warning() {
    let bed = start(Cloud::Embedded).await;
    bed.dead_letters.send(&["{}".to_owned()]).await.unwrap();
    let (code, findings) = doctor(&bed, &[], &[]).await;
    assert_eq!(code, 0, "{findings:?}");
    let warnings = with_status(&findings, "warning");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["check"], "dead_letters");
}
