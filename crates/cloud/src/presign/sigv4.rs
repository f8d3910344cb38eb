//! AWS Signature Version 4 for S3 in one region.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use time::OffsetDateTime;

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";

/// A signer for one region.
pub(super) struct Signer {
    region: String,
    /// The last derived key. It depends on the day and the secret.
    signing_key: Mutex<Option<Arc<SigningKey>>>,
}

struct SigningKey {
    secret: String,
    date: String,
    key: Vec<u8>,
}

/// The time of a signature.
pub(super) struct SigningTime {
    time: SystemTime,
    /// The value of `X-Amz-Date`, such as `20130524T000000Z`.
    pub(super) amz_date: String,
}

impl SigningTime {
    pub(super) fn new(time: SystemTime) -> Self {
        let utc = OffsetDateTime::from(time);
        let (hour, minute, second) = utc.to_hms();
        let amz_date = format!(
            "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
            utc.year(),
            u8::from(utc.month()),
            utc.day()
        );
        Self { time, amz_date }
    }

    fn date(&self) -> &str {
        self.amz_date.split('T').next().unwrap_or_default()
    }
}

impl Signer {
    pub(super) fn new(region: &str) -> Self {
        Self {
            region: region.to_owned(),
            signing_key: Mutex::default(),
        }
    }

    /// Returns the credential scope: the day, region and service that a signature is valid for.
    pub(super) fn scope(&self, time: &SigningTime) -> String {
        format!("{}/{}/{SERVICE}/aws4_request", time.date(), self.region)
    }

    /// Returns the value of `X-Amz-Credential`: the access key id and the scope.
    pub(super) fn credential(&self, credentials: &Credentials, time: &SigningTime) -> String {
        format!("{}/{}", credentials.access_key_id(), self.scope(time))
    }

    /// Returns the signature of a string to sign.
    pub(super) fn sign(&self, credentials: &Credentials, time: &SigningTime, text: &str) -> String {
        let signing_key = self.signing_key(credentials.secret_access_key(), time);
        calculate_signature(&signing_key.key, text.as_bytes())
    }

    fn signing_key(&self, secret: &str, time: &SigningTime) -> Arc<SigningKey> {
        let mut cached = self
            .signing_key
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*cached
            && known.date == time.date()
            && known.secret == secret
        {
            return Arc::clone(known);
        }
        let key = generate_signing_key(secret, time.time, &self.region, SERVICE);
        let new = Arc::new(SigningKey {
            secret: secret.to_owned(),
            date: time.date().to_owned(),
            key: key.as_ref().to_vec(),
        });
        *cached = Some(Arc::clone(&new));
        new
    }
}

/// Omits the signing key, which is as sensitive as the secret.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = &self.region;
        f.debug_struct("Signer").field("region", region).finish()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The secret key of the examples in AWS's documentation.
    pub(in crate::presign) const EXAMPLE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// Returns the credentials of the examples in AWS's documentation, but with `secret`.
    pub(in crate::presign) fn example_credentials(secret: &str) -> Credentials {
        Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "example")
    }

    #[test]
    fn the_signing_key_is_derived_again_for_another_secret() {
        let signer = Signer::new("us-east-1");
        let time = SigningTime::new(SystemTime::UNIX_EPOCH);
        let sign = |secret| signer.sign(&example_credentials(secret), &time, "text");
        let first = sign(EXAMPLE_SECRET);
        assert_ne!(first, sign("another"));
        assert_eq!(first, sign(EXAMPLE_SECRET));
    }
}
