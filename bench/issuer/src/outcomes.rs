//! Real uploads: the time until a client has the outcome, and the requests to the store.

use std::sync::Arc;

use anyhow::{Context, ensure};
use darkroom_bench_report::percentile;
use darkroom_harness::{Client, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use futures_util::future::try_join_all;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Goal, Measured, Size};

const GOAL_P50_MS: f64 = 30.0;
const GOAL_P99_MS: f64 = 150.0;
/// Four look-ups: the first one reads the manifest and the raw object, the others only the manifest.
const GOAL_REQUESTS: f64 = 5.0;
/// A crowd waits longer, so each of its uploads needs more polls.
const CROWD_REQUESTS: f64 = 20.0;
/// The first uploads are not measured, because the issuer does not know yet how long uploads take.
const WARM_UP: usize = 5;
/// The sizes of the photos in pixels. Each one takes a different time to render.
const SIZES: [(u32, u32); 4] = [(320, 240), (800, 600), (1600, 1200), (2400, 1800)];

/// Measures uploads that an issuer and a worker process, both in processes of their own. The fault
/// proxy counts the requests of the issuer to S3.
pub(crate) async fn measure(bed: &TestBed, size: Size) -> anyhow::Result<Vec<Measured>> {
    let (proxy, direct) = (bed.s3.url(), bed.endpoints().s3.clone());
    let waits = "100000";
    let settings = [
        ("AWS_ENDPOINT_URL_S3", proxy.as_str()),
        ("DARKROOM_LIMITS_ADDRESS_WAITS", waits),
    ];
    let issuer = bed.start_issuer(&settings).await?;
    let _worker = bed
        .start_worker(&[("AWS_ENDPOINT_URL_S3", &direct)])
        .await?;
    let client = Arc::new(Client::new(format!("http://{}", issuer.address())));
    let photos =
        SIZES.map(|(width, height)| Arc::<[u8]>::from(Jpeg::new(&scene(width, height)).build()));
    for index in 0..WARM_UP * SIZES.len() {
        upload(&client, &photos[index % SIZES.len()]).await?;
    }
    let mut measured = Vec::new();
    let before = bed.s3.requests().len();
    let mut delays = Vec::new();
    for index in 0..size.photos {
        delays.push(upload(&client, &photos[index % SIZES.len()]).await?);
    }
    let requests = bed.s3.requests().len() - before;
    measured.extend(idle(&delays, requests));
    for crowd in size.crowds {
        let before = bed.s3.requests().len();
        let uploads = (0..crowd).map(|_| {
            let (client, photo) = (Arc::clone(&client), Arc::clone(&photos[0]));
            tokio::spawn(async move { upload(&client, &photo).await })
        });
        let mut delays = Vec::new();
        for delay in try_join_all(uploads).await? {
            delays.push(delay?);
        }
        let requests = bed.s3.requests().len() - before;
        measured.extend(crowded(crowd, &delays, requests));
    }
    Ok(measured)
}

/// Returns the figures of one client.
fn idle(delays: &[f64], requests: usize) -> [Measured; 3] {
    let goals = (Some(GOAL_P50_MS), Some(GOAL_P99_MS), GOAL_REQUESTS);
    let count = delays.len();
    figures(
        "outcome",
        &format!("one client, {count} photos"),
        delays,
        requests,
        goals,
    )
}

/// Returns the figures of several clients that upload at the same time.
fn crowded(crowd: usize, delays: &[f64], requests: usize) -> [Measured; 3] {
    let goals = (None, None, CROWD_REQUESTS);
    let (name, what) = (
        format!("outcome_{crowd}"),
        format!("{crowd} clients at once"),
    );
    figures(&name, &what, delays, requests, goals)
}

fn figures(
    name: &str,
    what: &str,
    delays: &[f64],
    requests: usize,
    (p50, p99, per_upload): (Option<f64>, Option<f64>, f64),
) -> [Measured; 3] {
    let delay = |share, suffix: &str, goal: Option<f64>| Measured {
        name: format!("{name}_{suffix}"),
        what: format!("{what}: {suffix} from the outcome to the client"),
        figure: percentile(delays, share),
        unit: "ms",
        goal: goal.map(Goal::AtMost),
    };
    [
        delay(0.5, "p50", p50),
        delay(0.99, "p99", p99),
        Measured {
            name: format!("{name}_requests"),
            what: format!("{what}: requests to the store per upload"),
            figure: requests as f64 / delays.len() as f64,
            unit: "requests",
            goal: Some(Goal::AtMost(per_upload)),
        },
    ]
}

/// Uploads a photo. Returns the milliseconds from the time at which the worker finished its outcome,
/// right before it wrote the manifest, to the time at which the client had the outcome.
async fn upload(client: &Client, photo: &[u8]) -> anyhow::Result<f64> {
    let outcome: Value = client.upload(photo).await;
    let received_at = OffsetDateTime::now_utc();
    ensure!(outcome["status"] == "ready", "{outcome}");
    let finished_at = outcome["finished_at"].as_str().context("no time")?;
    let finished_at = OffsetDateTime::parse(finished_at, &Rfc3339)?;
    Ok((received_at - finished_at).as_seconds_f64() * 1000.0)
}
