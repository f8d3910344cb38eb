//! What every URL that is good without credentials has in common.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::presigning::PresigningConfig;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use crate::credentials::CredentialCache;
use crate::sigv4::{Address, Presignable, Signer, Stamp};
use crate::{CloudError, CloudErrorKind};

/// Any key has the address of all of them, before it.
const SAMPLE_KEY: &str = "key";

/// Signs for one bucket, under the name that clients can reach; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Presigner(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    /// Knows where buckets are.
    client: Client,
    bucket: String,
    address: OnceCell<Address>,
    credentials: Arc<CredentialCache>,
    signer: Signer,
}

/// What a URL allows.
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) key: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) headers: &'a BTreeMap<&'a str, &'a str>,
}

/// From when to when a signature is good, and whose it is.
pub(crate) struct Validity {
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) stamp: Stamp,
    from: SystemTime,
    expires_in: Duration,
}

impl Presigner {
    pub(crate) fn new(client: Client, credentials: Arc<CredentialCache>, bucket: &str) -> Self {
        // A client always has a region.
        let region = client.config().region().map_or("", Region::as_ref);
        Self(Arc::new(Parts {
            signer: Signer::new(region),
            client,
            bucket: bucket.to_owned(),
            address: OnceCell::new(),
            credentials,
        }))
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.0.bucket
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.0.signer
    }

    /// The URL that allows just this, for so long.
    ///
    /// # Errors
    /// As [`Presigner::validity`] and [`Presigner::address`].
    pub(crate) async fn url(
        &self,
        request: &Request<'_>,
        validity: &Validity,
    ) -> Result<String, CloudError> {
        let presignable = Presignable {
            method: request.method,
            address: self.address().await?,
            key: request.key,
            query: request.query,
            headers: request.headers,
            expires_in_seconds: validity.expires_in.as_secs(),
        };
        let Validity {
            credentials, stamp, ..
        } = validity;
        Ok(self.signer().presign(credentials, stamp, &presignable))
    }

    /// Where the bucket's objects are, by the SDK's own rules of endpoints, regions and dots in
    /// names: what is left of an object's URL when its key is taken away.
    ///
    /// # Errors
    /// `Invalid` if the bucket has no address.
    pub(crate) async fn address(&self) -> Result<&Address, CloudError> {
        const OPERATION: &str = "GetObject";
        let invalid = |error: &dyn std::fmt::Display| {
            CloudError::new(CloudErrorKind::Invalid, OPERATION, error)
        };
        let Parts { client, bucket, .. } = &*self.0;
        let find = async || {
            let terms = PresigningConfig::expires_in(Duration::from_secs(1));
            let terms = terms.map_err(|error| invalid(&error))?;
            let request = client.get_object().bucket(bucket).key(SAMPLE_KEY);
            let sample = request.presigned(terms).await;
            let sample = sample.map_err(CloudError::from_sdk(OPERATION))?;
            let url = sample.uri().split('?').next().unwrap_or_default();
            let address = url.strip_suffix(SAMPLE_KEY).and_then(Address::parse);
            address.ok_or_else(|| invalid(&"the bucket has no address"))
        };
        self.0.address.get_or_try_init(find).await
    }

    /// A URL dies with the credentials that signed it, so it never claims to live longer.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now.
    pub(crate) async fn validity(
        &self,
        operation: &'static str,
        asked: Duration,
    ) -> Result<Validity, CloudError> {
        let credentials = self.0.credentials.current(operation).await?;
        let from = SystemTime::now();
        // The signature says from when it is good in whole seconds, which may be one less.
        let left = credentials.expiry().map_or(asked, |expiry| {
            expiry.duration_since(from).unwrap_or_default()
        });
        let expires_in = Duration::from_secs(asked.min(left).as_secs());
        if expires_in.is_zero() {
            let detail = "the credentials have expired";
            return Err(CloudError::new(
                CloudErrorKind::Forbidden,
                operation,
                detail,
            ));
        }
        Ok(Validity {
            credentials,
            stamp: Stamp::of(from),
            from,
            expires_in,
        })
    }
}

impl Validity {
    pub(crate) fn expires_at(&self) -> OffsetDateTime {
        // A signature's own time is in whole seconds.
        let from = OffsetDateTime::from(self.from);
        from.replace_nanosecond(0).unwrap_or(from) + self.expires_in
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::credentials::tests::rotating;

    /// For a bucket on an endpoint of its own, with credentials that live so long, one after the
    /// other.
    pub(crate) fn presigner(lifetimes: &[Option<u64>]) -> Presigner {
        let sdk = Credentials::new("key", "secret", None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url("https://s3.example")
            .force_path_style(true)
            .credentials_provider(sdk)
            .build();
        let (credentials, _) = rotating(lifetimes);
        Presigner::new(Client::from_conf(config), Arc::new(credentials), "raw")
    }

    async fn lifetime(left: Option<u64>) -> Result<Duration, CloudError> {
        let asked = Duration::from_secs(900);
        let validity = presigner(&[left]).validity("PutObject", asked).await;
        validity.map(|validity| validity.expires_in)
    }

    #[tokio::test]
    async fn a_url_never_outlives_the_credentials() {
        assert_eq!(lifetime(None).await.unwrap().as_secs(), 900);
        assert_eq!(lifetime(Some(3600)).await.unwrap().as_secs(), 900);
        let left = lifetime(Some(30)).await.unwrap();
        assert!((28..=30).contains(&left.as_secs()), "{left:?}");
    }

    #[tokio::test]
    async fn credentials_that_have_ended_sign_nothing() {
        let error = lifetime(Some(0)).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Forbidden);
    }
}
