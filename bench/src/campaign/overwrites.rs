//! Objects that are replaced between their event and the worker's look at them.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Fault, Rule};

use crate::ledger::{Ledger, new_key, put};
use crate::picture::numbered;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Objects that are replaced: half before a worker has looked, half while it works.
    pub overwrites: u32,
    /// What chance follows.
    pub seed: u64,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        overwrites: 200,
        seed: 1,
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        overwrites: 12,
        seed: 1,
    };
}

/// What is there in the end was made of the object that the manifest names, and that is the newest.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let options = StandOptions {
        seed: size.seed,
        ..StandOptions::default()
    };
    let stand = Stand::start(program, &options).await?;
    let slow = |ms| Rule::any(Fault::Latency(Duration::from_millis(ms)));
    stand
        .s3
        .set_rules([slow(10), slow(60).with_probability(0.3)]);
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(size.seed);
    let mut ledger = Ledger::default();
    let mut workers = Vec::new();
    for number in 0..size.overwrites {
        if number == size.overwrites / 2 {
            workers = Worker::start_many(&stand, 2, &[]).await?;
        }
        let (first, second) = (numbered(number * 2)?, numbered(number * 2 + 1)?);
        let key = new_key()?;
        put(&stand, &key, &first.bytes).await?;
        if !workers.is_empty() {
            tokio::time::sleep(Duration::from_millis(random.u64(0..250))).await;
        }
        put(&stand, &key, &second.bytes).await?;
        ledger.note(key, second.expected);
    }
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure("objects replaced before a look", size.overwrites / 2);
    report.figure("objects replaced at work", size.overwrites.div_ceil(2));
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
