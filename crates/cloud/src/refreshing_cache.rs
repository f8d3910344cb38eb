//! A cached value that is refreshed while the old one is still served.

use std::future::Future;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// One value of `T`, fetched when it is needed and refreshed before it is too old
/// ("stale while revalidate", RFC 5861).
///
/// One caller at a time fetches. The others get the old value meanwhile if it still serves them,
/// and wait otherwise. If a fetch fails, the old value stays, and nobody fetches again before the
/// retry interval is over.
#[derive(Debug)]
pub struct RefreshingCache<T, E> {
    cached: RwLock<Option<Cached<T>>>,
    /// Locked by the caller that fetches.
    last_attempt: Mutex<Option<Attempt<E>>>,
    retry_interval: Duration,
}

/// The state of a cached value, as its caller judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The value serves, and is not due for a refresh.
    Fresh,
    /// The value serves, but should be refreshed.
    Stale,
    /// The value does not serve this caller.
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
    /// An empty cache that waits for `retry_interval` between two fetches.
    pub fn new(retry_interval: Duration) -> Self {
        Self {
            cached: RwLock::default(),
            last_attempt: Mutex::default(),
            retry_interval,
        }
    }

    /// Returns the newest value. Calls `fetch` first if `freshness`, given the cached value and its
    /// age, asks for it.
    ///
    /// The value returned may be `Unusable`: `fetch` failed, or returned such a value, or was
    /// called within the retry interval.
    ///
    /// # Errors
    /// The error of the last fetch, if none has ever succeeded.
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
        // Counts even if this caller is cancelled.
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
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    const STALE_AFTER: Duration = Duration::from_secs(60);
    const UNUSABLE_AFTER: Duration = Duration::from_secs(300);
    const RETRY_INTERVAL: Duration = Duration::from_secs(10);

    /// A cache over a source that counts its fetches and returns the count.
    struct Counter {
        cache: RefreshingCache<u32, &'static str>,
        fetches: AtomicU32,
        is_failing: bool,
        permits: Semaphore,
    }

    impl Counter {
        fn new() -> Self {
            Self {
                cache: RefreshingCache::new(RETRY_INTERVAL),
                fetches: AtomicU32::new(0),
                is_failing: false,
                permits: Semaphore::new(Semaphore::MAX_PERMITS),
            }
        }

        async fn get(&self) -> Result<u32, &'static str> {
            let freshness = |_: &u32, age| match age {
                age if age < STALE_AFTER => Freshness::Fresh,
                age if age < UNUSABLE_AFTER => Freshness::Stale,
                _ => Freshness::Unusable,
            };
            self.cache.get(freshness, || self.fetch()).await
        }

        async fn fetch(&self) -> Result<u32, &'static str> {
            let count = self.fetches.fetch_add(1, Ordering::Relaxed) + 1;
            let _permit = self.permits.acquire().await;
            if self.is_failing {
                Err("down")
            } else {
                Ok(count)
            }
        }

        fn fetches(&self) -> u32 {
            self.fetches.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fresh_value_is_not_fetched_again() {
        let counter = Counter::new();
        for _ in 0..100 {
            assert_eq!(counter.get().await, Ok(1));
        }
        tokio::time::advance(STALE_AFTER).await;
        assert_eq!(counter.get().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stale_value_is_served_while_one_caller_fetches() {
        let mut counter = Counter::new();
        counter.get().await.unwrap();
        counter.permits = Semaphore::new(0);
        let counter = Arc::new(counter);
        tokio::time::advance(STALE_AFTER).await;
        let fetching = tokio::spawn({
            let counter = Arc::clone(&counter);
            async move { counter.get().await }
        });
        tokio::task::yield_now().await;
        assert_eq!(counter.get().await, Ok(1));
        counter.permits.add_permits(1);
        assert_eq!(fetching.await.unwrap(), Ok(2));
        assert_eq!(counter.get().await, Ok(2));
        assert_eq!(counter.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_without_a_usable_value_wait_for_one_fetch() {
        let mut counter = Counter::new();
        counter.get().await.unwrap();
        counter.permits = Semaphore::new(0);
        let counter = Arc::new(counter);
        tokio::time::advance(UNUSABLE_AFTER).await;
        let callers: Vec<_> = (0..10)
            .map(|_| {
                let counter = Arc::clone(&counter);
                tokio::spawn(async move { counter.get().await })
            })
            .collect();
        tokio::task::yield_now().await;
        counter.permits.add_permits(1);
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Ok(2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_fetch_keeps_the_old_value_and_is_retried_after_the_interval() {
        let mut counter = Counter::new();
        counter.get().await.unwrap();
        counter.is_failing = true;
        for age in [STALE_AFTER, UNUSABLE_AFTER] {
            tokio::time::advance(age).await;
            let before = counter.fetches();
            for _ in 0..100 {
                assert_eq!(counter.get().await, Ok(1));
            }
            assert_eq!(counter.fetches(), before + 1);
        }
        tokio::time::advance(RETRY_INTERVAL).await;
        counter.is_failing = false;
        assert_eq!(counter.get().await, Ok(4));
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_cache_returns_the_last_error_until_the_interval_is_over() {
        let mut counter = Counter::new();
        counter.is_failing = true;
        for _ in 0..100 {
            assert_eq!(counter.get().await, Err("down"));
        }
        assert_eq!(counter.fetches(), 1);
        counter.is_failing = false;
        tokio::time::advance(RETRY_INTERVAL).await;
        assert_eq!(counter.get().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_first_fetch_does_not_block_the_next() {
        let mut counter = Counter::new();
        counter.permits = Semaphore::new(0);
        let cancelled = tokio::time::timeout(Duration::from_secs(1), counter.get()).await;
        assert!(cancelled.is_err());
        counter.permits.add_permits(1);
        assert_eq!(counter.get().await, Ok(2));
    }
}
