//! The credentials that S3 accepts.

use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

/// The only key pair. Requests that are signed with it may do everything.
pub(crate) struct SingleKeyAuth {
    access_key: String,
    secret_key: SecretKey,
}

impl SingleKeyAuth {
    pub(crate) fn new(access_key: &str, secret_key: &str) -> Self {
        Self {
            access_key: access_key.to_owned(),
            secret_key: SecretKey::from(secret_key),
        }
    }
}

#[async_trait::async_trait]
impl S3Auth for SingleKeyAuth {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key != self.access_key {
            return Err(s3_error!(
                InvalidAccessKeyId,
                "The access key Id you provided does not exist in our records"
            ));
        }
        Ok(self.secret_key.clone())
    }
}
