//! Benchmarks of an issuer over HTTP.
//!
//! The issuer is a separate process, and only its resources are measured (Linux). The embedded
//! cloud runs in the load generator.

mod connection;
mod direct;
mod outcomes;
mod presign;
mod report;
mod waiting;

pub use report::{chart, to_json, to_markdown};

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use darkroom_harness::{TestBed, TestBedOptions};

/// A group of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Figure {
    /// Presigned URLs per second and core, and their latency at half of that load.
    Presign,
    /// 1,000 clients that wait for outcomes.
    Waiting,
    /// Outcomes of real uploads for 1, 100 and 1,000 clients: the time until they have them, and the requests
    /// to the store.
    Outcomes,
    /// 16 concurrent uploads of 10 MiB through the issuer.
    Direct,
}

/// The load of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    warm_up: Duration,
    run: Duration,
    clients: usize,
    /// The number of uploads that the clients wait for together.
    awaited: usize,
    /// The time from the start of the waiting clients to the first outcome.
    head_start: Duration,
    /// The number of concurrent direct uploads.
    uploads: usize,
    /// The number of photos that one client uploads one after another.
    photos: usize,
    /// The numbers of clients that upload one photo each, and wait at the same time.
    crowds: [usize; 2],
}

impl Size {
    /// The load for which the goals are defined.
    pub const FULL: Self = Self {
        warm_up: Duration::from_secs(2),
        run: Duration::from_secs(10),
        clients: 1000,
        awaited: 100,
        head_start: Duration::from_secs(5),
        uploads: 16,
        photos: 100,
        crowds: [100, 1000],
    };
    /// A small load, which only shows that everything can be measured.
    pub const SHORT: Self = Self {
        warm_up: Duration::from_millis(100),
        run: Duration::from_millis(500),
        clients: 20,
        awaited: 4,
        head_start: Duration::from_millis(100),
        uploads: 2,
        photos: 3,
        crowds: [2, 4],
    };
}

/// A measurement, and its goal if there is one.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// The name in JSON files.
    name: String,
    what: String,
    figure: f64,
    unit: &'static str,
    goal: Option<Goal>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Measured {
    /// Returns `true` if the goal is met, or there is none.
    pub fn holds(&self) -> bool {
        match self.goal {
            Some(Goal::AtLeast(goal)) => self.figure >= goal,
            Some(Goal::AtMost(goal)) => self.figure <= goal,
            None => true,
        }
    }

    /// Formats the measurement and its goal as a row of a table in Markdown.
    pub fn row(&self) -> String {
        let Self {
            what, figure, unit, ..
        } = self;
        let goal = match self.goal {
            Some(Goal::AtLeast(goal)) => format!("at least {goal} {unit}"),
            Some(Goal::AtMost(goal)) => format!("at most {goal} {unit}"),
            None => String::new(),
        };
        let result = match (self.goal, self.holds()) {
            (None, _) => "",
            (_, true) => "ok",
            (_, false) => "MISSED",
        };
        format!("| {what} | {figure:.1} {unit} | {goal} | {result} |")
    }
}

/// Starts an issuer and measures it.
///
/// # Errors
/// If the binary cannot be run, or the issuer responds with an unexpected status.
pub async fn measure(darkroom: &Path, figure: Figure, size: Size) -> anyhow::Result<Vec<Measured>> {
    let bed = TestBed::start(darkroom, &TestBedOptions::default()).await?;
    let issuer = bed.start_issuer(&[]).await?;
    match figure {
        Figure::Presign => presign::measure(&issuer, size).await,
        Figure::Waiting => waiting::measure(&bed, &issuer, size).await,
        Figure::Outcomes => outcomes::measure(&bed, size).await,
        Figure::Direct => direct::measure(&issuer, size).await,
    }
}
