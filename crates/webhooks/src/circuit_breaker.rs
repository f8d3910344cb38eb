//! A circuit breaker for deliveries.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use darkroom_cloud::Backoff;
use tokio::sync::watch;
use tokio::time::sleep;

/// The receiver, or the store with the outcomes, counts as down after this many consecutive
/// failures.
const OPEN_AFTER: u32 = 20;
/// The pauses between attempts while the receiver or the store is down.
const PAUSE: Backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_secs(60));

/// A circuit breaker. After many consecutive failures, it permits only one attempt at a time, with
/// growing pauses, until an attempt succeeds.
#[derive(Debug, Default)]
pub(crate) struct CircuitBreaker {
    consecutive_failures: AtomicU32,
    /// The number of attempts in progress.
    in_progress: watch::Sender<usize>,
}

/// An attempt in progress, until this value is dropped.
#[derive(Debug)]
pub(crate) struct Attempt<'a>(&'a CircuitBreaker);

impl CircuitBreaker {
    /// Waits until an attempt is permitted. Returns the number of attempts that may then start.
    pub(crate) async fn ready(&self) -> usize {
        let Some(excess) = self.excess_failures() else {
            return usize::MAX;
        };
        sleep(PAUSE.delay(excess + 1)).await;
        let mut in_progress = self.in_progress.subscribe();
        // The sender is a field of `self`, so this cannot fail.
        let _ = in_progress.wait_for(|count| *count == 0).await;
        match self.excess_failures() {
            Some(_) => 1,
            None => usize::MAX,
        }
    }

    /// Returns the number of consecutive failures beyond [`OPEN_AFTER`], or `None` if the breaker is
    /// closed.
    fn excess_failures(&self) -> Option<u32> {
        let failures = self.consecutive_failures.load(Ordering::Relaxed);
        failures.checked_sub(OPEN_AFTER)
    }

    /// Starts an attempt.
    pub(crate) fn start_attempt(&self) -> Attempt<'_> {
        self.in_progress.send_modify(|count| *count += 1);
        Attempt(self)
    }

    pub(crate) fn record(&self, is_success: bool) {
        if is_success {
            self.consecutive_failures.store(0, Ordering::Relaxed);
        } else {
            self.consecutive_failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let in_progress = &self.0.in_progress;
        in_progress.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_failures_open_the_breaker_and_one_success_closes_it() {
        let breaker = CircuitBreaker::default();
        for _ in 0..OPEN_AFTER {
            assert_eq!(breaker.ready().await, usize::MAX);
            breaker.record(false);
        }
        let started_at = Instant::now();
        assert_eq!(breaker.ready().await, 1);
        assert!(started_at.elapsed() >= Duration::from_millis(500));
        breaker.record(true);
        assert_eq!(breaker.ready().await, usize::MAX);
    }
    #[tokio::test(start_paused = true)]
    async fn an_open_breaker_waits_for_the_attempt_in_progress() {
        let breaker = CircuitBreaker::default();
        let attempts = [breaker.start_attempt(), breaker.start_attempt()];
        for _ in 0..OPEN_AFTER {
            breaker.record(false);
        }
        let long = Duration::from_secs(3600);
        timeout(long, breaker.ready()).await.unwrap_err();
        drop(attempts);
        assert_eq!(breaker.ready().await, 1);
    }
}
