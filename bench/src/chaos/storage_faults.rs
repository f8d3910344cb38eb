//! An S3 that is slow, resets connections, trickles and returns errors.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

/// The timeouts of one download and one rendering, which bound the duration of a job.
const DOWNLOAD: Duration = Duration::from_secs(3);
const RENDER: Duration = Duration::from_secs(10);

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads, of twenty kinds in turn.
    pub uploads: usize,
    /// The seed of all random choices.
    pub seed: u64,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        uploads: 500,
        seed: 1,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        uploads: 12,
        seed: 3,
    };
}

fn faults() -> [Rule; 9] {
    let trickle = Fault::Trickle {
        bytes_per_second: 2,
    };
    [
        Rule::any(Fault::Latency(Duration::from_millis(20))),
        Rule::any(Fault::Latency(Duration::from_millis(500))).with_probability(0.05),
        Rule::any(Fault::Reset).with_probability(0.04),
        Rule::any(Fault::InternalError).with_probability(0.03),
        Rule::any(Fault::SlowDown).with_probability(0.03),
        Rule::any(Fault::Unavailable).with_probability(0.02),
        Rule::on("GetObject", Fault::Truncate { after: 700 }).with_probability(0.04),
        Rule::on("GetObject", trickle).with_probability(0.02),
        Rule::on("PutObject", Fault::LoseResponse).with_probability(0.03),
    ]
}

/// Shows that every upload still gets its expected outcome and nothing hangs.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        seed: size.seed,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    bed.s3.set_rules(faults());
    let settings = [
        ("DARKROOM_WORKER_DOWNLOAD_TIMEOUT", "3s"),
        ("DARKROOM_RENDER_TIMEOUT", "10s"),
        ("DARKROOM_WORKER_IN_FLIGHT", "8"),
    ];
    let _workers = bed.start_workers(2, &settings).await?;
    let start = Instant::now();
    let mut tally = UploadTally::default();
    tally
        .upload_many(&bed, &twenty_kinds()?, size.uploads)
        .await?;
    tally
        .wait_until_done(&bed, Duration::from_secs(600))
        .await?;
    let mut report = Report::default();
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("requests to S3", bed.s3.requests().len());
    report.figure("requests with a fault", bed.s3.count_faults());
    report.figure("redelivered messages", bed.receipts.redelivered());
    let most = DOWNLOAD + RENDER + Duration::from_secs(2);
    let longest = bed.receipts.longest().as_secs_f64();
    report.at_most("longest job, seconds", longest, most.as_secs_f64());
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
