//! A thousand clients that wait for outcomes.

use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use darkroom_cloud::{Bucket, PutOptions};
use darkroom_contract::RawKey;
use darkroom_harness::{Issuer, ProcessStats, TestBed, new_key};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::connection::Connection;
use crate::{Goal, Measured, Size};

const GOAL_MIB: f64 = 100.0;
const GOAL_MS: f64 = 1000.0;

pub(crate) async fn measure(
    bed: &TestBed,
    issuer: &Issuer,
    size: Size,
) -> anyhow::Result<Vec<Measured>> {
    let Size {
        clients: count,
        awaited,
        head_start,
        ..
    } = size;
    let keys: Vec<RawKey> = (0..awaited).map(|_| new_key()).collect::<Result<_, _>>()?;
    let options = PutOptions {
        content_type: "image/jpeg",
        cache_control: "no-cache",
    };
    for key in &keys {
        let raw = Bytes::from_static(b"an image that nobody reads yet..");
        bed.raw.put(&key.to_string(), raw, options).await?;
    }
    let clients: Vec<_> = (0..count)
        .map(|index| {
            tokio::spawn(wait(
                issuer.address().to_owned(),
                keys[index % awaited].clone(),
            ))
        })
        .collect();
    // All clients have been waiting for some time when the first outcome is written.
    sleep(head_start).await;
    let mut written_at = Vec::new();
    for key in &keys {
        let manifest = Bytes::from(manifest(key).to_string());
        bed.raw.put(&key.manifest_key(), manifest, options).await?;
        written_at.push(Instant::now());
    }
    let mut slowest = Duration::ZERO;
    for (index, notified_at) in try_join_all(clients).await?.into_iter().enumerate() {
        slowest = slowest.max(notified_at?.saturating_duration_since(written_at[index % awaited]));
    }
    Ok(vec![
        Measured {
            name: "waiting_memory".to_owned(),
            what: format!("memory of an issuer with {count} waiting clients"),
            figure: ProcessStats::read(issuer.pid())?.peak_memory_mib(),
            unit: "MiB",
            goal: Some(Goal::AtMost(GOAL_MIB)),
        },
        Measured {
            name: "waiting_slowest".to_owned(),
            what: format!(
                "slowest of {count} clients to get its outcome after the manifest was written"
            ),
            figure: slowest.as_secs_f64() * 1000.0,
            unit: "ms",
            goal: Some(Goal::AtMost(GOAL_MS)),
        },
    ])
}

async fn wait(address: String, key: RawKey) -> anyhow::Result<Instant> {
    let mut connection = Connection::open(&address).await?;
    let path = key.status_path();
    let request = format!("GET {path}?wait=60 HTTP/1.1\r\nhost: issuer\r\n\r\n");
    let (status, body) = connection.round_trip(request.as_bytes()).await?;
    let notified_at = Instant::now();
    let response: Value = serde_json::from_slice(body).context("not JSON")?;
    ensure!(
        status == 200 && response["status"] == "rejected",
        "{status} {response}"
    );
    Ok(notified_at)
}

fn manifest(key: &RawKey) -> Value {
    json!({
        "version": 1, "id": key.id, "profile": key.profile, "owner": key.owner,
        "status": "rejected", "error": {"code": "not_an_image", "message": "not an image"},
        "source": {"bucket": "bench-raw", "key": key.to_string(), "etag": "e",
                   "version_id": null, "bytes": 32},
        "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 0,
    })
}
