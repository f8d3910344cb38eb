//! The smallest fleet that meets an objective.

use crate::event_loop::simulate;
use crate::fleet::{Fleet, StageTimes};
use crate::run::Run;

/// The largest fleet that is considered.
const MAX_WORKERS: u32 = 65_536;

/// A share of all uploads that has an outcome within a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// The maximum time from PUT to outcome, in seconds.
    pub seconds: f64,
    /// The share of the uploads, from 0 to 1.
    pub share: f64,
}

impl Default for Objective {
    /// Returns the objective of the alerts: 99.9 % within 30 s.
    fn default() -> Self {
        Self {
            seconds: 30.0,
            share: 0.999,
        }
    }
}

/// The error of [`smallest_fleet`]: even the largest fleet does not meet the objective. Usually, an
/// upload alone takes longer than the objective permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not even {MAX_WORKERS} workers meet the objective; allow more time than an upload alone takes"
)]
pub struct NoFleet;

/// Returns the smallest fleet that meets an objective, and its simulation. `fleet` is the size of
/// one worker.
///
/// # Errors
/// If no fleet of up to 65,536 workers meets the objective.
pub fn smallest_fleet(
    arrivals: &[f64],
    fleet: Fleet,
    times: &StageTimes,
    objective: Objective,
    seed: u64,
) -> Result<(Fleet, Run), NoFleet> {
    let attempt = |workers| {
        let fleet = Fleet { workers, ..fleet };
        let run = simulate(arrivals, &fleet, times, seed);
        let meets = run.share_within(objective.seconds) >= objective.share;
        meets.then_some((fleet, run))
    };
    let (mut too_few, mut enough) = (0, 1);
    let mut found = loop {
        if let Some(found) = attempt(enough) {
            break found;
        }
        too_few = enough;
        enough *= 2;
        if enough > MAX_WORKERS {
            return Err(NoFleet);
        }
    };
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        match attempt(middle) {
            Some(smaller) => {
                enough = middle;
                found = smaller;
            }
            None => too_few = middle,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Traffic;

    #[test]
    fn one_worker_fewer_misses_the_objective() {
        let arrivals = Traffic::day(50_000, 20.0, 1800).arrivals(1);
        let (times, objective) = (StageTimes::default(), Objective::default());
        let found = smallest_fleet(&arrivals, Fleet::default(), &times, objective, 1);
        let (fleet, run) = found.unwrap();
        assert!(fleet.workers > 1 && run.share_within(30.0) >= 0.999);
        let fewer = Fleet {
            workers: fleet.workers - 1,
            ..fleet
        };
        assert!(simulate(&arrivals, &fewer, &times, 1).share_within(30.0) < 0.999);
    }

    #[test]
    fn an_objective_below_the_time_of_the_stages_has_no_fleet() {
        let objective = Objective {
            seconds: 0.1,
            share: 0.5,
        };
        let times = StageTimes::default();
        let found = smallest_fleet(&[0.0], Fleet::default(), &times, objective, 1);
        assert_eq!(found.map(|_| ()), Err(NoFleet));
    }
}
