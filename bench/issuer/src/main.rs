//! `darkroom-bench-issuer`: prints measurements of the issuer and their goals.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use darkroom_bench_issuer::{Figure, Size, measure};

/// Measures the issuer. Exits with 1 if a goal is missed.
#[derive(Debug, Parser)]
struct Arguments {
    /// The measurements. The default is all of them.
    figures: Vec<Figure>,
    /// The `darkroom` binary, built with --release.
    #[arg(long, value_name = "FILE", default_value = "target/release/darkroom")]
    darkroom: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let figures = if arguments.figures.is_empty() {
        Figure::value_variants()
    } else {
        &arguments.figures
    };
    let mut holds = true;
    for figure in figures {
        for one in measure(&arguments.darkroom, *figure, Size::FULL).await? {
            holds &= one.holds();
            writeln!(io::stdout(), "{}", one.line())?;
        }
    }
    Ok(ExitCode::from(u8::from(!holds)))
}
