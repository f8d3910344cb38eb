//! The signer of one bucket's URLs and forms.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::presigning::PresigningConfig;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use super::address::Address;
use super::sigv4::{Signer, SigningTime};
use super::url::{Request, presigned_url};
use crate::credentials::CredentialCache;
use crate::{CloudError, CloudErrorKind};

/// A sample key. The address of a bucket is the URL of any key in it, without the key.
const SAMPLE_KEY: &str = "key";

/// A signer of requests for one bucket under the host name that clients can reach. It is cheap to
/// clone.
#[derive(Debug, Clone)]
pub(crate) struct Presigner(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The client that resolves the bucket's address.
    client: Client,
    bucket: String,
    address: OnceCell<Address>,
    credentials: Arc<CredentialCache>,
    signer: Signer,
}

/// The credentials and the lifetime of a signature.
pub(super) struct Validity {
    pub(super) credentials: Arc<Credentials>,
    pub(super) time: SigningTime,
    from: SystemTime,
    expires_in: Duration,
}

impl Presigner {
    pub(crate) fn new(client: Client, credentials: Arc<CredentialCache>, bucket: &str) -> Self {
        // A client always has a region.
        let region = client.config().region().map_or("", Region::as_ref);
        Self(Arc::new(Inner {
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

    pub(super) fn signer(&self) -> &Signer {
        &self.0.signer
    }

    /// Returns the URL that permits `request`.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the bucket.
    pub(super) async fn url(
        &self,
        request: &Request<'_>,
        validity: &Validity,
    ) -> Result<String, CloudError> {
        let address = self.address().await?;
        let Validity {
            credentials, time, ..
        } = validity;
        let signer = self.signer();
        Ok(presigned_url(signer, credentials, time, address, request))
    }

    /// Returns the URL that keys are appended to.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the bucket.
    pub(crate) async fn public_url(&self) -> Result<&str, CloudError> {
        Ok(&self.address().await?.url)
    }

    /// Returns the bucket's address, which is the URL of an object without its key. The SDK creates
    /// the URL, so the SDK's rules for endpoints, regions and dots in bucket names apply.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the bucket.
    pub(crate) async fn address(&self) -> Result<&Address, CloudError> {
        const OPERATION: &str = "GetObject";
        let invalid = |error: &dyn std::fmt::Display| {
            CloudError::new(CloudErrorKind::Invalid, OPERATION, error)
        };
        let Inner { client, bucket, .. } = &*self.0;
        let resolve = async || {
            let config = PresigningConfig::expires_in(Duration::from_secs(1));
            let config = config.map_err(|error| invalid(&error))?;
            let request = client.get_object().bucket(bucket).key(SAMPLE_KEY);
            let sample = request.presigned(config).await;
            let sample = sample.map_err(CloudError::from_sdk(OPERATION))?;
            let url = sample.uri().split('?').next().unwrap_or_default();
            let address = url.strip_suffix(SAMPLE_KEY).and_then(Address::parse);
            address.ok_or_else(|| invalid(&format!("bucket {bucket} has no address")))
        };
        self.0.address.get_or_try_init(resolve).await
    }

    /// Returns the credentials and the lifetime of a signature made now. The lifetime never exceeds
    /// that of the credentials, because S3 refuses a signature whose credentials have expired.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials or they have expired.
    pub(super) async fn validity(
        &self,
        operation: &'static str,
        requested: Duration,
    ) -> Result<Validity, CloudError> {
        let credentials = self.0.credentials.current(operation).await?;
        let from = SystemTime::now();
        // The time and the lifetime of a signature are rounded down to whole seconds, so that it
        // never outlives its credentials.
        let left = credentials.expiry().map_or(requested, |expiry| {
            expiry.duration_since(from).unwrap_or_default()
        });
        let expires_in = Duration::from_secs(requested.min(left).as_secs());
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
            time: SigningTime::new(from),
            from,
            expires_in,
        })
    }
}

impl Validity {
    pub(super) fn seconds(&self) -> u64 {
        self.expires_in.as_secs()
    }

    pub(super) fn expires_at(&self) -> OffsetDateTime {
        // The time of a signature is in whole seconds.
        let from = OffsetDateTime::from(self.from);
        from.replace_nanosecond(0).unwrap_or(from) + self.expires_in
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::credentials::tests::rotating;

    /// Creates a presigner for the bucket `raw` on `https://s3.example`. Its provider returns
    /// credentials with these lifetimes in seconds, one after the other.
    pub(in crate::presign) fn presigner(lifetimes: &[Option<u64>]) -> Presigner {
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

    async fn lifetime_of_url(left: Option<u64>) -> Result<Duration, CloudError> {
        let requested = Duration::from_secs(900);
        let validity = presigner(&[left]).validity("PutObject", requested).await;
        validity.map(|validity| validity.expires_in)
    }

    #[tokio::test]
    async fn a_url_never_outlives_its_credentials() {
        assert_eq!(lifetime_of_url(None).await.unwrap().as_secs(), 900);
        assert_eq!(lifetime_of_url(Some(3600)).await.unwrap().as_secs(), 900);
        let left = lifetime_of_url(Some(30)).await.unwrap();
        assert!((28..=30).contains(&left.as_secs()), "{left:?}");
    }

    #[tokio::test]
    async fn expired_credentials_sign_nothing() {
        let error = lifetime_of_url(Some(0)).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Forbidden);
    }
}
