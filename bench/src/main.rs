//! `darkroom-bench CAMPAIGN`: runs one campaign in full and prints its figures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;
use clap::{Parser, ValueEnum};
use darkroom_bench::Report;
use darkroom_bench::campaign::{
    deletes, hostile, kill_points, kills, long_jobs, orders, outage, overwrites, poison, soak,
    storage_faults, terminations,
};

/// Shows that Darkroom loses nothing. Exits with 1 where a requirement does not hold.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to show.
    campaign: Campaign,
    /// The short form, as `cargo test` runs it.
    #[arg(long)]
    short: bool,
    /// The `darkroom` binary; built by cargo where this is not given.
    #[arg(long, value_name = "FILE")]
    darkroom: Option<PathBuf>,
    /// Further hostile files.
    #[arg(long, value_name = "DIR", default_value = "../shared/corpus/hostile")]
    corpus: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Campaign {
    /// `kill -9` at random while uploads come in.
    Kills,
    /// Death at each boundary of what is written (debug builds only).
    KillPoints,
    /// SIGTERM under load.
    Terminations,
    /// Files made to break decoders.
    Hostile,
    /// An S3 that is slow, breaks off, trickles and refuses.
    StorageFaults,
    /// Messages that SQS does not delete when it is first told to.
    Deletes,
    /// Messages that nobody will ever understand.
    Poison,
    /// SQS gone, then forbidden.
    Outage,
    /// Objects replaced between event and look.
    Overwrites,
    /// Events of one key in every order.
    Orders,
    /// Work that takes far longer than a message stays hidden.
    LongJobs,
    /// Many uploads on one worker.
    Soak,
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
    let verdict = if report.holds() {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    let name = arguments.campaign.to_possible_value();
    let name = name.as_ref().map_or("", |name| name.get_name());
    write!(io::stdout(), "{name}: {verdict}\n{report}")?;
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn run(arguments: &Arguments, program: &Path) -> anyhow::Result<Report> {
    let short = arguments.short;
    macro_rules! sized {
        ($campaign:ident) => {{
            use $campaign::{Size, run};
            run(program, if short { Size::SHORT } else { Size::FULL }).await
        }};
    }
    match arguments.campaign {
        Campaign::Kills => sized!(kills),
        Campaign::KillPoints => sized!(kill_points),
        Campaign::Terminations => sized!(terminations),
        Campaign::Hostile if short => hostile::run(program, hostile::Size::SHORT).await,
        Campaign::Hostile => {
            let corpus = Some(arguments.corpus.clone()).filter(|folder| folder.is_dir());
            hostile::run(program, hostile::Size::full(corpus)).await
        }
        Campaign::StorageFaults => sized!(storage_faults),
        Campaign::Deletes => sized!(deletes),
        Campaign::Poison => sized!(poison),
        Campaign::Outage => sized!(outage),
        Campaign::Overwrites => sized!(overwrites),
        Campaign::Orders => sized!(orders),
        Campaign::LongJobs => sized!(long_jobs),
        Campaign::Soak => sized!(soak),
    }
}

/// Has cargo build the binary in the profile that this one was built in.
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
        .context("cargo cannot be started")?;
    anyhow::ensure!(status.success(), "darkroom does not build");
    Ok(std::env::current_exe()?.with_file_name("darkroom"))
}
