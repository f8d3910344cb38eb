//! SIGTERM under load.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Queue;
use darkroom_harness::{TestBed, TestBedOptions};

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

const GRACE: Duration = Duration::from_secs(5);

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of workers that receive SIGTERM.
    pub terminations: usize,
    /// The seed of all random choices.
    pub seed: u64,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        terminations: 100,
        seed: 1,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        terminations: 3,
        seed: 1,
    };
}

/// Shows that after SIGTERM a worker exits within its grace period plus one second, and leaves no
/// message invisible.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        visibility: Duration::from_secs(60),
        seed: size.seed,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    let kinds = twenty_kinds()?;
    let settings = [
        ("DARKROOM_WORKER_DRAIN_GRACE", "5s"),
        ("DARKROOM_WORKER_IN_FLIGHT", "6"),
    ];
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut tally = UploadTally::default();
    let (mut slowest, mut invisible, mut badly) = (Duration::ZERO, 0, 0);
    for _ in 0..size.terminations {
        let visible = bed.events.depth().await?.visible;
        let missing = usize::try_from(40_u64.saturating_sub(visible))?;
        tally.upload_many(&bed, &kinds, missing).await?;
        let mut worker = bed.start_worker(&settings).await?;
        tokio::time::sleep(Duration::from_millis(random.u64(0..600))).await;
        let (took, well) = worker.terminate(GRACE * 4).await?;
        slowest = slowest.max(took);
        badly += usize::from(!well);
        invisible += bed.events.depth().await?.in_flight;
    }
    let _last = bed.start_worker(&[]).await?;
    tally
        .wait_until_done(&bed, Duration::from_secs(120))
        .await?;
    let mut report = Report::default();
    report.figure("terminations", size.terminations);
    let most = (GRACE + Duration::from_secs(1)).as_secs_f64();
    report.at_most("slowest exit, seconds", slowest.as_secs_f64(), most);
    report.expect("exits with an error", badly, 0);
    report.expect("messages left invisible", invisible, 0);
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("redelivered messages", bed.receipts.redelivered());
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
