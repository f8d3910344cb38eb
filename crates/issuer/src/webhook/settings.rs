//! What an operator says about webhooks.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::IssuerSettingsError;

/// Who is told of outcomes (`[webhooks]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// Where every outcome is POSTed; nowhere, where it is not said.
    pub url: Option<String>,
    /// What notices are signed with: `whsec_` and base64 of 24 to 64 random bytes. While it is
    /// replaced, the new one and the old one with a space between them.
    pub secret: Option<Secret>,
    /// How long one try may take.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// The pause after the first try; it doubles up to 15 minutes.
    #[serde(with = "humantime_serde")]
    pub first_retry: Duration,
    /// After how long a notice that nobody takes goes to the dead letters.
    #[serde(with = "humantime_serde")]
    pub give_up_after: Duration,
    /// Whether the address may be one of this machine or of a private network.
    pub allow_private_addresses: bool,
}

/// A text that is not shown.
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
            timeout: Duration::from_secs(10),
            first_retry: Duration::from_secs(5),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
            allow_private_addresses: false,
        }
    }
}

impl WebhookSettings {
    /// Checks what types alone cannot say; of address and secret, an
    /// [`Endpoint`](super::Endpoint) does.
    ///
    /// # Errors
    /// The first setting found that is out of bounds.
    pub fn validate(&self) -> Result<(), IssuerSettingsError> {
        const SECOND: Duration = Duration::from_secs(1);
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        for (key, is_right, message) in [
            (
                "webhooks.secret",
                self.secret.is_some() || self.url.is_none(),
                "is needed where webhooks.url is set",
            ),
            (
                "webhooks.timeout",
                (SECOND..=30 * SECOND).contains(&self.timeout),
                "is between 1 s and 30 s",
            ),
            (
                "webhooks.first_retry",
                (SECOND..=900 * SECOND).contains(&self.first_retry),
                "is between 1 s and 15 min",
            ),
            (
                "webhooks.give_up_after",
                (60 * SECOND..=30 * DAY).contains(&self.give_up_after),
                "is between 1 min and 30 days",
            ),
        ] {
            if !is_right {
                let message = message.to_owned();
                return Err(IssuerSettingsError { key, message });
            }
        }
        Ok(())
    }
}
