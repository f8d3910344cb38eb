//! Events of one key in every order.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, notification_body};

use darkroom_harness::{TestBed, TestBedOptions, new_key};

use crate::report::Report;
use crate::test_image::numbered;
use crate::upload_tally::UploadTally;

const VERSIONS: u32 = 5;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The distance between the orders that are run, out of the 120 orders in which five events can
    /// arrive. 1 runs all of them.
    pub step: usize,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self { step: 1 };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self { step: 24 };
}

/// Shows that the newest of five versions of a key wins, regardless of the order in which their
/// events arrive. One of the events is repeated at the end.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let start = Instant::now();
    let orders: Vec<Vec<u32>> = orders((1..=VERSIONS).collect())
        .into_iter()
        .step_by(size.step)
        .collect();
    let mut tally = UploadTally::default();
    let mut bodies = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let events = versions(&bed, &mut tally, u32::try_from(number)?).await?;
        let twice = order[number % order.len()];
        for version in order.iter().chain([&twice]) {
            bodies.push(events[*version as usize - 1].clone());
        }
    }
    // S3 has already sent events, in the order of the writes. The scenario sends its own events
    // instead.
    bed.drain_events().await?;
    bed.events.send(&bodies).await?;
    let _workers = bed.start_workers(2, &[]).await?;
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure("orders", orders.len());
    report.figure("events", bodies.len());
    tally.verify(&bed, &mut report, 0).await?;
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}

/// Writes all versions of a new key. Returns the event of each.
async fn versions(
    bed: &TestBed,
    tally: &mut UploadTally,
    number: u32,
) -> anyhow::Result<Vec<String>> {
    let key = new_key()?;
    let mut events = Vec::new();
    for version in 1..=VERSIONS {
        let image = numbered(number * VERSIONS + version)?;
        bed.put_raw(&key, &image.bytes).await?;
        let written = bed.raw.head(&key.to_string()).await?;
        events.push(notification_body(&ObjectEvent {
            size: Some(image.bytes.len() as u64),
            etag: written.map(|info| info.etag),
            ..ObjectEvent::created(bed.raw.name(), key.to_string())
        }));
        if version == VERSIONS {
            tally.add(key.clone(), image.expected);
        }
    }
    Ok(events)
}

fn orders(items: Vec<u32>) -> Vec<Vec<u32>> {
    if items.len() < 2 {
        return vec![items];
    }
    let mut all = Vec::new();
    for (index, first) in items.iter().enumerate() {
        let mut others = items.clone();
        others.remove(index);
        all.extend(
            orders(others)
                .into_iter()
                .map(|rest| [vec![*first], rest].concat()),
        );
    }
    all
}
