//! Settings of webhooks.

use std::fmt;
use std::time::Duration;

use darkroom_contract::{SettingError, SigningSecrets};
use serde::{Deserialize, Serialize};

const MISSING_SECRET: &str = "is required when webhooks.url is set";

/// Settings of the delivery of outcomes by webhook (`[webhooks]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// The URL to which every outcome is POSTed. By default there is no URL, and outcomes are not
    /// delivered.
    pub url: Option<String>,
    /// The signing secret: `whsec_` and the base64 of 24 to 64 random bytes. During a rotation, set
    /// both the new and the old secret, separated by a space.
    pub secret: Option<Secret>,
    /// The number of outcomes that an issuer delivers at once. Each delivery is independent of the
    /// others, so a slow one delays no other.
    pub in_flight: usize,
    /// The time limit for one attempt.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// The delay after the first failed attempt. Later delays double, up to 15 minutes. Each delay
    /// is shortened at random by up to half.
    #[serde(with = "humantime_serde")]
    pub first_retry: Duration,
    /// The age beyond which an event goes to the dead-letter queue as soon as an attempt fails.
    #[serde(with = "humantime_serde")]
    pub give_up_after: Duration,
    /// Permits a URL on this machine or in a private network, and plain HTTP.
    pub allow_private_addresses: bool,
}

/// A secret that `Debug` does not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: None,
            secret: None,
            in_flight: 32,
            timeout: Duration::from_secs(10),
            first_retry: Duration::from_secs(5),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
            allow_private_addresses: false,
        }
    }
}

impl WebhookSettings {
    /// Returns the secrets for signatures, or `None` if no secret is set.
    ///
    /// # Errors
    /// An error for `webhooks.secret` if it is malformed.
    pub fn signing_secrets(&self) -> Result<Option<SigningSecrets>, SettingError> {
        let secrets = self.secret.as_ref();
        let secrets = secrets.map(|secret| SigningSecrets::parse(secret.reveal()));
        let invalid = |problem| SettingError::new("webhooks.secret", problem);
        secrets.transpose().map_err(invalid)
    }

    pub(crate) fn missing_secret() -> SettingError {
        SettingError::new("webhooks.secret", MISSING_SECRET)
    }

    /// Checks the rules that the types do not express.
    /// [`WebhookClient::new`](crate::WebhookClient::new) checks the URL and the secret.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        const SECOND: Duration = Duration::from_secs(1);
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        for (key, is_valid, problem) in [
            (
                "webhooks.secret",
                self.secret.is_some() || self.url.is_none(),
                MISSING_SECRET,
            ),
            (
                "webhooks.in_flight",
                (1..=1000).contains(&self.in_flight),
                "must be between 1 and 1,000",
            ),
            (
                "webhooks.timeout",
                (SECOND..=30 * SECOND).contains(&self.timeout),
                "must be between 1 s and 30 s",
            ),
            (
                "webhooks.first_retry",
                (SECOND..=900 * SECOND).contains(&self.first_retry),
                "must be between 1 s and 15 min",
            ),
            (
                "webhooks.give_up_after",
                (60 * SECOND..=30 * DAY).contains(&self.give_up_after),
                "must be between 1 min and 30 days",
            ),
        ] {
            SettingError::ensure(is_valid, key, problem)?;
        }
        Ok(())
    }
}
