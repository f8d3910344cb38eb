//! What every URL that is good without credentials has in common.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::presigning::PresigningConfig;
use time::OffsetDateTime;

use crate::{CloudError, CloudErrorKind};

/// Signs under the name that clients can reach; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Presigner {
    pub(crate) client: Client,
    credentials: Option<SharedCredentialsProvider>,
}

/// From when to when a signature is good, and whose it is.
pub(crate) struct Validity {
    pub(crate) credentials: Credentials,
    pub(crate) from: SystemTime,
    expires_in: Duration,
}

impl Presigner {
    pub(crate) fn new(client: Client, credentials: Option<SharedCredentialsProvider>) -> Self {
        Self {
            client,
            credentials,
        }
    }

    /// The region that is signed for; a client always has one.
    pub(crate) fn region(&self) -> &str {
        self.client.config().region().map_or("", Region::as_ref)
    }

    /// A `GET` of an object; see [`Bucket::sign_get`](crate::Bucket::sign_get).
    pub(crate) async fn sign_get(
        &self,
        bucket: &str,
        key: &str,
        expires_in: Duration,
    ) -> Result<String, CloudError> {
        const OPERATION: &str = "GetObject";
        let validity = self.validity(OPERATION, expires_in).await?;
        let request = self.client.get_object().bucket(bucket).key(key);
        let presigned = request
            .presigned(validity.config(OPERATION)?)
            .await
            .map_err(CloudError::of(OPERATION))?;
        Ok(presigned.uri().to_owned())
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
        let forbidden =
            |detail: String| CloudError::new(CloudErrorKind::Forbidden, operation, detail);
        let provider = self.credentials.as_ref();
        let provider = provider.ok_or_else(|| forbidden("no credentials are configured".into()))?;
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(|error| forbidden(error.to_string()))?;
        let from = SystemTime::now();
        let left = credentials.expiry().map_or(asked, |expiry| {
            expiry.duration_since(from).unwrap_or_default()
        });
        let expires_in = Duration::from_secs(asked.min(left).as_secs());
        if expires_in.is_zero() {
            return Err(forbidden("the credentials have expired".into()));
        }
        Ok(Validity {
            credentials,
            from,
            expires_in,
        })
    }
}

impl Validity {
    pub(crate) fn config(&self, operation: &'static str) -> Result<PresigningConfig, CloudError> {
        PresigningConfig::builder()
            .start_time(self.from)
            .expires_in(self.expires_in)
            .build()
            .map_err(|error| CloudError::new(CloudErrorKind::Invalid, operation, error))
    }

    pub(crate) fn expires_at(&self) -> OffsetDateTime {
        // A signature's own time is in whole seconds.
        let from = OffsetDateTime::from(self.from);
        from.replace_nanosecond(0).unwrap_or(from) + self.expires_in
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presigner(expiry: Option<SystemTime>) -> Presigner {
        let credentials = Credentials::new("key", "secret", None, expiry, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .build();
        Presigner::new(
            Client::from_conf(config),
            Some(SharedCredentialsProvider::new(credentials)),
        )
    }

    async fn lifetime(left: Option<Duration>) -> Result<Duration, CloudError> {
        let expiry = left.map(|left| SystemTime::now() + left);
        let asked = Duration::from_secs(900);
        let validity = presigner(expiry).validity("PutObject", asked).await;
        validity.map(|validity| validity.expires_in)
    }

    #[tokio::test]
    async fn a_url_never_outlives_the_credentials() {
        assert_eq!(lifetime(None).await.unwrap().as_secs(), 900);
        let hour = Some(Duration::from_secs(3600));
        assert_eq!(lifetime(hour).await.unwrap().as_secs(), 900);
        let left = lifetime(Some(Duration::from_secs(30))).await.unwrap();
        assert!((28..=30).contains(&left.as_secs()), "{left:?}");
    }

    #[tokio::test]
    async fn credentials_that_have_ended_sign_nothing() {
        let error = lifetime(Some(Duration::ZERO)).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Forbidden);
    }
}
