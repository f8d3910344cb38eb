//! Workers with a full queue.

use std::time::Duration;

use anyhow::{Context, ensure};
use darkroom_cloud::Bucket;
use darkroom_contract::RawKey;
use darkroom_harness::{TestBed, new_key};
use futures_util::future::try_join_all;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::peer::{Peer, Running};

/// The time limit of a run.
const LIMIT: Duration = Duration::from_secs(600);
/// The number of uploads that are written at a time.
const CONCURRENT: usize = 8;

/// The figures of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) jobs_per_second: f64,
    /// The share of the time that each worker spends with rendering.
    pub(crate) rendering: f64,
    /// The processor time of the workers without their child processes, per upload.
    pub(crate) cpu_ms: f64,
    /// The peak memory of a worker without its child processes.
    pub(crate) worker_mib: f64,
    /// The peak memory of the largest child process.
    pub(crate) child_mib: f64,
}

/// An outcome in a manifest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) finished_at: OffsetDateTime,
    pub(crate) render_ms: f64,
}

impl Outcome {
    /// Reads the manifest of an upload.
    ///
    /// Errors if there is none, or the upload is not `ready`.
    pub(crate) async fn read(bed: &TestBed, key: &RawKey) -> anyhow::Result<Self> {
        let json = bed.raw.read(&key.manifest_key(), u64::MAX).await?;
        let json = json.with_context(|| format!("no manifest of {key}"))?;
        let manifest: Value = serde_json::from_slice(&json)?;
        ensure!(manifest["status"] == "ready", "{manifest}");
        let finished_at = manifest["finished_at"].as_str().context("no finished_at")?;
        Ok(Self {
            finished_at: OffsetDateTime::parse(finished_at, &Rfc3339)?,
            render_ms: manifest["render_ms"].as_f64().context("no render_ms")?,
        })
    }
}

/// Fills the queue, lets workers empty it, and returns their figures.
///
/// Errors if a worker does not start, or an upload does not become `ready` in time.
pub(crate) async fn run(
    bed: &TestBed,
    peer: &Peer,
    workers: usize,
    photos: &[Vec<u8>],
    uploads: usize,
) -> anyhow::Result<Run> {
    let keys = fill(bed, photos, uploads).await?;
    let mut running = Vec::new();
    for _ in 0..workers {
        running.push(peer.start(bed).await?);
    }
    bed.wait_until_idle(LIMIT).await?;
    let mut outcomes = Vec::new();
    for key in &keys {
        outcomes.push(Outcome::read(bed, key).await?);
    }
    // The first job of each worker includes its start.
    let (jobs, seconds, rendering) = steady(&mut outcomes, workers.max(photos.len()))?;
    let (cpu_seconds, worker_mib, child_mib) = resources(&running)?;
    Ok(Run {
        jobs_per_second: jobs as f64 / seconds,
        rendering: rendering / seconds / workers as f64,
        cpu_ms: cpu_seconds * 1000.0 / uploads as f64,
        worker_mib,
        child_mib,
    })
}

async fn fill(bed: &TestBed, photos: &[Vec<u8>], uploads: usize) -> anyhow::Result<Vec<RawKey>> {
    let keys = (0..uploads).map(|_| new_key());
    let keys = keys.collect::<anyhow::Result<Vec<_>>>()?;
    let uploads: Vec<_> = keys.iter().zip(photos.iter().cycle()).collect();
    for batch in uploads.chunks(CONCURRENT) {
        try_join_all(batch.iter().map(|(key, photo)| bed.put_raw(key, photo))).await?;
    }
    Ok(keys)
}

/// Returns the number of outcomes after the first `skipped`, the seconds between them, and the
/// seconds of rendering.
fn steady(outcomes: &mut [Outcome], skipped: usize) -> anyhow::Result<(usize, f64, f64)> {
    outcomes.sort_by_key(|outcome| outcome.finished_at);
    // A queue of fewer uploads is not steady, but can be measured.
    let skipped = skipped.min(outcomes.len() / 2).max(1);
    let (before, counted) = outcomes.split_at(skipped);
    let (Some(start), Some(end)) = (before.last(), counted.last()) else {
        anyhow::bail!("too few uploads to measure");
    };
    let seconds = (end.finished_at - start.finished_at).as_seconds_f64();
    ensure!(seconds > 0.0, "all uploads finished at the same time");
    let rendering: f64 = counted.iter().map(|outcome| outcome.render_ms).sum();
    Ok((counted.len(), seconds, rendering / 1000.0))
}

/// Returns the processor seconds of all workers, and the peaks of the largest worker and of the largest
/// child process in MiB.
fn resources(running: &[Running]) -> anyhow::Result<(f64, f64, f64)> {
    let (mut cpu, mut worker_mib, mut child_mib) = (0.0, 0.0_f64, 0.0_f64);
    for worker in running {
        let (own, children) = worker.stats()?;
        cpu += own.cpu.as_secs_f64();
        worker_mib = worker_mib.max(own.peak_memory_mib());
        let peaks = children.iter().map(|child| child.peak_memory_mib());
        child_mib = peaks.fold(child_mib, f64::max);
    }
    Ok((cpu, worker_mib, child_mib))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_jobs_do_not_count() {
        let outcome = |second: i64| Outcome {
            finished_at: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(second),
            render_ms: 500.0,
        };
        let mut outcomes = [9, 30, 10, 12, 11].map(outcome);
        assert_eq!(steady(&mut outcomes, 2).unwrap(), (3, 20.0, 1.5));
        assert!(steady(&mut outcomes[..1], 2).is_err());
        assert!(steady(&mut [7, 7].map(outcome), 1).is_err());
    }
}
