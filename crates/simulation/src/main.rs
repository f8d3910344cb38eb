//! Runs the simulation for a range of seeds, or replays one seed and prints its trace.

#![allow(clippy::print_stdout, reason = "a command line tool reports on stdout")]

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use darkroom_simulation::{Failure, Options, all_processors, simulate, simulate_seeds};

/// Simulates issuers, workers and their store with seeded faults in virtual time.
#[derive(Debug, Parser)]
struct Arguments {
    /// Number of seeds to run
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// First seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Replay one seed and print its trace
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    replay: Option<u64>,
    /// Threads to run seeds on [default: one per processor]
    #[arg(long)]
    threads: Option<NonZero<usize>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.replay {
        Some(seed) => replay(seed),
        None => run(&arguments),
    }
}

fn replay(seed: u64) -> ExitCode {
    let result = simulate(seed, Options { keeps_trace: true });
    let (summary, violation) = match result {
        Ok(summary) => (summary, None),
        Err(failure) => {
            let Failure { violation, summary } = *failure;
            (summary, Some(violation))
        }
    };
    for line in summary.trace {
        println!("{line}");
    }
    match violation {
        None => {
            println!(
                "seed {seed}: every invariant holds in {} steps",
                summary.steps
            );
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!("seed {seed}: {violation}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    let started_at = Instant::now();
    let seeds = arguments.from..arguments.from + arguments.seeds;
    let threads = arguments.threads.unwrap_or_else(all_processors);
    let failures = AtomicU64::new(0);
    let steps = simulate_seeds(seeds, threads, |seed, failure| {
        failures.fetch_add(1, Ordering::Relaxed);
        println!("seed {seed}: {}", failure.violation);
    });
    let failures = failures.into_inner();
    let seconds = started_at.elapsed().as_secs_f64();
    println!(
        "{} seeds, {steps} steps, {failures} violations, {seconds:.1} s",
        arguments.seeds
    );
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
