//! `darkroom-bench-issuer`: what an issuer can do, measured over its own HTTP.
//!
//! It starts the embedded cloud and an issuer of its own as processes, and counts only what the
//! issuer's process uses, as the kernel tells it (Linux).

mod connection;
mod direct;
mod presign;
mod stand;
mod usage;
mod waiting;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::stand::Stand;

/// Measures the issuer. Exits with 1 where a goal is missed.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure; all of it where nothing is named.
    what: Vec<Figure>,
    /// The `darkroom` binary, built with --release.
    #[arg(long, value_name = "FILE", default_value = "target/release/darkroom")]
    darkroom: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Figure {
    /// Presigned URLs a second and core, and how long one takes at half of that load.
    Presign,
    /// 1,000 clients that wait for outcomes.
    Waiting,
    /// 16 uploads of 10 MiB through the issuer at once.
    Direct,
}

/// A figure beside its goal.
struct Measured {
    what: String,
    figure: f64,
    unit: &'static str,
    goal: Goal,
}

#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Measured {
    fn holds(&self) -> bool {
        match self.goal {
            Goal::AtLeast(goal) => self.figure >= goal,
            Goal::AtMost(goal) => self.figure <= goal,
        }
    }

    fn line(&self) -> String {
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

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let all = [Figure::Presign, Figure::Waiting, Figure::Direct];
    let wanted = if arguments.what.is_empty() {
        all.to_vec()
    } else {
        arguments.what
    };
    let mut holds = true;
    for figure in wanted {
        let stand = Stand::start(&arguments.darkroom).await?;
        let measured = match figure {
            Figure::Presign => presign::measure(&stand).await?,
            Figure::Waiting => waiting::measure(&stand).await?,
            Figure::Direct => direct::measure(&stand).await?,
        };
        for one in measured {
            holds &= one.holds();
            writeln!(io::stdout(), "{}", one.line())?;
        }
    }
    Ok(ExitCode::from(u8::from(!holds)))
}
