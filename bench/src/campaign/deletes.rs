//! Messages that SQS does not delete when it is first told to.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Fault, Rule};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Uploads of twenty kinds in turn.
    pub uploads: usize,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self { uploads: 500 };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self { uploads: 30 };
}

/// With 3 of every 10 deletes refused, all messages are gone after one retry, and none was worked
/// on twice.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let stand = Stand::start(program, &StandOptions::default()).await?;
    let refuse = Fault::FailEntries { of_ten: 3 };
    stand
        .sqs
        .set_rules([Rule::on("DeleteMessageBatch", refuse)]);
    let _worker = Worker::start(&stand, &[]).await?;
    let start = Instant::now();
    let mut ledger = Ledger::default();
    ledger
        .upload_many(&stand, &twenty_kinds()?, size.uploads)
        .await?;
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    ledger.verify(&stand, &mut report, 0).await?;
    let refused = stand.sqs.count_failed_entries();
    report.require(
        refused >= size.uploads / 4,
        format!("only {refused} deletes were refused"),
    );
    report.figure("deletes refused once", refused);
    report.expect("messages received again", stand.receives.repeated(), 0);
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
