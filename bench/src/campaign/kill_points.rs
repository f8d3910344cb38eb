//! Death at every boundary of what is written.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::picture::{Expected, Picture, twenty_kinds};
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

/// By their names in `crates/worker/src/kill_point.rs`.
const POINTS: [&str; 8] = [
    "before_variant_original",
    "after_variant_original",
    "before_variant_thumb",
    "after_variant_thumb",
    "before_manifest",
    "after_manifest",
    "before_delete",
    "after_delete",
];
/// A worker dies of the first message that gets there.
const DEATH: Duration = Duration::from_secs(60);

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Deaths at each point.
    pub deaths: usize,
    /// Longer than those deaths take, so that each meets a message that none has met before: one
    /// that ends five workers goes to the dead letters, as it should.
    pub visibility: Duration,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        deaths: 20,
        visibility: Duration::from_secs(15),
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        deaths: 1,
        visibility: Duration::from_secs(3),
    };
}

/// Whenever a worker dies, another one brings its uploads to their one right outcome.
///
/// # Errors
/// If the campaign itself could not be run: for one with a release build, which has no such points.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        visibility: size.visibility,
        seed: 1,
    };
    let stand = Stand::start(program, &options).await?;
    let is_ready = |picture: &Picture| matches!(picture.expected, Expected::Ready(_));
    let kinds: Vec<Picture> = twenty_kinds()?.into_iter().filter(is_ready).collect();
    let start = Instant::now();
    let mut ledger = Ledger::default();
    for point in POINTS {
        for _ in 0..size.deaths {
            ledger.upload_many(&stand, &kinds, 1).await?;
            let settings = [
                ("DARKROOM_TEST_KILL_AT", point),
                ("DARKROOM_WORKER_IN_FLIGHT", "1"),
            ];
            let mut worker = Worker::spawn(&stand, &settings)?;
            worker.until_dead(DEATH).await?;
        }
        if size.deaths > 1 {
            survive(&stand, &ledger).await?;
        }
    }
    survive(&stand, &ledger).await?;
    let mut report = Report::default();
    report.figure("kill points", POINTS.len());
    report.figure("deaths", POINTS.len() * size.deaths);
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("messages received again", stand.receives.repeated());
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}

/// A worker that nothing ends takes up what the others have left.
async fn survive(stand: &Stand, ledger: &Ledger) -> anyhow::Result<()> {
    let _survivor = Worker::start(stand, &[]).await?;
    ledger.until_settled(stand, Duration::from_secs(120)).await
}
