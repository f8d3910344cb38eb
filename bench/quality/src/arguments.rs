//! The command line of `peers`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::encoder::EncoderChoice;
use crate::process::Cores;

/// Compares the whole job of Darkroom with its peers: every photo made upright and sRGB, as WebP in
/// full size and inside 400 x 400.
#[derive(Debug, Parser)]
#[command(name = "peers", args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// The `darkroom` binary, built with --release. The default is target/release/darkroom of this
    /// repository.
    #[arg(long, value_name = "FILE")]
    pub darkroom: Option<PathBuf>,
    /// The folder with the photos (JPEG). The default is the folder `bench` in $DARKROOM_CORPUS, or
    /// in ../shared/corpus beside this repository.
    #[arg(long, value_name = "FOLDER")]
    pub photos: Option<PathBuf>,
    /// The number of runs. Each number of the tables is the median.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// Measures one run with two photos: the smallest of --photos, or else generated ones.
    #[arg(long)]
    pub short: bool,
    /// Writes the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Writes a bar chart of the times.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// A part of the comparison that runs in a process of its own.
    #[command(subcommand)]
    pub part: Option<Part>,
}

/// The parts of the comparison that the command starts as its own child processes.
#[derive(Debug, Subcommand)]
pub enum Part {
    /// Runs a program and writes its usage.
    #[command(hide = true)]
    Measure {
        /// The processors that the program may use.
        #[arg(long)]
        cores: Cores,
        /// The file for the usage, as JSON.
        #[arg(long)]
        usage: PathBuf,
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Encodes decoded photos, and does nothing else.
    #[command(hide = true)]
    Encode {
        /// The encoder.
        #[arg(long)]
        encoder: EncoderChoice,
        /// The number of photos to encode at once.
        #[arg(long)]
        workers: usize,
        /// The folder for the variants.
        #[arg(long)]
        out: PathBuf,
        /// The decoded photos.
        references: Vec<PathBuf>,
    },
}
