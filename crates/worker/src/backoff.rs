//! How long to wait before the next try.

use std::time::Duration;

/// Grows from `first` by `factor` with every try up to `most`, and then takes a random part of the
/// upper half, so that many who failed together do not come back together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    first: Duration,
    factor: u32,
    most: Duration,
}

impl Backoff {
    pub(crate) const fn doubling(first: Duration, most: Duration) -> Self {
        Self {
            first,
            factor: 2,
            most,
        }
    }

    pub(crate) const fn quadrupling(first: Duration, most: Duration) -> Self {
        Self {
            first,
            factor: 4,
            most,
        }
    }

    /// The wait after `tries` tries that failed; at least half of `first`.
    pub(crate) fn after(&self, tries: u32) -> Duration {
        let grown = self.factor.saturating_pow(tries.saturating_sub(1));
        let full = self.first.saturating_mul(grown).min(self.most);
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_between_half_and_all_of(backoff: Backoff, waits: &[(u32, u64)]) {
        for (tries, full) in waits {
            let full = Duration::from_secs(*full);
            for _ in 0..100 {
                let wait = backoff.after(*tries);
                assert!(full / 2 <= wait && wait <= full, "{tries}: {wait:?}");
            }
        }
    }

    #[test]
    fn the_wait_grows_with_jitter_and_has_an_end() {
        let (first, most) = (Duration::from_secs(4), Duration::from_secs(60));
        let doubling = Backoff::doubling(first, most);
        is_between_half_and_all_of(
            doubling,
            &[(0, 4), (1, 4), (2, 8), (3, 16), (5, 60), (u32::MAX, 60)],
        );
        let quadrupling = Backoff::quadrupling(first, most);
        is_between_half_and_all_of(quadrupling, &[(1, 4), (2, 16), (3, 60), (u32::MAX, 60)]);
    }
}
