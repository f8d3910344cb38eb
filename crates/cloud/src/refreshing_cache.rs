//! A cache that still serves the old value while it fetches a new one.

use std::future::Future;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// A cached value of type `T`. It is fetched on first use, and refreshed before it is too old
/// ("stale while revalidate", RFC 5861).
///
/// Only one caller fetches at a time. Meanwhile, the other callers get the old value if they can
/// use it, and wait otherwise. If a fetch fails, the cache keeps the old value, and fetches again
/// after the retry interval at the earliest.
#[derive(Debug)]
pub struct RefreshingCache<T, E> {
    cached: RwLock<Option<Cached<T>>>,
    /// The caller that fetches holds this lock.
    last_attempt: Mutex<Option<Attempt<E>>>,
    retry_interval: Duration,
}

/// The state of a cached value for one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The value is usable and needs no refresh.
    Fresh,
    /// The value is usable but needs a refresh.
    Stale,
    /// This caller cannot use the value.
    Unusable,
}

#[derive(Debug, Clone)]
struct Cached<T> {
    value: T,
    since: Instant,
}

#[derive(Debug)]
struct Attempt<E> {
    at: Instant,
    error: Option<E>,
}

impl<T: Clone, E: Clone> RefreshingCache<T, E> {
    /// Creates an empty cache. Two fetches are at least `retry_interval` apart, with one exception:
    /// if a fetch is cancelled while the cache is empty, the next caller fetches at once.
    pub fn new(retry_interval: Duration) -> Self {
        Self {
            cached: RwLock::default(),
            last_attempt: Mutex::default(),
            retry_interval,
        }
    }

    /// Returns the newest value. Calls `freshness` with the value and its age. Fetches a new value
    /// if there is none, or if `freshness` does not return `Fresh`. Skips the fetch if the retry
    /// interval has not passed, or if the value is `Stale` and another caller is fetching.
    ///
    /// The returned value may be `Unusable`, because `fetch` may fail or return such a value, or
    /// because the retry interval has not passed.
    ///
    /// # Errors
    /// The error of the last fetch, if no fetch has ever succeeded.
    pub async fn get<F>(
        &self,
        freshness: impl Fn(&T, Duration) -> Freshness,
        fetch: impl FnOnce() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let state = |cached: &Cached<T>| freshness(&cached.value, cached.since.elapsed());
        let attempt = match self.cached() {
            Some(cached) => match state(&cached) {
                Freshness::Fresh => return Ok(cached.value),
                Freshness::Stale => match self.last_attempt.try_lock() {
                    Ok(attempt) => attempt,
                    Err(_) => return Ok(cached.value),
                },
                Freshness::Unusable => self.last_attempt.lock().await,
            },
            None => self.last_attempt.lock().await,
        };
        // Another caller may have fetched while this one waited for the lock.
        match self.cached() {
            Some(cached) if state(&cached) == Freshness::Fresh => Ok(cached.value),
            cached => self.refresh(attempt, cached, fetch).await,
        }
    }

    async fn refresh<F>(
        &self,
        mut attempt: MutexGuard<'_, Option<Attempt<E>>>,
        cached: Option<Cached<T>>,
        fetch: impl FnOnce() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        if let Some(last) = &*attempt
            && last.at.elapsed() < self.retry_interval
        {
            match (&cached, &last.error) {
                (Some(cached), _) => return Ok(cached.value.clone()),
                (None, Some(error)) => return Err(error.clone()),
                (None, None) => {}
            }
        }
        // Recorded before the fetch, so that it counts even if this caller is cancelled. While the
        // cache is empty, a cancelled attempt does not count.
        *attempt = Some(Attempt::new(None));
        match fetch().await {
            Ok(value) => {
                let cached = Cached {
                    value: value.clone(),
                    since: Instant::now(),
                };
                *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
                *attempt = Some(Attempt::new(None));
                Ok(value)
            }
            Err(error) => {
                *attempt = Some(Attempt::new(Some(error.clone())));
                cached.map(|cached| cached.value).ok_or(error)
            }
        }
    }

    fn cached(&self) -> Option<Cached<T>> {
        self.cached
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl<E> Attempt<E> {
    fn new(error: Option<E>) -> Self {
        Self {
            at: Instant::now(),
            error,
        }
    }
}

#[cfg(test)]
mod tests;
