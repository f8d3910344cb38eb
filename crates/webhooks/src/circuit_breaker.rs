//! A circuit breaker for deliveries.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use darkroom_cloud::Backoff;
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
}

impl CircuitBreaker {
    /// Waits until an attempt is permitted. Returns the number of attempts that may then run at the
    /// same time.
    pub(crate) async fn ready(&self) -> usize {
        let failures = self.consecutive_failures.load(Ordering::Relaxed);
        let Some(excess) = failures.checked_sub(OPEN_AFTER) else {
            return usize::MAX;
        };
        sleep(PAUSE.delay(excess + 1)).await;
        1
    }

    pub(crate) fn record(&self, is_success: bool) {
        if is_success {
            self.consecutive_failures.store(0, Ordering::Relaxed);
        } else {
            self.consecutive_failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

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
}
