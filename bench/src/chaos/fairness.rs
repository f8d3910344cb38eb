//! The latency of quiet owners while another owner has many uploads, some of them expensive.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use darkroom_contract::RawKey;
use darkroom_harness::{TestBed, TestBedOptions};
use darkroom_testkit::fixture::motion::pan;
use darkroom_testkit::fixture::{Jpeg, scene};
use tokio::time::sleep;

use crate::report::Report;
use crate::test_image::TestImage;
use crate::upload_tally::UploadTally;

/// The number of quiet owners, who take turns to upload.
const QUIET_OWNERS: u32 = 4;
/// The time between two uploads of quiet owners.
const INTERVAL: Duration = Duration::from_millis(100);
/// The time limit for all uploads.
const WITHIN: Duration = Duration::from_secs(900);
/// The goal is for a machine with two cores, and there is one render process for each core.
const SETTINGS: [(&str, &str); 1] = [("DARKROOM_RENDER_PROCESSES", "2")];

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of expensive uploads of the busy owner.
    pub expensive: u32,
    /// The number of ordinary uploads of the busy owner.
    pub ordinary: u32,
    /// The number of uploads of quiet owners in each of two phases: before the busy owner has sent
    /// its uploads, and after that.
    pub quiet: u32,
    /// The permitted growth of the p99 of quiet owners, in addition to a factor of two.
    pub allowance: Duration,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        expensive: 4,
        ordinary: 1000,
        quiet: 200,
        allowance: Duration::ZERO,
    };
    /// The size for `cargo test`. The latency allows for a busy machine.
    pub const SHORT: Self = Self {
        expensive: 2,
        ordinary: 150,
        quiet: 10,
        allowance: Duration::from_secs(3),
    };
}

/// The images of a run.
struct Images {
    expensive: TestImage,
    ordinary: TestImage,
}

/// The run so far.
struct Run {
    bed: TestBed,
    images: Images,
    tally: UploadTally,
}

/// Shows that the uploads of a busy owner hardly delay those of quiet owners, and that each upload
/// gets its outcome.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let mut run = Run {
        bed: TestBed::start(program, &TestBedOptions::default()).await?,
        images: Images {
            expensive: TestImage::new(pan(1080, 60).gif())?,
            ordinary: TestImage::new(Jpeg::new(&scene(1200, 900)).build())?,
        },
        tally: UploadTally::default(),
    };
    let _worker = run.bed.start_worker(&SETTINGS).await?;
    let start = Instant::now();
    // The first images start the render processes.
    run.latencies(2).await?;
    let alone = run.latencies(size.quiet).await?;
    let before = run.bed.receipts.total();
    let busy = run.upload_busy(size).await?;
    let beside = run.latencies(size.quiet).await?;
    run.tally.wait_until_done(&run.bed, WITHIN).await?;
    let mut report = Report::default();
    // How soon the busy owner's last upload has its outcome depends on the machine. Only uploads
    // that were sent before then compete with the busy owner.
    let busy_until = run.last_outcome(&busy).await?;
    let beside = beside.into_iter().filter(|it| it.sent_at < busy_until);
    let (alone, beside) = (Latencies::new(alone), Latencies::new(beside));
    alone.report("alone", &mut report);
    beside.report("beside a busy owner", &mut report);
    let enough = usize::try_from(size.quiet)? / 4;
    report.require(
        beside.count >= enough,
        "too few uploads of quiet owners were sent before the busy owner was done",
    );
    let growth = beside.p99.as_secs_f64() / alone.p99.as_secs_f64();
    report.figure("growth of the p99", format!("{growth:.2} x"));
    let most = alone.p99 * 2 + size.allowance;
    let (p99, most) = (beside.p99.as_millis(), most.as_millis());
    report.at_most("p99 beside a busy owner, ms", p99, most);
    let uploads = busy.len() + usize::try_from(size.quiet)?;
    let receipts = f64::from(run.bed.receipts.total() - before);
    let receipts = receipts / f64::from(u32::try_from(uploads)?);
    report.figure("receipts per upload", format!("{receipts:.2}"));
    run.tally.verify(&run.bed, &mut report, 0).await?;
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}

impl Run {
    async fn upload(&mut self, owner: &str, image: &TestImage) -> anyhow::Result<RawKey> {
        let key = RawKey::new("avatar".parse()?, owner.parse()?);
        self.bed.put_raw(&key, &image.bytes).await?;
        self.tally.add(key.clone(), image.expected.clone());
        Ok(key)
    }

    /// Sends all uploads of the busy owner.
    async fn upload_busy(&mut self, size: Size) -> anyhow::Result<Vec<RawKey>> {
        let (expensive, ordinary) = (self.images.expensive.clone(), self.images.ordinary.clone());
        let mut keys = Vec::new();
        for _ in 0..size.expensive {
            keys.push(self.upload("busy", &expensive).await?);
        }
        for _ in 0..size.ordinary {
            keys.push(self.upload("busy", &ordinary).await?);
        }
        Ok(keys)
    }

    /// Sends uploads of quiet owners at intervals, and waits for their outcomes.
    async fn latencies(&mut self, count: u32) -> anyhow::Result<Vec<Latency>> {
        let image = self.images.ordinary.clone();
        let mut uploads = Vec::new();
        for number in 0..count {
            sleep(INTERVAL).await;
            let owner = format!("quiet-{}", number % QUIET_OWNERS);
            let sent_at = SystemTime::now();
            uploads.push((self.upload(&owner, &image).await?, sent_at));
        }
        let mut latencies = Vec::new();
        for (key, sent_at) in uploads {
            let finished_at = SystemTime::from(self.bed.outcome(&key).await?.finished_at);
            latencies.push(Latency {
                sent_at,
                elapsed: finished_at.duration_since(sent_at).unwrap_or_default(),
            });
        }
        Ok(latencies)
    }

    /// Returns the time of the last outcome of these uploads.
    async fn last_outcome(&self, keys: &[RawKey]) -> anyhow::Result<SystemTime> {
        let mut last = SystemTime::UNIX_EPOCH;
        for key in keys {
            let manifest = self.bed.manifest(key).await?.context("no outcome")?;
            last = last.max(manifest.finished_at.into());
        }
        Ok(last)
    }
}

/// The time from an upload to its outcome.
struct Latency {
    sent_at: SystemTime,
    elapsed: Duration,
}

/// The latencies of one phase.
struct Latencies {
    count: usize,
    p50: Duration,
    p99: Duration,
}

impl Latencies {
    fn new(latencies: impl IntoIterator<Item = Latency>) -> Self {
        let mut latencies: Vec<_> = latencies.into_iter().map(|it| it.elapsed).collect();
        latencies.sort_unstable();
        let at = |share: usize| latencies.get(latencies.len() * share / 100).copied();
        Self {
            count: latencies.len(),
            p50: at(50).unwrap_or_default(),
            p99: at(99).unwrap_or_default(),
        }
    }

    fn report(&self, phase: &str, report: &mut Report) {
        let (p50, p99) = (self.p50.as_millis(), self.p99.as_millis());
        report.figure(
            &format!("{phase}: p50 and p99, ms"),
            format!("{p50}, {p99}"),
        );
        report.figure(&format!("{phase}: uploads of quiet owners"), self.count);
    }
}
