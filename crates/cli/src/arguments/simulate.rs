//! Arguments of `darkroom simulate`.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use humantime::Duration;

const DAY: &str = "the traffic of a day";

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Uploads per day
    #[arg(long, default_value_t = 1_000_000, help_heading = DAY, value_parser = RangedU64ValueParser::<u64>::new().range(1..=100_000_000))]
    pub(crate) uploads: u64,
    /// Rate at the peak, as a multiple of the rate of the rest of the day
    #[arg(long, default_value_t = 20.0, help_heading = DAY, value_parser = at_least_one)]
    pub(crate) peak: f64,
    /// Time in which the rate rises to the peak and falls again
    #[arg(long, default_value = "1h", help_heading = DAY)]
    pub(crate) peak_duration: Duration,
    /// CSV file with lines of SECOND,UPLOADS, instead of a generated day
    #[arg(long, value_name = "FILE", help_heading = DAY, conflicts_with_all = ["uploads", "peak", "peak_duration"])]
    pub(crate) trace: Option<PathBuf>,
    /// Number of workers [default: as many as the objective needs]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) workers: Option<u32>,
    /// Objective: the time within which most uploads (see --share) have an outcome
    #[arg(long, default_value = "30s")]
    pub(crate) objective: Duration,
    /// Share of the uploads that must have an outcome within --objective, from 0 to 1
    #[arg(long, default_value_t = 0.999, value_parser = share)]
    pub(crate) share: f64,
    /// Images that a worker renders at once; it has as many virtual CPUs
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) render_processes: u32,
    /// Memory of a worker
    #[arg(long, default_value = "4GB")]
    pub(crate) memory: ByteSize,
    /// Time from the PUT until a worker can receive the event
    #[arg(long, default_value = "300ms")]
    pub(crate) notification: Duration,
    /// Average of `darkroom_worker_download_seconds`
    #[arg(long, default_value = "100ms")]
    pub(crate) download: Duration,
    /// Average of `darkroom_worker_render_seconds`
    #[arg(long, default_value = "300ms")]
    pub(crate) render: Duration,
    /// Standard deviation of the render time, divided by its average
    #[arg(long, default_value_t = 0.5, value_parser = variation)]
    pub(crate) render_variation: f64,
    /// Average of `darkroom_worker_write_seconds`
    #[arg(long, default_value = "150ms")]
    pub(crate) write: Duration,
    /// Variants per upload
    #[arg(long, default_value_t = 2)]
    pub(crate) variants: u8,
    /// Size of a raw object
    #[arg(long, default_value = "3MB")]
    pub(crate) raw_size: ByteSize,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object, with the results of every five minutes
    #[arg(long)]
    pub(crate) json: bool,
}

fn at_least_one(text: &str) -> Result<f64, String> {
    number(
        text,
        |value| (1.0..=10_000.0).contains(&value),
        "from 1 to 10000",
    )
}

fn share(text: &str) -> Result<f64, String> {
    number(
        text,
        |value| value > 0.0 && value <= 1.0,
        "above 0 and at most 1",
    )
}

fn variation(text: &str) -> Result<f64, String> {
    number(text, |value| (0.0..=10.0).contains(&value), "from 0 to 10")
}

fn number(text: &str, is_valid: fn(f64) -> bool, range: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value| is_valid(*value));
    value.ok_or_else(|| format!("must be a number {range}"))
}
