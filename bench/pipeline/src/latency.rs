//! Latency below the capacity of a worker.

use std::time::Duration;

use darkroom_harness::{TestBed, new_key};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use crate::full_queue::Outcome;
use crate::peer::Peer;

/// The time limit for the last outcomes.
const LIMIT: Duration = Duration::from_secs(120);

/// The latency of one upload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The milliseconds from the end of the `PUT` to the time at which the worker finishes its outcome,
    /// right before it writes the manifest.
    pub(crate) total_ms: f64,
    /// The same without rendering.
    pub(crate) beyond_rendering_ms: f64,
}

/// Uploads photos at an interval, with one worker.
///
/// Errors if the worker does not start, or an upload does not become `ready`.
pub(crate) async fn run(
    bed: &TestBed,
    photos: &[Vec<u8>],
    uploads: usize,
    interval: Duration,
) -> anyhow::Result<Vec<Sample>> {
    let _worker = Peer::Darkroom.start(bed).await?;
    let mut sent = Vec::new();
    let mut due = Instant::now();
    for photo in photos.iter().cycle().take(uploads) {
        sleep_until(due).await;
        let key = new_key()?;
        bed.put_raw(&key, photo).await?;
        sent.push((key, OffsetDateTime::now_utc()));
        due += interval;
    }
    bed.wait_until_idle(LIMIT).await?;
    let mut samples = Vec::new();
    for (key, sent_at) in &sent {
        let outcome = Outcome::read(bed, key).await?;
        let total_ms = (outcome.finished_at - *sent_at).as_seconds_f64() * 1000.0;
        samples.push(Sample {
            total_ms,
            beyond_rendering_ms: total_ms - outcome.render_ms,
        });
    }
    Ok(samples)
}
