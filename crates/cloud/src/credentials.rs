//! The credentials of presigned requests.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use crate::error::innermost_cause;
use crate::{CloudError, CloudErrorKind, Freshness, RefreshingCache};

/// The remaining lifetime at which credentials are refreshed. By then, AWS has already issued new
/// credentials for a role. Signatures made with the new credentials are valid for longer.
const REFRESH_BEFORE: Duration = Duration::from_secs(5 * 60);
/// The age at which credentials without an expiry are read again, because the files that contain
/// them may have changed.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// The minimum time between two requests to the provider.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);
/// The error if no credentials are configured.
pub(crate) const NOT_CONFIGURED: &str = "no credentials are configured";

/// Credentials that are kept in memory, so that presigning makes no call.
///
/// The SDK has its own cache, but does not expose when the credentials expire. Presigning needs
/// this time, because a presigned request must not outlive its credentials.
#[derive(Debug)]
pub(crate) struct CredentialCache {
    provider: Option<SharedCredentialsProvider>,
    cache: RefreshingCache<Arc<Credentials>, String>,
}

impl CredentialCache {
    pub(crate) fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self {
            provider,
            cache: RefreshingCache::new(RETRY_INTERVAL),
        }
    }

    /// Returns credentials that are valid now.
    ///
    /// # Errors
    /// `Forbidden` if there are no valid credentials.
    pub(crate) async fn current(
        &self,
        operation: &'static str,
    ) -> Result<Arc<Credentials>, CloudError> {
        let forbidden =
            |detail: String| CloudError::new(CloudErrorKind::Forbidden, operation, detail);
        let cached = self.cache.get(freshness, || self.refresh()).await;
        let credentials = cached.map_err(forbidden)?;
        if freshness(&credentials, Duration::ZERO) == Freshness::Unusable {
            return Err(forbidden("the credentials have expired".to_owned()));
        }
        Ok(credentials)
    }

    /// Fetches the first credentials. Does not log an error, because the caller reports it.
    ///
    /// # Errors
    /// [`NOT_CONFIGURED`], or the reason why the provider failed.
    pub(crate) async fn check(&self) -> Result<(), String> {
        let cached = self.cache.get(freshness, || self.fetch()).await;
        cached.map(drop)
    }

    async fn refresh(&self) -> Result<Arc<Credentials>, String> {
        let fetched = self.fetch().await;
        if let Err(error) = &fetched {
            tracing::warn!(error, "cannot refresh the credentials");
        }
        fetched
    }

    async fn fetch(&self) -> Result<Arc<Credentials>, String> {
        let provider = self.provider.as_ref().ok_or(NOT_CONFIGURED)?;
        match provider.provide_credentials().await {
            Ok(credentials) => Ok(Arc::new(credentials)),
            Err(CredentialsError::CredentialsNotLoaded(_)) => Err(NOT_CONFIGURED.to_owned()),
            Err(error) => Err(innermost_cause(&error)),
        }
    }
}

fn freshness(credentials: &Arc<Credentials>, age: Duration) -> Freshness {
    let Some(expiry) = credentials.expiry() else {
        return match age {
            age if age < MAX_AGE => Freshness::Fresh,
            _ => Freshness::Stale,
        };
    };
    match expiry.duration_since(SystemTime::now()) {
        Ok(left) if left > REFRESH_BEFORE => Freshness::Fresh,
        Ok(left) if !left.is_zero() => Freshness::Stale,
        _ => Freshness::Unusable,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::provider::future;

    use super::*;

    /// A provider that returns credentials with these lifetimes one after the other, and then
    /// fails.
    #[derive(Debug)]
    pub(crate) struct Rotating {
        pub(crate) lifetimes: Vec<Option<Duration>>,
        pub(crate) calls: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Rotating {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let count = self.calls.fetch_add(1, Ordering::Relaxed);
            future::ProvideCredentials::ready(match self.lifetimes.get(count) {
                Some(lifetime) => {
                    let expiry = lifetime.map(|lifetime| SystemTime::now() + lifetime);
                    let id = format!("AKID{count}");
                    Ok(Credentials::new(id, "secret", None, expiry, "test"))
                }
                None => Err(CredentialsError::provider_error("down")),
            })
        }
    }

    pub(crate) fn rotating(lifetimes: &[Option<u64>]) -> (CredentialCache, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let provider = Rotating {
            lifetimes: lifetimes
                .iter()
                .map(|seconds| seconds.map(Duration::from_secs))
                .collect(),
            calls: Arc::clone(&calls),
        };
        let provider = SharedCredentialsProvider::new(provider);
        (CredentialCache::new(Some(provider)), calls)
    }

    async fn id(cache: &CredentialCache) -> Result<String, CloudErrorKind> {
        let current = cache.current("GetObject").await;
        current
            .map(|credentials| credentials.access_key_id().to_owned())
            .map_err(|error| error.kind)
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_while_they_are_fresh() {
        for lifetime in [None, Some(3600)] {
            let (cache, calls) = rotating(&[lifetime]);
            for _ in 0..100 {
                assert_eq!(id(&cache).await.unwrap(), "AKID0");
            }
            assert_eq!(calls.load(Ordering::Relaxed), 1);
        }
    }

    #[tokio::test]
    async fn credentials_are_replaced_before_they_expire() {
        let (cache, calls) = rotating(&[Some(30), Some(3600)]);
        assert_eq!(id(&cache).await.unwrap(), "AKID0");
        tokio::time::pause();
        tokio::time::advance(RETRY_INTERVAL).await;
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn the_provider_is_not_called_again_within_the_retry_interval() {
        let (cache, calls) = rotating(&[Some(30)]);
        for _ in 0..100 {
            assert_eq!(id(&cache).await.unwrap(), "AKID0");
        }
        assert_eq!(
            calls.load(Ordering::Relaxed),
            1,
            "within the retry interval"
        );
    }

    #[tokio::test]
    async fn expired_credentials_are_not_used() {
        let (cache, _) = rotating(&[Some(0)]);
        assert_eq!(id(&cache).await, Err(CloudErrorKind::Forbidden));
        let (cache, _) = rotating(&[Some(0), Some(60)]);
        assert_eq!(id(&cache).await, Err(CloudErrorKind::Forbidden));
        tokio::time::pause();
        tokio::time::advance(RETRY_INTERVAL).await;
        assert_eq!(id(&cache).await.unwrap(), "AKID1");
        assert_eq!(
            id(&CredentialCache::new(None)).await,
            Err(CloudErrorKind::Forbidden)
        );
    }
}
