//! Exponential backoff with jitter.

use std::time::Duration;

/// A delay that grows with every failed attempt, up to a maximum.
///
/// The second half of each delay is random jitter, so that clients that fail together do not retry
/// together ("Exponential Backoff And Jitter", AWS Architecture Blog).
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    first: Duration,
    factor: u32,
    max: Duration,
}

impl Backoff {
    /// Creates a backoff that starts with `first` and multiplies the delay by `factor` after every
    /// further failed attempt.
    pub const fn new(first: Duration, factor: u32, max: Duration) -> Self {
        Self { first, factor, max }
    }

    /// Creates a backoff that doubles the delay after every further failed attempt.
    pub const fn doubling(first: Duration, max: Duration) -> Self {
        Self::new(first, 2, max)
    }

    /// Returns the delay after `failed_attempts` failed attempts: a random value between half of
    /// the full delay and the full delay.
    pub fn delay(&self, failed_attempts: u32) -> Duration {
        let growth = self
            .factor
            .saturating_pow(failed_attempts.saturating_sub(1));
        let full = self.first.saturating_mul(growth).min(self.max);
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_delays(backoff: Backoff, expected: &[(u32, u64)]) {
        for (attempts, full) in expected {
            let full = Duration::from_secs(*full);
            for _ in 0..100 {
                let delay = backoff.delay(*attempts);
                assert!(full / 2 <= delay && delay <= full, "{attempts}: {delay:?}");
            }
        }
    }

    #[test]
    fn the_delay_grows_with_jitter_up_to_its_maximum() {
        let (first, max) = (Duration::from_secs(4), Duration::from_secs(60));
        let doubling = [(0, 4), (1, 4), (2, 8), (3, 16), (5, 60), (u32::MAX, 60)];
        assert_delays(Backoff::doubling(first, max), &doubling);
        let quadrupling = [(1, 4), (2, 16), (3, 60), (u32::MAX, 60)];
        assert_delays(Backoff::new(first, 4, max), &quadrupling);
    }
}
