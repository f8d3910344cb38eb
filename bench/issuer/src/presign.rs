//! How many URLs an issuer hands out, and how fast.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep_until};

use crate::connection::Connection;
use crate::stand::Stand;
use crate::{Goal, Measured, Size, usage};

const BODY: &str =
    r#"{"profile":"avatar","owner":"u123","content_type":"image/jpeg","size":2913134}"#;
const CONNECTIONS: usize = 32;
const GOAL_A_SECOND: f64 = 10_000.0;
const GOAL_P99_MS: f64 = 5.0;

fn request() -> Arc<[u8]> {
    let length = BODY.len();
    let head = "POST /v1/uploads HTTP/1.1\r\nhost: issuer\r\ncontent-type: application/json\r\n";
    format!("{head}content-length: {length}\r\n\r\n{BODY}")
        .into_bytes()
        .into()
}

pub(crate) async fn measure(stand: &Stand, size: Size) -> anyhow::Result<Vec<Measured>> {
    flood(stand, size.warm_up).await?;
    let before = usage::cpu(stand.issuer.pid())?;
    let answered = flood(stand, size.run).await?;
    let used = usage::cpu(stand.issuer.pid())? - before;
    let a_second_and_core = answered as f64 / used.as_secs_f64();
    let mut latencies = steady(stand, a_second_and_core / 2.0, size.run).await?;
    latencies.sort_unstable();
    let percentile = |share: f64| {
        let index = (latencies.len() as f64 * share) as usize;
        let latency = latencies.get(index.min(latencies.len() - 1));
        latency.map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    };
    let asked = latencies.len() as f64 / size.run.as_secs_f64();
    Ok(vec![
        Measured {
            what: format!(
                "presigned URLs a second and core ({answered} in {:.1} s of processor time)",
                used.as_secs_f64()
            ),
            figure: a_second_and_core,
            unit: "URLs/s",
            goal: Goal::AtLeast(GOAL_A_SECOND),
        },
        Measured {
            what: format!(
                "one of them at {asked:.0} URLs/s: p50 {:.2} ms, p90 {:.2} ms, p99",
                percentile(0.5),
                percentile(0.9)
            ),
            figure: percentile(0.99),
            unit: "ms",
            goal: Goal::AtMost(GOAL_P99_MS),
        },
    ])
}

/// As many as the issuer can; gives back how many it was.
async fn flood(stand: &Stand, time: Duration) -> anyhow::Result<u64> {
    let answered = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + time;
    let clients = (0..CONNECTIONS).map(|_| {
        let (answered, request) = (Arc::clone(&answered), request());
        let address = stand.address.clone();
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            while Instant::now() < end {
                let (status, _) = connection.ask(&request).await?;
                ensure!(status == 201, "{status}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    });
    for ended in try_join_all(clients).await? {
        ended?;
    }
    Ok(answered.load(Ordering::Relaxed))
}

/// So many a second, each at its appointed time; how long each took from then, so that a stall
/// counts for all who were kept waiting by it.
async fn steady(stand: &Stand, a_second: f64, run: Duration) -> anyhow::Result<Vec<Duration>> {
    let start = Instant::now() + Duration::from_millis(100);
    let interval = Duration::from_secs_f64(CONNECTIONS as f64 / a_second);
    let clients = (0..CONNECTIONS).map(|index| {
        let request = request();
        let address = stand.address.clone();
        let mut due = start + interval.mul_f64(index as f64 / CONNECTIONS as f64);
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            let mut latencies = Vec::new();
            while due < start + run {
                sleep_until(due).await;
                // The generator's own timer is a millisecond coarse, and no fault of the issuer.
                let asked_at = Instant::now().max(due);
                let (status, _) = connection.ask(&request).await?;
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
