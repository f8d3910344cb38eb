//! Signatures of webhooks and receipts, as specified by [Standard Webhooks].
//!
//! [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// One or more signing secrets. Each secret signs every body, and a receiver needs to know only
/// one of the secrets.
pub struct SigningSecrets(Vec<Hmac<Sha256>>);

impl SigningSecrets {
    /// Parses secrets that are separated by white space.
    ///
    /// # Errors
    /// A description of the problem. It does not contain the secret.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const INVALID: &str = "must be whsec_ and the base64 of 24 to 64 random bytes";
        let secrets = text.split_whitespace().map(|secret| {
            let base64 = secret.strip_prefix(PREFIX).ok_or(INVALID)?;
            let key = STANDARD.decode(base64).map_err(|_| INVALID)?;
            if !(24..=64).contains(&key.len()) {
                return Err(INVALID);
            }
            Hmac::new_from_slice(&key).map_err(|_| INVALID)
        });
        let secrets: Vec<_> = secrets.collect::<Result<_, _>>()?;
        if secrets.is_empty() {
            return Err(INVALID);
        }
        Ok(Self(secrets))
    }

    /// Returns the names and values of the headers that sign a body: `webhook-id`,
    /// `webhook-timestamp` (in seconds since 1970) and `webhook-signature`.
    pub fn headers(&self, id: &str, timestamp: i64, body: &str) -> [(&'static str, String); 3] {
        [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", self.sign(id, timestamp, body)),
        ]
    }

    /// Returns the value of the `webhook-signature` header.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signatures = self.0.iter().map(|secret| {
            let mut mac = secret.clone();
            mac.update(format!("{id}.{timestamp}.").as_bytes());
            mac.update(body.as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({} secrets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example in the tests of Standard Webhooks' reference libraries.
    #[test]
    fn a_signature_equals_that_of_the_reference_libraries() {
        let secrets = SigningSecrets::parse(SECRET).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = secrets.sign(id, 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn both_secrets_sign_during_a_rotation() {
        let other = format!("whsec_{}", STANDARD.encode([7; 32]));
        let both = SigningSecrets::parse(&format!("{other} {SECRET}")).unwrap();
        let signed = both.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        let signatures: Vec<_> = signed.split(' ').collect();
        assert_eq!(signatures.len(), 2);
        assert_eq!(
            signatures[1],
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_short_or_malformed_secret_is_refused() {
        let short = format!("whsec_{}", STANDARD.encode([7; 16]));
        for text in ["", "secret", "whsec_", "whsec_!", &short] {
            assert!(SigningSecrets::parse(text).is_err(), "{text}");
        }
    }
}
