//! The canaries of an issuer.

use darkroom_cloud::{Bucket, Queue, QueueDepth};
use darkroom_harness::{Cloud, DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;

use crate::telemetry::{address, wait_for_value};
use crate::test_bed::{binary, test_bed};

const SETTINGS: [(&str, &str); 2] = [
    ("DARKROOM_CANARY_INTERVAL", "10s"),
    ("DARKROOM_CANARY_TIMEOUT", "9s"),
];

fn series(result: &str) -> String {
    format!(r#"darkroom_canary_uploads_total{{result="{result}"}}"#)
}

async fn objects(bed: &TestBed) -> Vec<String> {
    let mut keys = Vec::new();
    for bucket in [&bed.raw, &bed.media] {
        let listed = bucket.list("", None).await.unwrap().objects;
        keys.extend(listed.into_iter().map(|object| object.key));
    }
    keys
}

#[tokio::test]
async fn a_canary_becomes_ready_and_leaves_nothing_and_no_webhook() {
    // Nothing listens at this address, and no event for it may be queued.
    let webhooks = [
        ("DARKROOM_WEBHOOKS_URL", "https://hooks.example/darkroom"),
        (
            "DARKROOM_WEBHOOKS_SECRET",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    ];
    let options = TestBedOptions::on(Cloud::Embedded).with_settings(&webhooks);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let _worker = Process::start(bed.direct_command("worker")).unwrap();
    let mut issuer = bed.spawn("issuer", &SETTINGS).unwrap();
    let metrics = format!("{}/metrics", address(&mut issuer, "issuer").await);
    wait_for_value(&metrics, &series("ready"), 1.0).await;
    wait_for_value(&metrics, "darkroom_canary_seconds_count", 1.0).await;
    let gone = async || match objects(&bed).await {
        objects if objects.is_empty() => Ok(()),
        objects => Err(format!("{objects:?}")),
    };
    wait::until_async("no objects", DEADLINE, gone)
        .await
        .unwrap();
    wait_for_value(&metrics, &series("timed_out"), 0.0).await;
    assert_eq!(bed.webhooks.depth().await.unwrap(), QueueDepth::default());
}

#[tokio::test]
async fn a_canary_without_workers_or_without_a_store_fails() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut issuer = bed.spawn("issuer", &SETTINGS).unwrap();
    let metrics = format!("{}/metrics", address(&mut issuer, "issuer").await);
    wait_for_value(&metrics, &series("timed_out"), 1.0).await;
    let refused = Rule::on("PutObject", Fault::Forbidden).with_path("/raw/avatar/darkroom-canary/");
    bed.s3.set_rules([refused]);
    wait_for_value(&metrics, &series("not_uploaded"), 1.0).await;
}
