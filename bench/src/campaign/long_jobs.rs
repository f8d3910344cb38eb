//! Work that takes far longer than a message stays hidden.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Bucket;
use darkroom_testkit::fault::{Fault, Rule};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

const VISIBILITY: Duration = Duration::from_secs(3);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many times the visibility a job takes.
    pub times: u32,
    /// Jobs, all at once.
    pub jobs: usize,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self { times: 5, jobs: 8 };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self { times: 2, jobs: 2 };
}

/// Each message is received exactly once.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        visibility: VISIBILITY,
        seed: 1,
    };
    let stand = Stand::start(program, &options).await?;
    let job = VISIBILITY * size.times;
    let slow = Rule::on("GetObject", Fault::Latency(job)).with_path(stand.raw.name());
    stand.s3.set_rules([slow]);
    let _workers = Worker::start_many(&stand, 2, &[("DARKROOM_WORKER_IN_FLIGHT", "8")]).await?;
    let start = Instant::now();
    let mut ledger = Ledger::default();
    ledger
        .upload_many(&stand, &twenty_kinds()?, size.jobs)
        .await?;
    ledger
        .until_settled(&stand, job * 3 + Duration::from_secs(30))
        .await?;
    let mut report = Report::default();
    report.figure("seconds of visibility", VISIBILITY.as_secs());
    report.figure("seconds a job takes, at least", job.as_secs());
    let total = stand.receives.total();
    report.expect("receives", total as usize, size.jobs);
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
