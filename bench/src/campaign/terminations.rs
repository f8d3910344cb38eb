//! SIGTERM under load.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

const GRACE: Duration = Duration::from_secs(5);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How often a worker is told to stop.
    pub terminations: usize,
    /// What chance follows.
    pub seed: u64,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        terminations: 100,
        seed: 1,
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        terminations: 3,
        seed: 1,
    };
}

/// A worker that is told to stop exits within its grace and a second, and leaves no message hidden
/// from the others.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        visibility: Duration::from_secs(60),
        seed: size.seed,
    };
    let stand = Stand::start(program, &options).await?;
    let kinds = twenty_kinds()?;
    let settings = [
        ("DARKROOM_WORKER_DRAIN_GRACE", "5s"),
        ("DARKROOM_WORKER_IN_FLIGHT", "6"),
    ];
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut ledger = Ledger::default();
    let (mut slowest, mut hidden, mut badly) = (Duration::ZERO, 0, 0);
    for _ in 0..size.terminations {
        let visible = stand.events.depth().await?.visible;
        let missing = usize::try_from(40_u64.saturating_sub(visible))?;
        ledger.upload_many(&stand, &kinds, missing).await?;
        let mut worker = Worker::start(&stand, &settings).await?;
        tokio::time::sleep(Duration::from_millis(random.u64(0..600))).await;
        let (took, well) = worker.terminate(GRACE * 4).await?;
        slowest = slowest.max(took);
        badly += usize::from(!well);
        hidden += stand.events.depth().await?.invisible;
    }
    let _last = Worker::start(&stand, &[]).await?;
    ledger
        .until_settled(&stand, Duration::from_secs(120))
        .await?;
    let mut report = Report::default();
    report.figure("terminations", size.terminations);
    let most = (GRACE + Duration::from_secs(1)).as_secs_f64();
    report.at_most("seconds to the slowest exit", slowest.as_secs_f64(), most);
    report.expect("exits with an error", badly, 0);
    report.expect("messages left invisible", hidden, 0);
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("messages received again", stand.receives.repeated());
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
