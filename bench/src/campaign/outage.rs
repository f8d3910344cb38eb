//! SQS gone, then forbidden.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Fault, Rule};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Gauge, Stand, StandOptions, Worker};

const RECOVERY: Duration = Duration::from_secs(30);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How long connections are reset, and then how long requests are forbidden.
    pub phase: Duration,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        phase: Duration::from_secs(60),
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        phase: Duration::from_secs(8),
    };
}

/// A worker without its queue asks seldom, does nothing else, and is back soon after.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let stand = Stand::start(program, &StandOptions::default()).await?;
    let worker = Worker::start(&stand, &[]).await?;
    let kinds = twenty_kinds()?;
    let mut ledger = Ledger::default();
    ledger.upload_many(&stand, &kinds, 5).await?;
    ledger.until_settled(&stand, RECOVERY).await?;
    let mut report = Report::default();
    for (name, fault) in [("down", Fault::Reset), ("forbidden", Fault::Forbidden)] {
        stand.sqs.set_rules([Rule::any(fault)]);
        let before = (
            stand.sqs.count("ReceiveMessage", ""),
            Gauge::of(worker.pid())?,
        );
        tokio::time::sleep(size.phase).await;
        let receives = stand.sqs.count("ReceiveMessage", "") - before.0;
        let a_minute = receives as f64 * 60.0 / size.phase.as_secs_f64();
        // The first pause is the shortest, so a short outage has more of them a minute.
        let most = if size.phase >= Size::FULL.phase {
            30.0
        } else {
            45.0
        };
        report.at_most(&format!("receives a minute, {name}"), a_minute, most);
        let cpu = Gauge::of(worker.pid())?.cpu.saturating_sub(before.1.cpu);
        let percent = cpu.as_secs_f64() * 100.0 / size.phase.as_secs_f64();
        report.at_most(&format!("CPU in percent, {name}"), percent, 5.0);
    }
    ledger.upload_many(&stand, &kinds, 5).await?;
    stand.sqs.clear_rules();
    let start = Instant::now();
    ledger.until_settled(&stand, RECOVERY * 3).await?;
    let recovery = start.elapsed().as_secs_f64();
    report.at_most("seconds to recovery", recovery, RECOVERY.as_secs_f64());
    ledger.verify(&stand, &mut report, 0).await?;
    Ok(report)
}
