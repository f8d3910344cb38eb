//! One run of the simulation.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::issuers::Issuers;
use crate::supervisor::supervise;
use crate::world::World;
use crate::{client, quiescence, webhooks, worker};

const WORKERS: u64 = 3;
const DISPATCHERS: u64 = 2;
const MAX_CLIENTS: u64 = 6;
/// The longest pause between two outages.
const MAX_OUTAGE_PAUSE: Duration = Duration::from_secs(600);
/// The longest duration of an outage.
const MAX_OUTAGE: Duration = Duration::from_secs(400);

/// Options of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// If `true`, the lines of the trace are kept.
    pub keeps_trace: bool,
}

/// The summary of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The number of steps in the trace.
    pub steps: u64,
    /// A digest of the trace. Two runs of a seed have the same digest.
    pub digest: u64,
    /// The trace, if it was kept.
    pub trace: Vec<String>,
}

/// A run that violated an invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The first violation.
    pub violation: String,
    /// The summary of the run.
    pub summary: Summary,
}

/// Runs the simulation with this seed.
///
/// # Errors
/// [`Failure`] if an invariant is violated.
pub fn simulate(seed: u64, options: Options) -> Result<Summary, Box<Failure>> {
    // Backoffs draw their jitter from the random number generator of the thread.
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return Err(Box::new(not_started(&error))),
    };
    runtime.block_on(run(seed, options))
}

async fn run(seed: u64, options: Options) -> Result<Summary, Box<Failure>> {
    let world = Arc::new(World::new(seed, options.keeps_trace));
    let mut background = JoinSet::new();
    for number in 0..WORKERS {
        let name = format!("worker.{number}");
        background.spawn(supervise(Arc::clone(&world), name, worker::run));
    }
    for number in 0..DISPATCHERS {
        let name = format!("webhooks.{number}");
        background.spawn(supervise(Arc::clone(&world), name, webhooks::run));
    }
    background.spawn(outages(Arc::clone(&world)));
    let mut clients = JoinSet::new();
    let issuers = Arc::new(Issuers::new(Arc::clone(&world)));
    for number in 0..=world.draw(MAX_CLIENTS) {
        clients.spawn(client::run(Arc::clone(&issuers), number));
    }
    while clients.join_next().await.is_some() {}
    quiescence::reach(&world).await;
    drop(background);
    let mut state = world.state();
    let summary = Summary {
        steps: state.trace.steps(),
        digest: state.trace.digest(),
        trace: state.trace.take_lines(),
    };
    match state.violation.take() {
        None => Ok(summary),
        Some(violation) => Err(Box::new(Failure { violation, summary })),
    }
}

/// Takes the store down from time to time.
async fn outages(world: Arc<World>) {
    loop {
        sleep(world.draw_duration(MAX_OUTAGE_PAUSE)).await;
        set_down(&world, true);
        sleep(world.draw_duration(MAX_OUTAGE)).await;
        set_down(&world, false);
    }
}

fn set_down(world: &World, is_down: bool) {
    let mut state = world.state();
    if state.has_faults {
        state.is_store_down = is_down;
        state
            .trace
            .add("world", format_args!("the store is down: {is_down}"));
    }
}

fn not_started(error: &std::io::Error) -> Failure {
    Failure {
        violation: format!("no runtime: {error}"),
        summary: Summary {
            steps: 0,
            digest: 0,
            trace: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the digest and the trace of a run.
    fn trace(seed: u64, keeps_trace: bool) -> (u64, Vec<String>) {
        let summary = match simulate(seed, Options { keeps_trace }) {
            Ok(summary) => summary,
            Err(failure) => failure.summary,
        };
        (summary.digest, summary.trace)
    }

    #[test]
    fn two_runs_of_a_seed_have_the_same_trace() {
        for seed in 0..20 {
            let (first, second) = (trace(seed, true), trace(seed, true));
            let lines = first.1.iter().zip(&second.1).enumerate();
            for (number, (first, second)) in lines {
                assert_eq!(first, second, "seed {seed}, line {number}");
            }
            assert_eq!(first.0, second.0, "seed {seed}");
        }
    }

    #[test]
    fn the_digest_does_not_depend_on_whether_the_trace_is_kept() {
        assert_eq!(trace(1, true).0, trace(1, false).0);
    }

    #[test]
    fn some_owners_reach_their_quota() {
        let mut lines = (0..100).flat_map(|seed| trace(seed, true).1);
        assert!(lines.any(|line| line.contains("gets no URL") && line.ends_with(" used")));
    }

    #[cfg(feature = "planted-bugs")]
    #[test]
    fn every_planted_bug_is_found() {
        use darkroom_consumer::planted::{Bug, plant};

        const SEEDS: u64 = 2_000;
        for bug in [
            Bug::DeleteBeforePublish,
            Bug::NoVerifyAfterPublish,
            Bug::HeartbeatAfterBackoff,
            Bug::DeliverUnpublished,
        ] {
            plant(Some(bug));
            let found = (0..SEEDS).find_map(|seed| simulate(seed, Options::default()).err());
            plant(None);
            let failure = found.unwrap_or_else(|| panic!("{bug:?} is not found"));
            println!("{bug:?}: {}", failure.violation);
        }
    }
}
