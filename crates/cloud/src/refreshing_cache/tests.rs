//! Tests of the cache with a paused clock.

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
