//! A rate limiter with one state per key (generic cell rate algorithm, ITU-T I.371).
//!
//! The crate `governor` implements the same algorithm, but its store of keys is unbounded. Callers
//! can name any number of owners, so the store needs a bound. With `governor` we would still have to
//! write the store, which is most of this file.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The maximum number of keys with their own state. A state takes about a hundred bytes.
const MAX_KEYS: usize = 100_000;
/// The key that the requests of all new keys count against when there are too many keys. No real
/// key is empty.
const OVERFLOW_KEY: &str = "";
/// The minimum pause between two sweeps for idle keys. A sweep visits every key.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// A rate limit that applies to each key separately.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// The time between two requests at the steady rate.
    interval: Duration,
    policy: RatePolicy,
    states: Mutex<States>,
    max_keys: usize,
}

/// The number of requests in a burst, and the time in which a whole burst is replenished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RatePolicy {
    pub(crate) burst: u32,
    pub(crate) window: Duration,
}

#[derive(Debug, Default)]
struct States {
    /// The time at which each key may send a whole burst again ("theoretical arrival time"). A
    /// key without an entry may send a whole burst.
    replenished_at: HashMap<String, Instant>,
    swept_at: Option<Instant>,
}

/// The rest of the rate limit of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remaining {
    /// The number of requests that are allowed now.
    pub(crate) requests: u32,
    /// The time until a whole burst is allowed.
    pub(crate) reset_in: Duration,
}

/// The error for an exhausted rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    /// The time until the next request is allowed.
    pub(crate) retry_in: Duration,
}

impl RateLimiter {
    /// Creates a limit of `rate` requests per second, and of `burst` requests at once. A value of 0
    /// counts as 1.
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / rate.max(1);
        let burst = burst.max(1);
        Self {
            interval,
            policy: RatePolicy {
                burst,
                window: interval * burst,
            },
            states: Mutex::default(),
            max_keys: MAX_KEYS,
        }
    }

    /// Counts one request, or returns an error if the rate limit of its key is exhausted.
    pub(crate) fn count(&self, key: &str) -> Result<Remaining, Exceeded> {
        let now = Instant::now();
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let key = states.key_or_overflow(key, now, self.max_keys);
        let replenished_at = states.replenished_at.get(key).copied();
        let replenished_at = replenished_at.map_or(now, |at| at.max(now)) + self.interval;
        let reset_in = replenished_at - now;
        let Some(left) = self.policy.window.checked_sub(reset_in) else {
            let retry_in = reset_in - self.policy.window;
            return Err(Exceeded { retry_in });
        };
        states.replenished_at.insert(key.to_owned(), replenished_at);
        let requests = left.as_nanos() / self.interval.as_nanos();
        Ok(Remaining {
            requests: u32::try_from(requests).unwrap_or(u32::MAX),
            reset_in,
        })
    }

    pub(crate) const fn policy(&self) -> RatePolicy {
        self.policy
    }
}

impl States {
    /// Returns the key that a request counts against: its own, or [`OVERFLOW_KEY`] if there are too
    /// many keys. Drops idle keys first to make space.
    fn key_or_overflow<'a>(&mut self, key: &'a str, now: Instant, max_keys: usize) -> &'a str {
        if self.replenished_at.len() < max_keys || self.replenished_at.contains_key(key) {
            return key;
        }
        let is_due = self.swept_at.is_none_or(|at| now - at >= SWEEP_INTERVAL);
        if is_due {
            self.swept_at = Some(now);
            self.replenished_at.retain(|_, at| *at > now);
        }
        if self.replenished_at.len() < max_keys {
            key
        } else {
            OVERFLOW_KEY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_allowed_and_then_the_steady_rate() {
        let limiter = RateLimiter::new(10, 3);
        for requests in [2, 1, 0] {
            assert_eq!(limiter.count("a").unwrap().requests, requests);
        }
        let exceeded = limiter.count("a").unwrap_err();
        assert_eq!(exceeded.retry_in, Duration::from_millis(100));
        assert!(limiter.count("b").is_ok(), "another key has its own limit");
        tokio::time::advance(Duration::from_millis(100)).await;
        assert!(limiter.count("a").is_ok());
        assert!(limiter.count("a").is_err());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(limiter.count("a").unwrap().requests, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_of_keys_is_bounded() {
        let limiter = RateLimiter {
            max_keys: 10,
            ..RateLimiter::new(1, 2)
        };
        let mut exceeded = 0;
        for key in 0..100 {
            exceeded += usize::from(limiter.count(&key.to_string()).is_err());
        }
        let keys = || limiter.states.lock().unwrap().replenished_at.len();
        assert_eq!(keys(), 11);
        assert_eq!(exceeded, 88, "the keys beyond ten share a burst of two");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(limiter.count("new").is_ok());
        assert_eq!(keys(), 1);
    }
}
