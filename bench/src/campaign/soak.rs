//! Many uploads, one after the other, on the same worker.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::wait;

use crate::ledger::Ledger;
use crate::picture::numbered;
use crate::report::Report;
use crate::stand::{Gauge, Stand, StandOptions, Worker};

/// Uploads between two looks at the worker.
const BATCH: usize = 100;
const MOST_WAITING: u64 = 100;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Small uploads.
    pub uploads: usize,
    /// Those of them that warm the worker up.
    pub warm_up: usize,
    /// How much its memory may grow in an hour after that, as a straight line through all looks.
    pub max_mib_per_hour: f64,
}

impl Size {
    /// What README.md promises: 40,000 looked at. A fast machine is done with 20,000 in two minutes,
    /// in which a few pages of the allocator are a slope of megabytes an hour.
    pub const FULL: Self = Self {
        uploads: 60_000,
        warm_up: 20_000,
        max_mib_per_hour: 1.0,
    };
    /// What `cargo test` runs: too short for a slope, long enough for what grows with every upload.
    pub const SHORT: Self = Self {
        uploads: 300,
        warm_up: 100,
        max_mib_per_hour: 3600.0,
    };
}

/// The worker's memory and descriptors stay flat.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let stand = Stand::start(program, &StandOptions::default()).await?;
    let worker = Worker::start(&stand, &[("DARKROOM_RENDER_PROCESSES", "2")]).await?;
    let pictures: anyhow::Result<Vec<_>> = (0..20).map(numbered).collect();
    let pictures = pictures?;
    let start = Instant::now();
    let mut ledger = Ledger::default();
    let mut looks: Vec<(Duration, Gauge)> = Vec::new();
    while ledger.len() < size.uploads {
        ledger.upload_many(&stand, &pictures, BATCH).await?;
        let room = async || {
            stand
                .events
                .depth()
                .await
                .is_ok_and(|depth| depth.visible < MOST_WAITING)
        };
        wait::until_async("room on the queue", Duration::from_secs(120), room).await?;
        if ledger.len() > size.warm_up {
            looks.push((start.elapsed(), Gauge::of(worker.pid())?));
        }
    }
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let took = start.elapsed();
    let mut report = Report::default();
    ledger.verify(&stand, &mut report, 0).await?;
    report.expect("messages received again", stand.receives.repeated(), 0);
    report.figure(
        "uploads a second",
        ledger.len() as u64 / took.as_secs().max(1),
    );
    let memory = looks.iter().map(|(_, gauge)| gauge.memory_kib);
    report.figure(
        "memory, KiB, least",
        memory.clone().min().unwrap_or_default(),
    );
    report.figure("memory, KiB, most", memory.max().unwrap_or_default());
    report.at_most(
        "MiB an hour after warm-up",
        slope(&looks),
        size.max_mib_per_hour,
    );
    let descriptors: Vec<u64> = looks
        .iter()
        .filter_map(|(_, gauge)| gauge.descriptors)
        .collect();
    let half = descriptors.len() / 2;
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or_default();
    let (before, after) = (most(&descriptors[..half]), most(&descriptors[half..]));
    report.figure("descriptors, most in the first half", before);
    report.at_most("descriptors, most in the second half", after, before + 4);
    report.figure("seconds", took.as_secs());
    Ok(report)
}

/// Least squares, in MiB an hour.
fn slope(looks: &[(Duration, Gauge)]) -> f64 {
    let points = looks
        .iter()
        .map(|(at, gauge)| (at.as_secs_f64(), gauge.memory_kib as f64));
    let count = looks.len().max(1) as f64;
    let (sum_x, sum_y) = points
        .clone()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (over, under) = points.fold((0.0, 0.0), |(over, under), (x, y)| {
        let away = x - mean_x;
        (over + away * (y - mean_y), under + away * away)
    });
    if under == 0.0 {
        0.0
    } else {
        over / under * 3600.0 / 1024.0
    }
}
