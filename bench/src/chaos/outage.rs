//! An SQS that resets connections, then refuses access.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{ProcessStats, TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

const RECOVERY: Duration = Duration::from_secs(30);

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The duration of each of the two phases.
    pub phase: Duration,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        phase: Duration::from_secs(60),
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        phase: Duration::from_secs(8),
    };
}

/// Shows that a worker that cannot reach its queue polls rarely, uses little processor time, and
/// recovers within 30 seconds.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let worker = bed.start_worker(&[]).await?;
    let kinds = twenty_kinds()?;
    let mut tally = UploadTally::default();
    tally.upload_many(&bed, &kinds, 5).await?;
    tally.wait_until_done(&bed, RECOVERY).await?;
    let mut report = Report::default();
    for (name, fault) in [("down", Fault::Reset), ("forbidden", Fault::Forbidden)] {
        bed.sqs.set_rules([Rule::any(fault)]);
        let before = (
            bed.sqs.count("ReceiveMessage", ""),
            ProcessStats::read(worker.pid())?,
        );
        tokio::time::sleep(size.phase).await;
        let receives = bed.sqs.count("ReceiveMessage", "") - before.0;
        let per_minute = receives as f64 * 60.0 / size.phase.as_secs_f64();
        // The backoff begins with short pauses, so a short phase has more polls per minute.
        let most = if size.phase >= Size::FULL.phase {
            30.0
        } else {
            45.0
        };
        report.at_most(&format!("polls per minute, {name}"), per_minute, most);
        let cpu = ProcessStats::read(worker.pid())?
            .cpu
            .saturating_sub(before.1.cpu);
        let percent = cpu.as_secs_f64() * 100.0 / size.phase.as_secs_f64();
        report.at_most(&format!("CPU, percent, {name}"), percent, 5.0);
    }
    tally.upload_many(&bed, &kinds, 5).await?;
    bed.sqs.clear_rules();
    let start = Instant::now();
    tally.wait_until_done(&bed, RECOVERY * 3).await?;
    let recovery = start.elapsed().as_secs_f64();
    report.at_most("recovery, seconds", recovery, RECOVERY.as_secs_f64());
    tally.verify(&bed, &mut report, 0).await?;
    Ok(report)
}
