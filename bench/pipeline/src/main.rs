//! `darkroom-bench-pipeline`: prints the throughput and latency of workers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use darkroom_bench_pipeline::{CloudChoice, Size, measure};

/// Measures workers with a full queue beside bare rendering and a worker in Python, and `darkroom upload`.
#[derive(Debug, Parser)]
struct Arguments {
    /// The clouds. The default is all of them.
    clouds: Vec<CloudChoice>,
    /// The `darkroom` binary, built with --release.
    #[arg(long, value_name = "FILE", default_value = "target/release/darkroom")]
    darkroom: PathBuf,
    /// The folder with the photos (JPEG). Without it, the photos are generated.
    #[arg(long, value_name = "FOLDER")]
    photos: Option<PathBuf>,
    /// The number of runs. Each figure is the median.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    runs: Option<u8>,
    /// Measures one run with a few small, generated photos.
    #[arg(long)]
    short: bool,
    /// Writes the report as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a bar chart of the throughputs.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let clouds = if arguments.clouds.is_empty() {
        CloudChoice::value_variants()
    } else {
        &arguments.clouds
    };
    let size = if arguments.short {
        Size::SHORT
    } else {
        Size::FULL
    };
    let size = arguments
        .runs
        .map_or(size, |runs| size.with_runs(runs.into()));
    let report = measure(
        &arguments.darkroom,
        clouds,
        arguments.photos.as_deref(),
        size,
    )
    .await?;
    write!(io::stdout(), "{}", report.to_markdown())?;
    if let Some(path) = &arguments.json {
        report.write_json(path)?;
    }
    if let Some(path) = &arguments.svg {
        report.write_svg(path)?;
    }
    Ok(())
}
