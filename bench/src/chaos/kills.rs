//! `kill -9` at random times while uploads arrive.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{TestBed, TestBedOptions};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads. They cycle through the twenty kinds of test file.
    pub uploads: usize,
    /// The number of workers at a time.
    pub workers: usize,
    /// The number of workers that are killed and replaced.
    pub kills: usize,
    /// The seed of all random choices.
    pub seed: u64,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        uploads: 1000,
        workers: 4,
        kills: 50,
        seed: 1,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        uploads: 40,
        workers: 2,
        kills: 3,
        seed: 1,
    };
}

/// Shows that every upload gets its expected outcome although workers are killed: nothing is lost,
/// nothing is half written, and there are no dead letters.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        visibility: Duration::from_secs(5),
        seed: size.seed,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    let kinds = twenty_kinds()?;
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut workers = bed.start_workers(size.workers, &[]).await?;
    let mut tally = UploadTally::default();
    let share = size.uploads.div_ceil(size.kills);
    for _ in 0..size.kills {
        let count = share.min(size.uploads - tally.len());
        tally.upload_many(&bed, &kinds, count).await?;
        tokio::time::sleep(Duration::from_millis(random.u64(20..500))).await;
        workers.swap_remove(random.usize(..workers.len())).kill()?;
        workers.push(bed.start_worker(&[]).await?);
    }
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure("workers", size.workers);
    report.figure("kills", size.kills);
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("redelivered messages", bed.receipts.redelivered());
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
