//! How long to wait before the next try.

use std::time::Duration;

/// Doubles from `first` with every try up to `most`, and then takes a random part of the upper
/// half, so that many who failed together do not come back together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) most: Duration,
}

impl Backoff {
    /// The wait after `tries` tries that failed; at least half of `first`.
    pub(crate) fn after(&self, tries: u32) -> Duration {
        let doubled = self
            .first
            .saturating_mul(1 << tries.saturating_sub(1).min(16));
        doubled.min(self.most).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_with_jitter_and_has_an_end() {
        let backoff = Backoff {
            first: Duration::from_secs(4),
            most: Duration::from_secs(60),
        };
        for (tries, full) in [(0, 4), (1, 4), (2, 8), (3, 16), (5, 60), (u32::MAX, 60)] {
            let full = Duration::from_secs(full);
            for _ in 0..100 {
                let wait = backoff.after(tries);
                assert!(full / 2 <= wait && wait <= full, "{tries}: {wait:?}");
            }
        }
    }
}
