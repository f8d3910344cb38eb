//! Many uploads on one worker.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Queue;
use darkroom_harness::{ProcessStats, TestBed, TestBedOptions};
use darkroom_testkit::wait;

use crate::report::Report;
use crate::test_image::numbered;
use crate::upload_tally::UploadTally;

/// The number of uploads between two readings of the worker's stats.
const BATCH: usize = 100;
const MAX_VISIBLE: u64 = 100;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of small uploads.
    pub uploads: usize,
    /// The number of uploads before the first reading.
    pub warm_up: usize,
    /// The maximum growth of the worker's memory: the slope of a straight line through all
    /// readings.
    pub max_mib_per_hour: f64,
}

impl Size {
    /// The full size. README.md lists its results. It has so many uploads because a fast machine
    /// processes 20,000 in two minutes. Over so short a time, a few pages of the allocator result
    /// in a slope of megabytes per hour.
    pub const FULL: Self = Self {
        uploads: 60_000,
        warm_up: 20_000,
        max_mib_per_hour: 1.0,
    };
    /// The size for `cargo test`. It is too short to measure a slope, but long enough to detect
    /// memory that grows with every upload.
    pub const SHORT: Self = Self {
        uploads: 300,
        warm_up: 100,
        max_mib_per_hour: 3600.0,
    };
}

/// Shows that memory and descriptors of a worker stay flat.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let worker = bed
        .start_worker(&[("DARKROOM_RENDER_PROCESSES", "2")])
        .await?;
    let images: anyhow::Result<Vec<_>> = (0..20).map(numbered).collect();
    let images = images?;
    let start = Instant::now();
    let mut tally = UploadTally::default();
    let mut readings: Vec<(Duration, ProcessStats)> = Vec::new();
    while tally.len() < size.uploads {
        tally.upload_many(&bed, &images, BATCH).await?;
        let room = async || {
            bed.events
                .depth()
                .await
                .is_ok_and(|depth| depth.visible < MAX_VISIBLE)
        };
        wait::until_async("a shorter queue", Duration::from_secs(120), room).await?;
        if tally.len() > size.warm_up {
            readings.push((start.elapsed(), ProcessStats::read(worker.pid())?));
        }
    }
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let took = start.elapsed();
    let mut report = Report::default();
    tally.verify(&bed, &mut report, 0).await?;
    report.expect("redelivered messages", bed.receipts.redelivered(), 0);
    report.figure(
        "uploads per second",
        tally.len() as u64 / took.as_secs().max(1),
    );
    let memory = readings.iter().map(|(_, stats)| stats.memory_kib);
    report.figure(
        "least memory, KiB",
        memory.clone().min().unwrap_or_default(),
    );
    report.figure("most memory, KiB", memory.max().unwrap_or_default());
    report.at_most(
        "memory slope after warm-up, MiB per hour",
        slope(&readings),
        size.max_mib_per_hour,
    );
    let descriptors: Vec<u64> = readings
        .iter()
        .filter_map(|(_, stats)| stats.descriptors)
        .collect();
    let half = descriptors.len() / 2;
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or_default();
    let (before, after) = (most(&descriptors[..half]), most(&descriptors[half..]));
    report.figure("most descriptors in the first half", before);
    report.at_most("most descriptors in the second half", after, before + 4);
    report.figure("duration, seconds", took.as_secs());
    Ok(report)
}

/// Returns the slope by least squares, in MiB per hour.
fn slope(readings: &[(Duration, ProcessStats)]) -> f64 {
    let points = readings
        .iter()
        .map(|(at, stats)| (at.as_secs_f64(), stats.memory_kib as f64));
    let count = readings.len().max(1) as f64;
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
