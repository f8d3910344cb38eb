//! Presigned URLs: throughput and latency.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use darkroom_bench_report::percentile;
use darkroom_harness::{Issuer, ProcessStats};
use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep_until};

use crate::connection::Connection;
use crate::{Goal, Measured, Size};

const BODY: &str =
    r#"{"profile":"avatar","owner":"u123","content_type":"image/jpeg","size":2913134}"#;
const CONNECTIONS: usize = 32;
const GOAL_PER_SECOND: f64 = 10_000.0;
const GOAL_P99_MS: f64 = 5.0;

fn request() -> Arc<[u8]> {
    let length = BODY.len();
    let head = "POST /v1/uploads HTTP/1.1\r\nhost: issuer\r\ncontent-type: application/json\r\n";
    format!("{head}content-length: {length}\r\n\r\n{BODY}")
        .into_bytes()
        .into()
}

pub(crate) async fn measure(issuer: &Issuer, size: Size) -> anyhow::Result<Vec<Measured>> {
    flood(issuer, size.warm_up).await?;
    let before = ProcessStats::read(issuer.pid())?.cpu;
    let issued = flood(issuer, size.run).await?;
    let used = ProcessStats::read(issuer.pid())?.cpu - before;
    let per_second_and_core = issued as f64 / used.as_secs_f64();
    let latencies = steady(issuer, per_second_and_core / 2.0, size.run).await?;
    let latencies = latencies
        .iter()
        .map(|latency| latency.as_secs_f64() * 1000.0);
    let latencies: Vec<f64> = latencies.collect();
    let requested = latencies.len() as f64 / size.run.as_secs_f64();
    Ok(vec![
        Measured {
            name: "urls_per_second_and_core".to_owned(),
            what: format!(
                "presigned URLs per second and core ({issued} in {:.1} s of processor time)",
                used.as_secs_f64()
            ),
            figure: per_second_and_core,
            unit: "URLs/s",
            goal: Some(Goal::AtLeast(GOAL_PER_SECOND)),
        },
        Measured {
            name: "url_p99".to_owned(),
            what: format!(
                "latency at {requested:.0} URLs/s: p50 {:.2} ms, p90 {:.2} ms, p99",
                percentile(&latencies, 0.5),
                percentile(&latencies, 0.9)
            ),
            figure: percentile(&latencies, 0.99),
            unit: "ms",
            goal: Some(Goal::AtMost(GOAL_P99_MS)),
        },
    ])
}

/// Requests as many URLs as the issuer can make in `time`. Returns their number.
async fn flood(issuer: &Issuer, time: Duration) -> anyhow::Result<u64> {
    let issued = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + time;
    let clients = (0..CONNECTIONS).map(|_| {
        let (issued, request) = (Arc::clone(&issued), request());
        let address = issuer.address().to_owned();
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            while Instant::now() < end {
                let (status, _) = connection.round_trip(&request).await?;
                ensure!(status == 201, "{status}");
                issued.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    });
    for ended in try_join_all(clients).await? {
        ended?;
    }
    Ok(issued.load(Ordering::Relaxed))
}

/// Requests URLs at a fixed rate, each at its scheduled time or as soon as the previous request
/// ends. Returns the latency of each request from the time at which it is sent.
async fn steady(issuer: &Issuer, per_second: f64, run: Duration) -> anyhow::Result<Vec<Duration>> {
    let start = Instant::now() + Duration::from_millis(100);
    let interval = Duration::from_secs_f64(CONNECTIONS as f64 / per_second);
    let clients = (0..CONNECTIONS).map(|index| {
        let request = request();
        let address = issuer.address().to_owned();
        let mut due = start + interval.mul_f64(index as f64 / CONNECTIONS as f64);
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            let mut latencies = Vec::new();
            while due < start + run {
                sleep_until(due).await;
                // The timer of the load generator is accurate only to a millisecond, so its delay
                // does not count.
                let asked_at = Instant::now().max(due);
                let (status, _) = connection.round_trip(&request).await?;
                ensure!(status == 201, "{status}");
                latencies.push(asked_at.elapsed());
                due += interval;
            }
            anyhow::Ok(latencies)
        })
    });
    let mut all = Vec::new();
    for ended in try_join_all(clients).await? {
        all.extend(ended?);
    }
    Ok(all)
}
