//! `render_cost`: the time and memory of rendering the most expensive images that a profile accepts;
//! see [`darkroom_bench::render_cost`].

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use darkroom_bench::render_cost::{Bounds, RenderCost, costly_sources, measure};
use darkroom_contract::Profiles;
use darkroom_render::RenderSettings;

/// Renders the most expensive images that a profile accepts, and prints their costs. Exits with 1 if
/// one of them exceeds a limit.
#[derive(Debug, Parser)]
struct Arguments {
    /// The default profiles to render with.
    #[arg(long, value_delimiter = ',', default_values = ["avatar", "photo"])]
    profile: Vec<String>,
    /// Divides the sides of every image.
    #[arg(long, default_value_t = 1)]
    divisor: u32,
    /// The factor by which the slowest core is slower than this one.
    #[arg(long, default_value_t = 2)]
    slowness: u32,
    /// Render only the images whose name contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// The `darkroom` binary.
    #[arg(long, value_name = "FILE", default_value = "target/release/darkroom")]
    darkroom: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let program = arguments.darkroom.canonicalize();
    let program = program.with_context(|| format!("no {}", arguments.darkroom.display()))?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (settings, profiles) = (RenderSettings::default(), Profiles::default());
    let mut exceeded = 0;
    for name in &arguments.profile {
        let profile = profiles.get(&name.parse()?);
        let profile = profile.context("no such profile")?;
        let bounds = Bounds::new(&profile.recipe(None).limits, arguments.divisor);
        let sources = costly_sources().into_iter();
        writeln!(
            io::stdout(),
            "| {name} | input | outcome | time | CPU | memory | |\n|---|---|---|---|---|---|---|"
        )?;
        for source in sources.filter(|source| source.name.contains(&arguments.only)) {
            let cost = measure(&program, &settings, profile, (&source, &bounds));
            let cost = runtime.block_on(cost)?;
            let violations = cost.violations(&source, &settings, profile, arguments.slowness);
            exceeded += violations.len();
            print(&source.name, &cost, &violations)?;
        }
    }
    Ok(if exceeded == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(name: &str, cost: &RenderCost, violations: &[&str]) -> io::Result<()> {
    const MIB: f64 = 1_048_576.0;
    let outcome = match cost.outcome {
        Ok(bytes) => format!("{:.1} MiB", bytes as f64 / MIB),
        Err(code) => format!("`{code}`"),
    };
    let verdict = match violations {
        [] => String::new(),
        violations => format!("VIOLATES {}", violations.join(" and ")),
    };
    writeln!(
        io::stdout(),
        "| {name} | {:.1} MiB | {outcome} | {:.1} s | {:.1} s | {:.0} MiB | {verdict} |",
        cost.source_bytes as f64 / MIB,
        cost.elapsed.as_secs_f64(),
        cost.cpu.as_secs_f64(),
        cost.peak_memory as f64 / MIB,
    )
}
