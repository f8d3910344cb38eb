//! `darkroom-bench SCENARIO`: runs one chaos scenario and prints its figures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;
use clap::{Parser, ValueEnum};
use darkroom_bench::chaos::{
    deletes, erasures, fairness, hostile, kill_points, kills, long_jobs, orders, outage,
    overwrites, poison, soak, storage_faults, terminations,
};
use darkroom_bench::{Report, attack};

/// Shows that Darkroom loses nothing. Exits with 1 if a requirement is not met.
#[derive(Debug, Parser)]
struct Arguments {
    /// The chaos scenario.
    scenario: Scenario,
    /// Run the short version, as `cargo test` does.
    #[arg(long)]
    short: bool,
    /// The `darkroom` binary; by default cargo builds it.
    #[arg(long, value_name = "FILE")]
    darkroom: Option<PathBuf>,
    /// A folder of hostile files to add to the generated ones, if it exists. Not used with --short.
    #[arg(long, value_name = "DIR", default_value = "../shared/corpus/hostile")]
    corpus: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// `kill -9` at random times while uploads arrive.
    Kills,
    /// The death of a worker before and after every write, and before and after the deletion of the
    /// message (debug builds only).
    KillPoints,
    /// SIGTERM under load.
    Terminations,
    /// Files that are meant to break decoders.
    Hostile,
    /// An S3 that is slow, resets connections, trickles and returns errors.
    StorageFaults,
    /// Deletes that SQS refuses at first.
    Deletes,
    /// `kill -9` of an erasure.
    Erasures,
    /// Messages that cannot be understood.
    Poison,
    /// An SQS that resets connections, then refuses access.
    Outage,
    /// Objects that are replaced before or during their processing.
    Overwrites,
    /// Events of one key in every order.
    Orders,
    /// Jobs that take much longer than the visibility timeout.
    LongJobs,
    /// Many uploads on one worker.
    Soak,
    /// One owner with expensive uploads and with many.
    Fairness,
    /// Hostile clients of an issuer.
    Attack,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let program = match &arguments.darkroom {
        Some(program) => program.clone(),
        None => build()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(run(&arguments, &program))?;
    let result = if report.holds() {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    let name = arguments.scenario.to_possible_value();
    let name = name.as_ref().map_or("", |name| name.get_name());
    write!(io::stdout(), "{name}: {result}\n{report}")?;
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn run(arguments: &Arguments, program: &Path) -> anyhow::Result<Report> {
    let short = arguments.short;
    macro_rules! sized {
        ($scenario:ident) => {{
            use $scenario::{Size, run};
            run(program, if short { Size::SHORT } else { Size::FULL }).await
        }};
    }
    match arguments.scenario {
        Scenario::Kills => sized!(kills),
        Scenario::KillPoints => sized!(kill_points),
        Scenario::Terminations => sized!(terminations),
        Scenario::Hostile if short => hostile::run(program, hostile::Size::SHORT).await,
        Scenario::Hostile => {
            let corpus = Some(arguments.corpus.clone()).filter(|folder| folder.is_dir());
            hostile::run(program, hostile::Size::full(corpus)).await
        }
        Scenario::StorageFaults => sized!(storage_faults),
        Scenario::Deletes => sized!(deletes),
        Scenario::Erasures => sized!(erasures),
        Scenario::Poison => sized!(poison),
        Scenario::Outage => sized!(outage),
        Scenario::Overwrites => sized!(overwrites),
        Scenario::Orders => sized!(orders),
        Scenario::LongJobs => sized!(long_jobs),
        Scenario::Soak => sized!(soak),
        Scenario::Fairness => sized!(fairness),
        Scenario::Attack => sized!(attack),
    }
}

/// Builds the binary with cargo, in the same profile as this program.
fn build() -> anyhow::Result<PathBuf> {
    let profile: &[&str] = if cfg!(debug_assertions) {
        &[]
    } else {
        &["--release"]
    };
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--package", "darkroom", "--bin", "darkroom"])
        .args(profile)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .context("failed to start cargo")?;
    anyhow::ensure!(status.success(), "failed to build darkroom");
    Ok(std::env::current_exe()?.with_file_name("darkroom"))
}
