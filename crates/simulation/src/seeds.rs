//! Runs of many seeds.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::simulation::{Failure, Options, simulate};

/// Runs the simulation with every seed in `seeds`, on `threads` threads. Calls `on_failure` for
/// each seed that violates an invariant. Returns the total number of steps of all other seeds.
pub fn simulate_seeds(
    seeds: Range<u64>,
    threads: NonZero<usize>,
    on_failure: impl Fn(u64, &Failure) + Sync,
) -> u64 {
    let (next, steps) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let run = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            match simulate(seed, Options::default()) {
                Ok(summary) => {
                    steps.fetch_add(summary.steps, Ordering::Relaxed);
                }
                Err(failure) => on_failure(seed, &failure),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            scope.spawn(run);
        }
    });
    steps.into_inner()
}

/// Returns the number of threads that use all processors.
#[must_use]
pub fn all_processors() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of seeds in every test run. The command can run any number.
    const SEEDS: u64 = 2_000;

    #[test]
    fn every_invariant_holds_for_two_thousand_seeds() {
        let steps = simulate_seeds(0..SEEDS, all_processors(), |seed, failure| {
            panic!("seed {seed}: {}", failure.violation);
        });
        assert!(steps > SEEDS, "{steps} steps");
    }

    /// In these seeds, an upload is deleted while its approval is applied. A variant that was
    /// published just before the review copies were gone used to stay.
    #[test]
    fn a_deletion_during_an_approval_leaves_nothing() {
        for seed in [570_674, 611_676, 820_155] {
            let violation = simulate(seed, Options::default())
                .err()
                .map(|it| it.violation);
            assert_eq!(violation, None, "seed {seed}");
        }
    }

    #[test]
    fn every_seed_of_a_range_runs_once() {
        let serial = (100..120).map(|seed| match simulate(seed, Options::default()) {
            Ok(summary) => summary.steps,
            Err(failure) => panic!("seed {seed}: {}", failure.violation),
        });
        let parallel = simulate_seeds(100..120, all_processors(), |_, _| {});
        assert_eq!(parallel, serial.sum::<u64>());
    }
}
