//! `kill -9` at random while uploads of every kind come in.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Uploads of twenty kinds in turn.
    pub uploads: usize,
    /// Workers at once.
    pub workers: usize,
    /// How often one of them is killed and replaced.
    pub kills: usize,
    /// What chance follows.
    pub seed: u64,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        uploads: 1000,
        workers: 4,
        kills: 50,
        seed: 1,
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        uploads: 40,
        workers: 2,
        kills: 3,
        seed: 1,
    };
}

/// Every upload has its one right outcome, nothing is lost, nothing is half written, and no good
/// picture is among the dead letters.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        visibility: Duration::from_secs(5),
        seed: size.seed,
    };
    let stand = Stand::start(program, &options).await?;
    let kinds = twenty_kinds()?;
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut workers = Worker::start_many(&stand, size.workers, &[]).await?;
    let mut ledger = Ledger::default();
    let share = size.uploads.div_ceil(size.kills);
    for _ in 0..size.kills {
        let count = share.min(size.uploads - ledger.len());
        ledger.upload_many(&stand, &kinds, count).await?;
        tokio::time::sleep(Duration::from_millis(random.u64(20..500))).await;
        workers.swap_remove(random.usize(..workers.len())).kill()?;
        workers.push(Worker::start(&stand, &[]).await?);
    }
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure("workers", size.workers);
    report.figure("kills", size.kills);
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("messages received again", stand.receives.repeated());
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
