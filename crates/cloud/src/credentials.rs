//! Whose name everything is signed in.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::{CloudError, CloudErrorKind};

/// Roles' new credentials are there this long before the old ones end, and are better: what is
/// signed with them lives longer.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);
/// Credentials that do not say when they end are asked for again, because files change.
const REREAD_AFTER: Duration = Duration::from_secs(5 * 60);
/// Between two tries to get newer ones.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Credentials kept until newer ones are to be had, so that signing asks nobody.
///
/// The SDK has such a cache of its own, but does not tell what is in it; and what is signed has to
/// end with the very credentials that signed it.
#[derive(Debug)]
pub(crate) struct CredentialCache {
    provider: Option<SharedCredentialsProvider>,
    held: RwLock<Option<Held>>,
    /// When newer ones were last asked for; held by the one who asks.
    tried_at: Mutex<Option<Instant>>,
}

#[derive(Debug, Clone)]
struct Held {
    credentials: Arc<Credentials>,
    since: Instant,
}

impl Held {
    fn left(&self) -> Option<Duration> {
        let expiry = self.credentials.expiry()?;
        let left = expiry.duration_since(SystemTime::now());
        Some(left.unwrap_or_default())
    }

    fn is_fresh(&self) -> bool {
        match self.left() {
            Some(left) => left > RENEW_BEFORE,
            None => self.since.elapsed() < REREAD_AFTER,
        }
    }

    fn is_valid(&self) -> bool {
        self.left().is_none_or(|left| !left.is_zero())
    }
}

impl CredentialCache {
    pub(crate) fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self {
            provider,
            held: RwLock::default(),
            tried_at: Mutex::default(),
        }
    }

    /// Credentials that are valid now. While one caller asks for newer ones, the others go on with
    /// those that there are.
    ///
    /// # Errors
    /// `Forbidden` if there are none, and none to be had.
    pub(crate) async fn current(
        &self,
        operation: &'static str,
    ) -> Result<Arc<Credentials>, CloudError> {
        let failure = match self.held() {
            Some(held) if held.is_fresh() => return Ok(held.credentials),
            Some(held) if held.is_valid() => match self.tried_at.try_lock() {
                Ok(tried_at) => self.renew(tried_at).await,
                Err(_) => return Ok(held.credentials),
            },
            _ => self.renew(self.tried_at.lock().await).await,
        };
        match (self.held(), failure) {
            (Some(held), _) if held.is_valid() => Ok(held.credentials),
            (_, Err(why)) => Err(forbidden(operation, &why)),
            (_, Ok(())) => Err(forbidden(operation, "the credentials have expired")),
        }
    }

    /// # Errors
    /// Why there are no newer ones, for the log.
    async fn renew(&self, mut tried_at: MutexGuard<'_, Option<Instant>>) -> Result<(), String> {
        let provider = self.provider.as_ref();
        let provider = provider.ok_or("no credentials are configured")?;
        // Whoever waited for the lock finds that another has just asked.
        let has_valid = self.held().is_some_and(|held| held.is_valid());
        if has_valid && tried_at.is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return Ok(());
        }
        *tried_at = Some(Instant::now());
        match provider.provide_credentials().await {
            Ok(credentials) => {
                let held = Held {
                    credentials: Arc::new(credentials),
                    since: Instant::now(),
                };
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "no newer credentials");
                Err(error.to_string())
            }
        }
    }

    fn held(&self) -> Option<Held> {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn forbidden(operation: &'static str, why: &str) -> CloudError {
    CloudError::new(CloudErrorKind::Forbidden, operation, why)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::future;

    use super::*;

    /// Gives credentials that are used up one after the other; then fails.
    #[derive(Debug)]
    pub(crate) struct Rotating {
        pub(crate) lifetimes: Vec<Option<Duration>>,
        pub(crate) asked: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Rotating {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let count = self.asked.fetch_add(1, Ordering::Relaxed);
            future::ProvideCredentials::ready(match self.lifetimes.get(count) {
                Some(lifetime) => {
                    let expiry = lifetime.map(|lifetime| SystemTime::now() + lifetime);
                    let id = format!("AKID{count}");
                    Ok(Credentials::new(id, "secret", None, expiry, "test"))
                }
                None => Err(CredentialsError::provider_error("away")),
            })
        }
    }

    pub(crate) fn rotating(lifetimes: &[Option<u64>]) -> (CredentialCache, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let provider = Rotating {
            lifetimes: lifetimes
                .iter()
                .map(|seconds| seconds.map(Duration::from_secs))
                .collect(),
            asked: Arc::clone(&asked),
        };
        let provider = SharedCredentialsProvider::new(provider);
        (CredentialCache::new(Some(provider)), asked)
    }

    async fn id(cache: &CredentialCache) -> Result<String, CloudErrorKind> {
        let current = cache.current("GetObject").await;
        current
            .map(|credentials| credentials.access_key_id().to_owned())
            .map_err(|error| error.kind)
    }

    #[tokio::test]
    async fn signing_asks_nobody_while_the_credentials_last() {
        for lifetime in [None, Some(3600)] {
            let (cache, asked) = rotating(&[lifetime]);
            for _ in 0..100 {
                assert_eq!(id(&cache).await.unwrap(), "AKID0");
            }
            assert_eq!(asked.load(Ordering::Relaxed), 1);
        }
    }

    #[tokio::test]
    async fn newer_ones_are_taken_before_the_old_ones_end() {
        let (cache, asked) = rotating(&[Some(30), Some(3600)]);
        assert_eq!(id(&cache).await.unwrap(), "AKID0");
        tokio::time::pause();
        tokio::time::advance(RETRY_AFTER).await;
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_provider_that_is_away_costs_nothing_while_the_old_ones_last() {
        let (cache, asked) = rotating(&[Some(30)]);
        for _ in 0..100 {
            assert_eq!(id(&cache).await.unwrap(), "AKID0");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1, "within five seconds");
    }

    #[tokio::test]
    async fn credentials_that_have_ended_are_not_used() {
        let (cache, _) = rotating(&[Some(0)]);
        assert_eq!(id(&cache).await, Err(CloudErrorKind::Forbidden));
        let (cache, _) = rotating(&[Some(0), Some(60)]);
        assert_eq!(id(&cache).await, Err(CloudErrorKind::Forbidden));
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(
            id(&CredentialCache::new(None)).await,
            Err(CloudErrorKind::Forbidden)
        );
    }
}
