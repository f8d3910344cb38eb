//! Shutdown.

use std::process::Command;
use std::time::Duration;

use darkroom_cloud::Queue;
use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, stop};
use crate::system::DEADLINE;

fn delay_downloads(harness: &WorkerHarness, delay: Duration) {
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Latency(delay)).with_path("/raw/")]);
}

async fn wait_for_downloads(harness: &WorkerHarness, count: usize) {
    let started = async || harness.s3.count("GetObject", "/raw/") >= count;
    wait::until_async("downloads", DEADLINE, started)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_worker_finishes_its_messages_before_it_exits() {
    let harness = WorkerHarness::start().await;
    delay_downloads(&harness, Duration::from_secs(2));
    let keys = [harness.upload().await, harness.upload().await];
    let worker = harness.worker().await;
    wait_for_downloads(&harness, 2).await;
    stop(worker).await;
    for key in &keys {
        let manifest = harness.find_manifest(key).await.unwrap();
        assert_eq!(manifest.outcome.name(), "ready");
    }
    let depth = harness.events.depth().await.unwrap();
    assert_eq!((depth.visible, depth.in_flight), (0, 0), "acknowledged");
}

#[tokio::test]
async fn a_process_exits_within_the_grace_period_although_every_call_hangs() {
    let grace = Duration::from_secs(3);
    let harness = WorkerHarness::start().await;
    delay_downloads(&harness, Duration::from_secs(600));
    let collector = FaultProxy::start("http://127.0.0.1:1").await.unwrap();
    collector.set_rules([Rule::any(Fault::Latency(Duration::from_secs(600)))]);
    let environment = [
        ("DARKROOM_WORKER_DRAIN_GRACE", "3s"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
    ];
    let mut process = harness.process("worker", &environment);
    harness.upload().await;
    wait_for_downloads(&harness, 1).await;
    harness
        .sqs
        .set_rules([Rule::any(Fault::Latency(Duration::from_secs(600)))]);
    let started = std::time::Instant::now();
    let ended = process
        .terminate_async(Duration::from_secs(20))
        .await
        .unwrap();
    let took = started.elapsed();
    assert!(ended.success(), "{ended}: {}", process.stderr());
    assert!(took < grace + Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn a_second_signal_ends_the_process_immediately() {
    let harness = WorkerHarness::start().await;
    delay_downloads(&harness, Duration::from_secs(600));
    let mut process = harness.process("worker", &[]);
    harness.upload().await;
    wait_for_downloads(&harness, 1).await;
    let pid = process.pid().to_string();
    let terminate = || Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(terminate().success());
    let received = async || process.stderr().contains("once more");
    wait::until_async("the first signal", DEADLINE, received)
        .await
        .unwrap();
    let started = std::time::Instant::now();
    assert!(terminate().success());
    let ended = process.wait_async(Duration::from_secs(5)).await.unwrap();
    assert_eq!(ended.code(), Some(130), "{}", process.stderr());
    assert!(started.elapsed() < Duration::from_secs(2));
}
