//! The one key pair that S3 knows.

use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

/// Gives the secret of one access key. Who signs with it may do everything: there are no users and no policies.
pub(crate) struct OneKey {
    access_key: String,
    secret_key: SecretKey,
}

impl OneKey {
    pub(crate) fn new(access_key: &str, secret_key: &str) -> Self {
        Self {
            access_key: access_key.to_owned(),
            secret_key: SecretKey::from(secret_key),
        }
    }
}

#[async_trait::async_trait]
impl S3Auth for OneKey {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key != self.access_key {
            return Err(s3_error!(
                InvalidAccessKeyId,
                "The access key is not the one of this server"
            ));
        }
        Ok(self.secret_key.clone())
    }
}
