//! `render_cost`: the time and memory of rendering the most expensive kinds of images; see
//! [`darkroom_bench::render_cost`].

use std::io::{self, Write};
use std::process::Command;

use clap::Parser;
use darkroom_bench::render_cost::{COSTLY_SOURCES, CostlySource};

/// Renders the most expensive kinds of images, each in a separate process, and prints their costs.
#[derive(Debug, Parser)]
struct Arguments {
    /// The profile to render with. It must be one of Darkroom's default profiles.
    #[arg(long, default_value = "avatar")]
    profile: String,
    /// The number by which to divide the sides of every image.
    #[arg(long, default_value_t = 1)]
    divisor: u32,
    /// Render only the image with this name, in this process.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let Some(name) = &arguments.only else {
        return measure_all(&arguments);
    };
    for source in COSTLY_SOURCES.iter().filter(|source| source.name == name) {
        print(source, &arguments)?;
    }
    Ok(())
}

fn measure_all(arguments: &Arguments) -> anyhow::Result<()> {
    for source in COSTLY_SOURCES {
        let status = Command::new(std::env::current_exe()?)
            .args(["--profile", &arguments.profile, "--only", source.name])
            .args(["--divisor", &arguments.divisor.to_string()])
            .status()?;
        anyhow::ensure!(status.success(), "{} failed: {status}", source.name);
    }
    Ok(())
}

fn print(source: &CostlySource, arguments: &Arguments) -> anyhow::Result<()> {
    let cost = source.measure(&arguments.profile, arguments.divisor)?;
    let outcome = match cost.outcome {
        Ok(bytes) => format!("{bytes} bytes"),
        Err(code) => code.to_owned(),
    };
    writeln!(
        io::stdout(),
        "{:24} {:>10} bytes: {:6.2} s, {:6.2} s CPU, {:5.0} MiB; {outcome}",
        source.name,
        cost.source_bytes,
        cost.elapsed.as_secs_f64(),
        cost.cpu.as_secs_f64(),
        cost.peak_memory_mib,
    )?;
    Ok(())
}
