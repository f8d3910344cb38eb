//! `goals`: measures all figures that have a goal, and prints them in one table.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use darkroom_bench_quality::goals::{Figures, GoalReport, Programs};

/// Measures all figures that have a goal. Runs `peers`, `encoder`, `darkroom-bench-pipeline` and
/// `darkroom-bench-issuer`, which must be built with --release.
#[derive(Debug, Parser)]
#[command(name = "goals")]
struct Arguments {
    /// The folder with `darkroom` and its benchmarks. The default is target/release of this
    /// repository.
    #[arg(long, value_name = "FOLDER")]
    release: Option<PathBuf>,
    /// The number of runs. Each figure is the median.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Runs the short form of each program, which only shows that everything can be measured.
    #[arg(long)]
    short: bool,
    /// Also measures a release build from nothing, which takes minutes.
    #[arg(long)]
    build: bool,
    /// Writes the report as JSON, after each program.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let programs = Programs::new(arguments.release, arguments.short, arguments.runs)?;
    // What was measured is kept if a later program is interrupted.
    let write_json = |figures: &Figures| match &arguments.json {
        Some(path) => GoalReport::new(figures).write_json(path),
        None => Ok(()),
    };
    let mut figures = programs.run(|name, figures| {
        progress(name);
        write_json(figures)
    })?;
    if arguments.build {
        progress("release build");
        write_json(&figures)?;
        figures.measure_build()?;
    }
    write_json(&figures)?;
    let table = GoalReport::new(&figures).to_markdown();
    write!(io::stdout(), "{table}")?;
    Ok(())
}

fn progress(name: &str) {
    // Without a terminal or a file to write to, only the progress is lost.
    let _ = writeln!(io::stderr(), "measuring: {name}");
}
