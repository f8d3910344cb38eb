//! An S3 that is slow, breaks off, trickles and refuses.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Fault, Rule};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

/// Of one download and one rendering, the longest that one job may be at.
const DOWNLOAD: Duration = Duration::from_secs(3);
const RENDER: Duration = Duration::from_secs(10);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Uploads of twenty kinds in turn.
    pub uploads: usize,
    /// What chance follows.
    pub seed: u64,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        uploads: 500,
        seed: 1,
    };
    /// What `cargo test` runs.
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

/// Every upload has its one right outcome all the same, and nothing hangs.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        seed: size.seed,
        ..StandOptions::default()
    };
    let stand = Stand::start(program, &options).await?;
    stand.s3.set_rules(faults());
    let settings = [
        ("DARKROOM_WORKER_DOWNLOAD_TIMEOUT", "3s"),
        ("DARKROOM_RENDER_TIMEOUT", "10s"),
        ("DARKROOM_WORKER_IN_FLIGHT", "8"),
    ];
    let _workers = Worker::start_many(&stand, 2, &settings).await?;
    let start = Instant::now();
    let mut ledger = Ledger::default();
    ledger
        .upload_many(&stand, &twenty_kinds()?, size.uploads)
        .await?;
    ledger
        .until_settled(&stand, Duration::from_secs(600))
        .await?;
    let mut report = Report::default();
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("requests to S3", stand.s3.requests().len());
    report.figure("of them with a fault", stand.s3.count_faults());
    report.figure("messages received again", stand.receives.repeated());
    let most = DOWNLOAD + RENDER + Duration::from_secs(2);
    let longest = stand.receives.longest_hold().as_secs_f64();
    report.at_most("seconds of the longest job", longest, most.as_secs_f64());
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
