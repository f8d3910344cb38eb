//! What an issuer can do, measured over its own HTTP.
//!
//! The embedded cloud and an issuer are started as processes, and only what the issuer's process
//! uses is counted, as the kernel tells it (Linux).

mod connection;
mod direct;
mod presign;
mod stand;
mod usage;
mod waiting;

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;

use crate::stand::Stand;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Figure {
    /// Presigned URLs a second and core, and how long one takes at half of that load.
    Presign,
    /// 1,000 clients that wait for outcomes.
    Waiting,
    /// 16 uploads of 10 MiB through the issuer at once.
    Direct,
}

/// How much load an issuer is put under.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    warm_up: Duration,
    run: Duration,
    clients: usize,
    /// Uploads that the clients share.
    awaited: usize,
    head_start: Duration,
    uploads: usize,
}

impl Size {
    /// What the goals are for.
    pub const FULL: Self = Self {
        warm_up: Duration::from_secs(2),
        run: Duration::from_secs(10),
        clients: 1000,
        awaited: 100,
        head_start: Duration::from_secs(5),
        uploads: 16,
    };
    /// As much as shows that everything can still be measured.
    pub const SHORT: Self = Self {
        warm_up: Duration::from_millis(100),
        run: Duration::from_millis(500),
        clients: 20,
        awaited: 4,
        head_start: Duration::from_millis(100),
        uploads: 2,
    };
}

/// A figure beside its goal.
#[derive(Debug)]
pub struct Measured {
    what: String,
    figure: f64,
    unit: &'static str,
    goal: Goal,
}

#[derive(Debug, Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Measured {
    /// Whether the goal is met.
    pub fn holds(&self) -> bool {
        match self.goal {
            Goal::AtLeast(goal) => self.figure >= goal,
            Goal::AtMost(goal) => self.figure <= goal,
        }
    }

    /// Figure and goal, for a person.
    pub fn line(&self) -> String {
        let (bound, goal) = match self.goal {
            Goal::AtLeast(goal) => ("at least", goal),
            Goal::AtMost(goal) => ("at most", goal),
        };
        let verdict = if self.holds() { "ok" } else { "MISSED" };
        let Self {
            what, figure, unit, ..
        } = self;
        format!("{what}: {figure:.1} {unit} (goal: {bound} {goal} {unit}) {verdict}")
    }
}

/// Measures an issuer of its own.
///
/// # Errors
/// If the binary cannot be run, or an issuer answers anything but what it should.
pub async fn measure(darkroom: &Path, figure: Figure, size: Size) -> anyhow::Result<Vec<Measured>> {
    let stand = Stand::start(darkroom).await?;
    match figure {
        Figure::Presign => presign::measure(&stand, size).await,
        Figure::Waiting => waiting::measure(&stand, size).await,
        Figure::Direct => direct::measure(&stand, size).await,
    }
}
