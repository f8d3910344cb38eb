//! An estimate of the time until an upload has its outcome.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use darkroom_contract::ProfileName;

/// The number of recent outcomes of a profile that count.
const RECENT: usize = 32;
/// The number of outcomes with the most similar sizes whose median is the estimate.
const SIMILAR: usize = 5;

/// One outcome: the size of its source in bytes, and the time that processing took.
type Sample = (u64, Duration);

/// The recent outcomes of all profiles.
#[derive(Debug, Default)]
pub(super) struct Forecast(HashMap<ProfileName, VecDeque<Sample>>);

impl Forecast {
    /// Records an outcome. Only configured profiles have outcomes, so there are few profiles.
    pub(super) fn record(&mut self, profile: &ProfileName, bytes: u64, took: Duration) {
        let recent = self.0.entry(profile.clone()).or_default();
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back((bytes, took));
    }

    /// Returns the time that processing a source of this size probably takes: the median of the
    /// recent outcomes with the most similar sizes. Returns `None` without a recent outcome.
    pub(super) fn estimate(&self, profile: &ProfileName, bytes: u64) -> Option<Duration> {
        // Of outcomes with equally similar sizes, the newest count.
        let mut recent: Vec<Sample> = self.0.get(profile)?.iter().rev().copied().collect();
        recent.sort_by_key(|(sample, _)| ratio(*sample, bytes));
        recent.truncate(SIMILAR);
        let mut times: Vec<Duration> = recent.into_iter().map(|(_, took)| took).collect();
        times.sort();
        times.get(times.len() / 2).copied()
    }
}

/// Returns the ratio of the larger size to the smaller one, in hundredths.
fn ratio(a: u64, b: u64) -> u64 {
    let (small, large) = (a.min(b).max(1), a.max(b));
    large.saturating_mul(100) / small
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_estimate_is_the_median_of_outcomes_of_similar_size() {
        let profile = "photo".parse().unwrap();
        let mut forecast = Forecast::default();
        assert_eq!(forecast.estimate(&profile, 1000), None);
        for index in 0..8 {
            forecast.record(&profile, 1000 + u64::from(index), (40 + index) * MS);
            forecast.record(&profile, 4_000_000 + u64::from(index), (800 + index) * MS);
        }
        assert_eq!(forecast.estimate(&profile, 0), Some(42 * MS));
        assert_eq!(forecast.estimate(&profile, 5_000_000), Some(805 * MS));
        assert_eq!(forecast.estimate(&"avatar".parse().unwrap(), 1000), None);
    }

    #[test]
    fn old_outcomes_are_forgotten() {
        let profile = "photo".parse().unwrap();
        let mut forecast = Forecast::default();
        for took in [9000 * MS, 50 * MS] {
            (0..RECENT).for_each(|_| forecast.record(&profile, 1000, took));
            assert_eq!(forecast.estimate(&profile, 1000), Some(took));
        }
    }
}
