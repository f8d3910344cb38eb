//! The limit on the rate of requests.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A limit on the rate of requests, without bursts.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    /// The time of the next request.
    next: Mutex<Instant>,
}

impl Pace {
    /// Creates a limit in requests per second. With `None`, there is no limit.
    pub(super) fn new(max_rate: Option<NonZeroU32>) -> Self {
        let interval = max_rate.map(|rate| Duration::from_secs(1) / rate.get());
        Self {
            interval: interval.unwrap_or_default(),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits until the next request may be sent.
    pub(super) async fn wait(&self) {
        if self.interval.is_zero() {
            return;
        }
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = (*next).max(Instant::now());
            *next = turn + self.interval;
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn concurrent_requests_share_the_rate() {
        let pace = Pace::new(NonZeroU32::new(50));
        let started_at = Instant::now();
        join_all((0..101).map(|_| pace.wait())).await;
        // Timers of tokio have a resolution of a millisecond.
        let took = started_at.elapsed();
        assert!((2.0..2.1).contains(&took.as_secs_f64()), "{took:?}");
    }
}
