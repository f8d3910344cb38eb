//! `darkroom-bench-issuer`: prints measurements of the issuer and their goals.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use darkroom_bench_issuer::{Figure, Size, chart, measure, to_json, to_markdown};

/// Measures the issuer, and prints a table. Exits with 1 if a goal is missed.
#[derive(Debug, Parser)]
struct Arguments {
    /// The measurements. The default is all of them.
    figures: Vec<Figure>,
    /// The `darkroom` binary, built with --release.
    #[arg(long, value_name = "FILE", default_value = "target/release/darkroom")]
    darkroom: PathBuf,
    /// Measures a small load, which only shows that everything can be measured.
    #[arg(long)]
    short: bool,
    /// Exits with 0 even if a goal is missed.
    #[arg(long)]
    no_exit_code: bool,
    /// Writes the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a bar chart of the times that outcomes take to their clients.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let figures = if arguments.figures.is_empty() {
        Figure::value_variants()
    } else {
        &arguments.figures
    };
    let size = if arguments.short {
        Size::SHORT
    } else {
        Size::FULL
    };
    let mut measured = Vec::new();
    for figure in figures {
        measured.extend(measure(&arguments.darkroom, *figure, size).await?);
    }
    write!(io::stdout(), "{}", to_markdown(&measured))?;
    if let Some(path) = &arguments.json {
        fs::write(path, to_json(&measured)?)?;
    }
    if let Some(path) = &arguments.svg {
        fs::write(path, chart(&measured))?;
    }
    let holds = measured.iter().all(|one| one.holds());
    Ok(ExitCode::from(u8::from(!holds && !arguments.no_exit_code)))
}
