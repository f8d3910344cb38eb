//! The faults of a run and their rates.

use std::time::Duration;

/// The fate of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Succeed,
    /// The call fails without effect.
    FailBefore,
    /// The call takes effect, but its response is lost.
    FailAfter,
    /// The process crashes before the call takes effect.
    CrashBefore,
    /// The process crashes after the call took effect.
    CrashAfter,
}

/// The rates of faults. They are drawn at random for every run, so that some runs have few faults
/// and some have many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    crash: f64,
    failure: f64,
    pub(crate) duplicate: f64,
    pub(crate) lost: f64,
    pub(crate) renderer_failure: f64,
    /// The longest latency of a call.
    pub(crate) max_latency: Duration,
}

impl Rates {
    pub(crate) fn draw(rng: &mut fastrand::Rng) -> Self {
        let mut scale = |max: f64| match rng.u8(0..4) {
            0 => 0.0,
            1 => max,
            _ => max * rng.f64(),
        };
        Self {
            crash: scale(0.02),
            failure: scale(0.08),
            duplicate: scale(0.5),
            lost: scale(0.2),
            renderer_failure: scale(0.3),
            max_latency: Duration::from_millis([5, 200, 5_000][rng.usize(0..3)]),
        }
    }

    pub(crate) fn fate(&self, rng: &mut fastrand::Rng) -> Fate {
        let chance = rng.f64();
        let is_before = rng.bool();
        match (chance < self.crash, chance < self.crash + self.failure) {
            (true, _) if is_before => Fate::CrashBefore,
            (true, _) => Fate::CrashAfter,
            (false, true) if is_before => Fate::FailBefore,
            (false, true) => Fate::FailAfter,
            (false, false) => Fate::Succeed,
        }
    }

    pub(crate) fn latency(&self, rng: &mut fastrand::Rng) -> Duration {
        self.max_latency.mul_f64(rng.f64() * rng.f64())
    }
}
