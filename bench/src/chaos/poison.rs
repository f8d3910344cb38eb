//! Messages that cannot be understood, among good ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_cloud::Queue;
use darkroom_harness::{TestBed, TestBedOptions};
use darkroom_testkit::wait;

use crate::report::Report;
use crate::test_image::twenty_kinds;
use crate::upload_tally::UploadTally;

const POISON: [&str; 10] = [
    "",
    "not json",
    "{",
    "[]",
    "null",
    r#"{"Records":"none"}"#,
    r#"{"Records":[{}]}"#,
    r#"{"Records":[{"eventVersion":"9.0","eventSource":"aws:s3"}]}"#,
    r#"{"Type":"Notification","Message":"not json either"}"#,
    r#"{"detail-type":"Object Created","source":"aws.s3","detail":{}}"#,
];

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads, of twenty kinds in turn.
    pub good: usize,
    /// The number of messages that cannot be understood.
    pub poison: usize,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        good: 950,
        poison: 50,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        good: 20,
        poison: 10,
    };
}

/// Shows that messages that cannot be understood become dead letters with a reason, and do not
/// affect good messages.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let kinds = twenty_kinds()?;
    let start = Instant::now();
    let mut tally = UploadTally::default();
    let share = size.good / size.poison;
    // Each body ends with one more space than the previous body, so that no two bodies are equal,
    // and none is empty. SQS does not accept empty messages.
    for number in 0..size.poison {
        let body = format!(
            "{}{}",
            POISON[number % POISON.len()],
            " ".repeat(number + 1)
        );
        bed.events.send(&[body]).await?;
        tally.upload_many(&bed, &kinds, share).await?;
    }
    tally
        .upload_many(&bed, &kinds, size.good - tally.len())
        .await?;
    let _workers = bed.start_workers(2, &[]).await?;
    tally
        .wait_until_done(&bed, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    let depth = async || match bed.dead_letters.depth().await {
        Ok(depth) => depth.visible >= size.poison as u64,
        Err(_) => false,
    };
    wait::until_async("the dead letters", Duration::from_secs(60), depth).await?;
    tally.verify(&bed, &mut report, size.poison as u64).await?;
    let dead_letters = bed.receive_dead_letters(size.poison, Duration::from_secs(60));
    let has_reason = |attributes: &BTreeMap<String, String>| {
        attributes
            .get("darkroom-reason")
            .is_some_and(|reason| !reason.is_empty())
    };
    let dead_letters = dead_letters.await?;
    let with_reason = dead_letters.iter().filter(|it| has_reason(&it.attributes));
    report.expect(
        "dead letters with a reason",
        with_reason.count(),
        size.poison,
    );
    check_receipts(&bed, &mut report);
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}

fn check_receipts(bed: &TestBed, report: &mut Report) {
    let messages = bed.receipts.messages();
    let (good, poison): (Vec<_>, Vec<_>) = messages
        .iter()
        .partition(|message| message.body.contains("raw/avatar/"));
    let redelivered = good.iter().filter(|message| message.count > 1);
    report.expect("redelivered good messages", redelivered.count(), 0);
    let most = poison.iter().map(|message| message.count).max();
    let most = most.unwrap_or_default();
    report.at_most("most receipts of a poison message", most, 1);
}
