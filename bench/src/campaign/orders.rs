//! Events of one key in every order.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Bucket;
use darkroom_contract::{ObjectEvent, notification_body};

use crate::ledger::{Ledger, new_key, put};
use crate::picture::numbered;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

const VERSIONS: u32 = 5;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Of the 120 orders, every so many.
    pub step: usize,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self { step: 1 };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self { step: 24 };
}

/// However the events of five versions of a key arrive, some of them twice, the newest version is
/// what there is in the end.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let stand = Stand::start(program, &StandOptions::default()).await?;
    let start = Instant::now();
    let orders: Vec<Vec<u32>> = orders((1..=VERSIONS).collect())
        .into_iter()
        .step_by(size.step)
        .collect();
    let mut ledger = Ledger::default();
    let mut bodies = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let events = versions(&stand, &mut ledger, u32::try_from(number)?).await?;
        let twice = order[number % order.len()];
        for version in order.iter().chain([&twice]) {
            bodies.push(events[*version as usize - 1].clone());
        }
    }
    // S3 has told of all this in its own order.
    stand.events.purge().await?;
    stand.events.send(&bodies).await?;
    let _workers = Worker::start_many(&stand, 2, &[]).await?;
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    report.figure("orders", orders.len());
    report.figure("events", bodies.len());
    ledger.verify(&stand, &mut report, 0).await?;
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}

/// Writes all versions of a new key; gives the event of each.
async fn versions(stand: &Stand, ledger: &mut Ledger, number: u32) -> anyhow::Result<Vec<String>> {
    let key = new_key()?;
    let mut events = Vec::new();
    for version in 1..=VERSIONS {
        let picture = numbered(number * VERSIONS + version)?;
        put(stand, &key, &picture.bytes).await?;
        let written = stand.raw.head(&key.to_string()).await?;
        events.push(notification_body(&ObjectEvent {
            size: Some(picture.bytes.len() as u64),
            etag: written.map(|info| info.etag),
            ..ObjectEvent::created(stand.raw.name(), key.to_string())
        }));
        if version == VERSIONS {
            ledger.note(key.clone(), picture.expected);
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
