//! A thousand clients that wait for outcomes.

use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use darkroom_cloud::{Bucket, PutOptions};
use darkroom_contract::{RawKey, UploadId};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::connection::Connection;
use crate::stand::Stand;
use crate::{Goal, Measured, Size, usage};

const GOAL_MIB: f64 = 100.0;
const GOAL_MS: f64 = 1000.0;

pub(crate) async fn measure(stand: &Stand, size: Size) -> anyhow::Result<Vec<Measured>> {
    let Size {
        clients: count,
        awaited,
        head_start,
        ..
    } = size;
    let keys: Vec<RawKey> = (0..awaited).map(|_| key()).collect::<Result<_, _>>()?;
    let options = PutOptions {
        content_type: "image/jpeg",
        cache_control: "no-cache",
    };
    for key in &keys {
        let raw = Bytes::from_static(b"a picture, as far as anyone asks");
        stand.raw.put(&key.to_string(), raw, options).await?;
    }
    let clients: Vec<_> = (0..count)
        .map(|index| tokio::spawn(wait(stand.address.clone(), keys[index % awaited].clone())))
        .collect();
    // All of them have been waiting for some time when the first outcome comes.
    sleep(head_start).await;
    let mut known_at = Vec::new();
    for key in &keys {
        let manifest = Bytes::from(manifest(key).to_string());
        stand
            .media
            .put(&key.manifest_key(), manifest, options)
            .await?;
        known_at.push(Instant::now());
    }
    let mut slowest = Duration::ZERO;
    for (index, told_at) in try_join_all(clients).await?.into_iter().enumerate() {
        slowest = slowest.max(told_at?.saturating_duration_since(known_at[index % awaited]));
    }
    Ok(vec![
        Measured {
            what: format!("memory of an issuer with {count} clients waiting"),
            figure: usage::peak_mib(stand.issuer.pid())?,
            unit: "MiB",
            goal: Goal::AtMost(GOAL_MIB),
        },
        Measured {
            what: format!("the last of {count} told after its manifest was written"),
            figure: slowest.as_secs_f64() * 1000.0,
            unit: "ms",
            goal: Goal::AtMost(GOAL_MS),
        },
    ])
}

fn key() -> anyhow::Result<RawKey> {
    Ok(RawKey {
        profile: "avatar".parse()?,
        owner: "u123".parse()?,
        id: UploadId::generate(),
    })
}

async fn wait(address: String, key: RawKey) -> anyhow::Result<Instant> {
    let mut connection = Connection::open(&address).await?;
    let path = key.status_path();
    let request = format!("GET {path}?wait=60 HTTP/1.1\r\nhost: issuer\r\n\r\n");
    let (status, body) = connection.ask(request.as_bytes()).await?;
    let told_at = Instant::now();
    let answer: Value = serde_json::from_slice(body).context("no JSON")?;
    ensure!(
        status == 200 && answer["status"] == "rejected",
        "{status} {answer}"
    );
    Ok(told_at)
}

fn manifest(key: &RawKey) -> Value {
    json!({
        "version": 1, "id": key.id, "profile": key.profile, "owner": key.owner,
        "status": "rejected", "error": {"code": "not_an_image", "message": "no picture"},
        "source": {"bucket": "bench-raw", "key": key.to_string(), "etag": "e",
                   "version_id": null, "bytes": 32},
        "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 0,
    })
}
