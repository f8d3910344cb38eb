//! Deletes that SQS refuses at first.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads, of twenty kinds in turn.
    pub uploads: usize,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self { uploads: 500 };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self { uploads: 30 };
}

/// Shows that if SQS refuses 3 of every 10 deletes, all messages are deleted after one retry, and
/// none is processed twice.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let refuse = Fault::FailEntries { of_ten: 3 };
    bed.sqs.set_rules([Rule::on("DeleteMessageBatch", refuse)]);
    let _worker = bed.start_worker(&[]).await?;
    let start = Instant::now();
    let mut tally = UploadTally::default();
    tally
        .upload_many(&bed, &twenty_kinds()?, size.uploads)
        .await?;
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    tally.verify(&bed, &mut report, 0).await?;
    let refused = bed.sqs.count_failed_entries();
    report.require(
        refused >= size.uploads / 4,
        format!("only {refused} deletes were refused"),
    );
    report.figure("refused deletes", refused);
    report.expect("redelivered messages", bed.receipts.redelivered(), 0);
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
