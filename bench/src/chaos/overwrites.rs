//! Objects that are replaced before or during their processing.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_harness::{TestBed, TestBedOptions, new_key};
use darkroom_testkit::fault::{Fault, Rule};

use crate::report::Report;
use crate::test_image::numbered;
use crate::upload_tally::UploadTally;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of replaced objects: half of them before a worker starts, half while it runs.
    pub overwrites: u32,
    /// The seed of all random choices.
    pub seed: u64,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        overwrites: 200,
        seed: 1,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        overwrites: 12,
        seed: 1,
    };
}

/// Shows that each manifest names the newest object, and that the variants are rendered from that
/// object.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = TestBedOptions {
        seed: size.seed,
        ..TestBedOptions::default()
    };
    let bed = TestBed::start(program, &options).await?;
    let slow = |ms| Rule::any(Fault::Latency(Duration::from_millis(ms)));
    bed.s3.set_rules([slow(10), slow(60).with_probability(0.3)]);
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut tally = UploadTally::default();
    let mut workers = Vec::new();
    for number in 0..size.overwrites {
        if number == size.overwrites / 2 {
            workers = bed.start_workers(2, &[]).await?;
        }
        let (first, second) = (numbered(number * 2)?, numbered(number * 2 + 1)?);
        let key = new_key()?;
        bed.put_raw(&key, &first.bytes).await?;
        if !workers.is_empty() {
            tokio::time::sleep(Duration::from_millis(random.u64(0..250))).await;
        }
        bed.put_raw(&key, &second.bytes).await?;
        tally.add(key, second.expected);
    }
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure(
        "objects replaced before their processing",
        size.overwrites / 2,
    );
    report.figure(
        "objects replaced during their processing",
        size.overwrites.div_ceil(2),
    );
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}
