//! Messages that nobody will ever understand, among good ones.

use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_testkit::wait;

use crate::ledger::Ledger;
use crate::picture::twenty_kinds;
use crate::report::Report;
use crate::stand::{Stand, StandOptions, Worker};

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

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Uploads of twenty kinds in turn.
    pub good: usize,
    /// Messages that are none.
    pub poison: usize,
}

impl Size {
    /// What issue and README promise.
    pub const FULL: Self = Self {
        good: 950,
        poison: 50,
    };
    /// What `cargo test` runs.
    pub const SHORT: Self = Self {
        good: 20,
        poison: 10,
    };
}

/// The good ones are done as if there were no others, and each of the others lies among the dead
/// letters with its reason.
///
/// # Errors
/// If the campaign itself could not be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let stand = Stand::start(program, &StandOptions::default()).await?;
    let kinds = twenty_kinds()?;
    let start = Instant::now();
    let mut ledger = Ledger::default();
    let share = size.good / size.poison;
    // A space more each time, so that no two are the same. SQS takes no empty message.
    for number in 0..size.poison {
        let body = format!(
            "{}{}",
            POISON[number % POISON.len()],
            " ".repeat(number + 1)
        );
        stand.events.send(&[body]).await?;
        ledger.upload_many(&stand, &kinds, share).await?;
    }
    ledger
        .upload_many(&stand, &kinds, size.good - ledger.len())
        .await?;
    let _workers = Worker::start_many(&stand, 2, &[]).await?;
    ledger
        .until_settled(&stand, Duration::from_secs(300))
        .await?;
    let mut report = Report::default();
    let poison = size.poison as u64;
    let all_buried = async || {
        stand
            .dead_letters
            .depth()
            .await
            .is_ok_and(|depth| depth.visible >= poison)
    };
    wait::until_async("the dead letters", Duration::from_secs(60), all_buried).await?;
    ledger.verify(&stand, &mut report, poison).await?;
    let letters = stand.dead_letters.take_all().await?;
    let explained = letters.iter().filter(|(_, said)| {
        said.get("darkroom-reason")
            .is_some_and(|reason| !reason.is_empty())
    });
    report.expect("dead letters with a reason", explained.count(), size.poison);
    let good = |body: &str| body.contains("raw/avatar/");
    let received = stand.receives.all();
    let twice = received
        .iter()
        .filter(|one| good(&one.body) && one.times > 1);
    report.expect("good messages received twice", twice.count(), 0);
    let worked = received
        .iter()
        .filter(|one| !good(&one.body))
        .map(|one| one.times)
        .max();
    report.at_most(
        "most receives of a poison message",
        worked.unwrap_or_default(),
        1,
    );
    report.figure("seconds", start.elapsed().as_secs());
    Ok(report)
}
