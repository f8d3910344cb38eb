//! Requests counted by who sends them (generic cell rate algorithm, ITU-T I.371).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many senders are told apart. Each takes about a hundred bytes.
const MAX_SENDERS: usize = 100_000;
/// Where all of them are in use, others share one count. None has this name.
const THE_OTHERS: &str = "";
/// Looking for senders that have been quiet goes through all of them.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// One limit for each of many senders.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// Between two requests of a steady sender.
    interval: Duration,
    /// How far ahead of that a sender may be.
    tolerance: Duration,
    senders: Mutex<Senders>,
    max_senders: usize,
}

#[derive(Debug, Default)]
struct Senders {
    /// When each would be steady again; who is not here is.
    steady_at: HashMap<String, Instant>,
    swept_at: Option<Instant>,
}

/// What is left of a sender's share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Requests that may come now.
    pub(crate) left: u32,
    /// Until all of them may.
    pub(crate) whole_in: Duration,
}

/// There is nothing left; this long until there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) retry_in: Duration,
}

impl RateLimiter {
    /// `rate` a second, and `burst` at once; both are at least 1.
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / rate.max(1);
        Self {
            interval,
            tolerance: interval * burst.max(1),
            senders: Mutex::default(),
            max_senders: MAX_SENDERS,
        }
    }

    /// Counts one request of `sender`.
    pub(crate) fn count(&self, sender: &str) -> Result<Share, Exceeded> {
        let now = Instant::now();
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = senders.known(sender, now, self.max_senders);
        let steady_at = senders.steady_at.get(sender).copied();
        let steady_at = steady_at.map_or(now, |at| at.max(now)) + self.interval;
        let ahead = steady_at - now;
        if ahead > self.tolerance {
            let retry_in = ahead - self.tolerance;
            return Err(Exceeded { retry_in });
        }
        senders.steady_at.insert(sender.to_owned(), steady_at);
        let left = (self.tolerance - ahead).as_nanos() / self.interval.as_nanos();
        Ok(Share {
            left: u32::try_from(left).unwrap_or(u32::MAX),
            whole_in: ahead,
        })
    }

    /// How many may come at once, and in what time they come back.
    pub(crate) fn quota(&self) -> (u128, Duration) {
        let burst = self.tolerance.as_nanos() / self.interval.as_nanos();
        (burst, self.tolerance)
    }
}

impl Senders {
    /// The name under which a sender is counted.
    fn known<'a>(&mut self, sender: &'a str, now: Instant, max: usize) -> &'a str {
        if self.steady_at.len() < max || self.steady_at.contains_key(sender) {
            return sender;
        }
        let is_due = self.swept_at.is_none_or(|at| now - at >= SWEEP_INTERVAL);
        if is_due {
            self.swept_at = Some(now);
            self.steady_at.retain(|_, steady_at| *steady_at > now);
        }
        if self.steady_at.len() < max {
            sender
        } else {
            THE_OTHERS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_let_through_and_then_the_rate() {
        let limit = RateLimiter::new(10, 3);
        for left in [2, 1, 0] {
            assert_eq!(limit.count("a").unwrap().left, left);
        }
        let refused = limit.count("a").unwrap_err();
        assert_eq!(refused.retry_in, Duration::from_millis(100));
        assert!(limit.count("b").is_ok(), "another one's share");
        tokio::time::advance(Duration::from_millis(100)).await;
        assert!(limit.count("a").is_ok());
        assert!(limit.count("a").is_err());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(limit.count("a").unwrap().left, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_come_only_so_many_are_remembered() {
        let limit = RateLimiter {
            max_senders: 10,
            ..RateLimiter::new(1, 2)
        };
        let mut refused = 0;
        for sender in 0..100 {
            refused += usize::from(limit.count(&sender.to_string()).is_err());
        }
        let remembered = || limit.senders.lock().unwrap().steady_at.len();
        assert_eq!(remembered(), 11);
        assert_eq!(refused, 88, "those beyond ten share two requests");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(limit.count("new").is_ok());
        assert_eq!(remembered(), 1);
    }
}
