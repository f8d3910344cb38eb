//! Jobs that take much longer than the visibility timeout.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Bucket;
use darkroom_harness::{TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

const VISIBILITY: Duration = Duration::from_secs(3);

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The duration of a job, in visibility timeouts.
    pub times: u32,
    /// The number of jobs, all at the same time.
    pub jobs: usize,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self { times: 5, jobs: 8 };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self { times: 2, jobs: 2 };
}

/// Shows that each message is received exactly once, although its job exceeds the visibility
/// timeout.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        visibility: VISIBILITY,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    let job = VISIBILITY * size.times;
    let slow =
        Rule::on("GetObject", Fault::Latency(job)).with_path(format!("{}/raw/", bed.raw.name()));
    bed.s3.set_rules([slow]);
    let _workers = bed
        .start_workers(2, &[("DARKROOM_WORKER_IN_FLIGHT", "8")])
        .await?;
    let start = Instant::now();
    let mut tally = UploadTally::default();
    tally.upload_many(&bed, &twenty_kinds()?, size.jobs).await?;
    tally
        .wait_until_done(&bed, job * 3 + Duration::from_secs(30))
        .await?;
    let mut report = Report::default();
    report.figure("visibility timeout, seconds", VISIBILITY.as_secs());
    report.figure("least duration of a job, seconds", job.as_secs());
    let total = bed.receipts.total();
    report.expect("receipts", total as usize, size.jobs);
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
