//! The `sequencer` of events.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of strictly increasing numbers that order the events of a key.
///
/// The numbers follow the clock. After a restart, they are greater than the numbers of all stored
/// objects, even if the clock was set back.
#[derive(Debug, Default)]
pub(crate) struct Sequencer {
    last: AtomicU64,
}

impl Sequencer {
    /// Makes the following numbers greater than `used`.
    pub(crate) fn skip_past(&self, used: u64) {
        self.last.fetch_max(used, Ordering::Relaxed);
    }

    /// Returns the next number.
    pub(crate) fn next(&self) -> u64 {
        let now = nanos_since_epoch();
        let next = |last: u64| now.max(last + 1);
        let previous = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(next(last))
            });
        // The closure never returns `None`, so the update always succeeds.
        match previous {
            Ok(last) | Err(last) => next(last),
        }
    }
}

fn nanos_since_epoch() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_increase() {
        let sequencer = Sequencer::default();
        let numbers: Vec<_> = (0..1000).map(|_| sequencer.next()).collect();
        assert!(numbers.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn numbers_increase_past_a_clock_that_was_set_back() {
        let sequencer = Sequencer::default();
        let ahead = nanos_since_epoch() + 1_000_000_000_000;
        sequencer.skip_past(ahead);
        assert_eq!(sequencer.next(), ahead + 1);
    }
}
