//! Shutdown of a worker.

use std::process::Command;
use std::time::Duration;

use darkroom_cloud::Queue;
use darkroom_harness::{DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
use darkroom_testkit::wait;

use crate::telemetry::address;
use crate::test_bed::{photo, test_bed};

fn delay_downloads(bed: &TestBed, delay: Duration) {
    bed.s3
        .set_rules([Rule::on("GetObject", Fault::Latency(delay)).with_path("/raw/")]);
}

async fn wait_for_downloads(bed: &TestBed, count: usize) {
    let started = async || bed.s3.count("GetObject", "/raw/") >= count;
    wait::until_async("downloads", DEADLINE, started)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_worker_finishes_its_messages_before_it_exits() {
    let bed = test_bed(TestBedOptions::default()).await;
    delay_downloads(&bed, Duration::from_secs(2));
    let keys = [
        bed.upload(photo(64, 48)).await.unwrap(),
        bed.upload(photo(64, 48)).await.unwrap(),
    ];
    let mut worker = bed.start_worker(&[]).await.unwrap();
    wait_for_downloads(&bed, 2).await;
    let (_, is_success) = worker.terminate(DEADLINE).await.unwrap();
    assert!(is_success, "{}", worker.log());
    for key in &keys {
        let manifest = bed.manifest(key).await.unwrap().unwrap();
        assert_eq!(manifest.outcome.name(), "ready");
    }
    let depth = bed.events.depth().await.unwrap();
    assert_eq!((depth.visible, depth.in_flight), (0, 0), "acknowledged");
}

#[tokio::test]
async fn a_process_exits_within_a_second_after_the_grace_period_although_every_call_hangs() {
    let grace = Duration::from_secs(3);
    let bed = test_bed(TestBedOptions::default()).await;
    delay_downloads(&bed, Duration::from_secs(600));
    let collector = FaultProxy::start("http://127.0.0.1:1").await.unwrap();
    collector.set_rules([Rule::any(Fault::Latency(Duration::from_secs(600)))]);
    let environment = [
        ("DARKROOM_WORKER_DRAIN_GRACE", "3s"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
    ];
    let mut process = bed.spawn("worker", &environment).unwrap();
    bed.upload(photo(64, 48)).await.unwrap();
    wait_for_downloads(&bed, 1).await;
    bed.sqs
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
    let bed = test_bed(TestBedOptions::default()).await;
    delay_downloads(&bed, Duration::from_secs(600));
    let mut process = bed.spawn("worker", &[]).unwrap();
    bed.upload(photo(64, 48)).await.unwrap();
    wait_for_downloads(&bed, 1).await;
    let pid = process.pid().to_string();
    let terminate = || Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(terminate().success());
    let received = async || process.stderr().contains("send the signal again");
    wait::until_async("the first signal", DEADLINE, received)
        .await
        .unwrap();
    let started = std::time::Instant::now();
    assert!(terminate().success());
    let ended = process.wait_async(Duration::from_secs(5)).await.unwrap();
    assert_eq!(ended.code(), Some(130), "{}", process.stderr());
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_idle_worker_stops_within_two_seconds() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut worker = bed.start_worker(&[]).await.unwrap();
    let polled = async || bed.sqs.count("ReceiveMessage", "") > 0;
    wait::until_async("a poll", DEADLINE, polled).await.unwrap();
    let (took, is_success) = worker.terminate(DEADLINE).await.unwrap();
    assert!(is_success, "{}", worker.log());
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_worker_that_drains_is_not_ready_but_alive() {
    let bed = test_bed(TestBedOptions::default()).await;
    delay_downloads(&bed, Duration::from_secs(3));
    bed.upload(photo(64, 48)).await.unwrap();
    let mut process = bed.spawn("worker", &[]).unwrap();
    let url = address(&mut process, "worker").await;
    wait_for_downloads(&bed, 1).await;
    let pid = process.pid().to_string();
    let signal = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(signal.unwrap().success());
    let unready = async || {
        let response = reqwest::get(format!("{url}/readyz")).await.unwrap();
        response.status() == 503
    };
    wait::until_async("an unready worker", DEADLINE, unready)
        .await
        .unwrap();
    let alive = reqwest::get(format!("{url}/healthz")).await.unwrap();
    assert_eq!(alive.status(), 200);
    assert!(process.wait_async(DEADLINE).await.unwrap().success());
}
