//! The death of a worker before and after every write, and before and after the deletion of the
//! message.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{TestBed, TestBedOptions};

use crate::report::Report;
use crate::test_image::{ExpectedOutcome, TestImage, twenty_kinds};
use crate::upload_tally::UploadTally;

/// The names of the kill points.
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
/// The time limit for a worker to reach its kill point.
const DEATH: Duration = Duration::from_secs(60);

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of deaths at each kill point.
    pub deaths: usize,
    /// The visibility timeout. It is longer than the time that all deaths at one kill point take.
    /// The messages of the dead workers therefore stay invisible, and each worker gets a new
    /// message. Otherwise the same message might kill five workers and become a dead letter.
    pub visibility: Duration,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        deaths: 20,
        visibility: Duration::from_secs(15),
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        deaths: 1,
        visibility: Duration::from_secs(3),
    };
}

/// Shows that another worker completes the uploads of a worker that has died at a kill point.
///
/// # Errors
/// If the scenario cannot be run. A release build has no kill points.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        visibility: size.visibility,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    let is_ready = |image: &TestImage| matches!(image.expected, ExpectedOutcome::Ready(_));
    let kinds: Vec<TestImage> = twenty_kinds()?.into_iter().filter(is_ready).collect();
    let start = Instant::now();
    let mut tally = UploadTally::default();
    for point in POINTS {
        for _ in 0..size.deaths {
            tally.upload_many(&bed, &kinds, 1).await?;
            let settings = [
                ("DARKROOM_TEST_KILL_AT", point),
                ("DARKROOM_WORKER_IN_FLIGHT", "1"),
            ];
            let mut worker = bed.spawn_worker(&settings)?;
            worker.wait_for_exit(DEATH).await?;
        }
        if size.deaths > 1 {
            survive(&bed, &tally).await?;
        }
    }
    survive(&bed, &tally).await?;
    let mut report = Report::default();
    report.figure("kill points", POINTS.len());
    report.figure("deaths", POINTS.len() * size.deaths);
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("redelivered messages", bed.receipts.redelivered());
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}

/// Runs a worker without a kill point until every upload is done.
async fn survive(bed: &TestBed, tally: &UploadTally) -> anyhow::Result<()> {
    let _survivor = bed.start_worker(&[]).await?;
    tally.wait_until_done(bed, Duration::from_secs(120)).await
}
