//! The section `[auth]` of the settings.

use std::net::SocketAddr;
use std::time::Duration;

use darkroom_contract::{Owner, ProfileName, SettingError};
use serde::{Deserialize, Serialize};

use super::api_key::KeyHash;

/// Authentication of callers (`[auth]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// The mode of authentication.
    pub mode: AuthMode,
    /// The API keys that are accepted.
    pub keys: Vec<ApiKeySettings>,
    /// The location of the keys for verifying tokens (JWK set, RFC 7517): a URL or a file.
    pub jwks: Option<String>,
    /// The `iss` claim that a token must have.
    pub issuer: Option<String>,
    /// The `aud` claim that a token must contain.
    pub audience: Option<String>,
    /// The tolerated difference between the clock of this machine and the clock of the tokens'
    /// issuer.
    #[serde(with = "humantime_serde")]
    pub leeway: Duration,
    /// The longest lifetime of a token, from its issue (`iat`) to its expiration (`exp`). The
    /// service cannot revoke a token, so a stolen token works until it expires.
    #[serde(with = "humantime_serde")]
    pub max_token_lifetime: Duration,
    /// The age at which the service fetches the JWK set again and stops accepting keys that the
    /// provider removed. A token with an unknown key causes an immediate fetch, but there is at most
    /// one fetch in 10 seconds.
    #[serde(with = "humantime_serde")]
    pub jwks_max_age: Duration,
}

/// The mode of authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// Callers must authenticate if keys or a JWK set are configured. Without either, the service
    /// starts only on a loopback address.
    #[default]
    Auto,
    /// Callers do not authenticate. Anyone who can reach the service may do anything for any owner.
    Open,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeySettings {
    /// The name of the key in the log and in rate limits.
    pub name: String,
    /// The SHA-256 digest of the whole key in hex, as printed by `darkroom key new`.
    pub sha256: KeyHash,
    /// The only owner that the key may act for. By default, the key may act for any owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The only profiles that the key may use. By default, the key may use all profiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileName>,
    /// `true` for the key of an operator, which may erase owners. Such a key has neither an owner
    /// nor profiles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub operator: bool,
    /// `true` for the key of a reviewer, which may also see, approve and reject uploads in review.
    /// Such a key has no owner. The key of an operator may do the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reviewer: bool,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            mode: AuthMode::Auto,
            keys: Vec::new(),
            jwks: None,
            issuer: None,
            audience: None,
            leeway: Duration::from_secs(60),
            max_token_lifetime: Duration::from_secs(24 * 60 * 60),
            jwks_max_age: Duration::from_secs(60 * 60),
        }
    }
}

impl AuthSettings {
    /// Returns `true` if callers must authenticate.
    pub fn is_on(&self) -> bool {
        !self.keys.is_empty() || self.jwks.is_some()
    }

    /// Checks the values.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        const MAX_LEEWAY: Duration = Duration::from_secs(10 * 60);
        const MINUTE: Duration = Duration::from_secs(60);
        let ensure = SettingError::ensure;
        ensure(
            self.mode != AuthMode::Open || !self.is_on(),
            "auth.mode",
            "must not be \"open\" when auth.keys or auth.jwks is set",
        )?;
        self.validate_key_names()?;
        let is_limited = |key: &ApiKeySettings| key.owner.is_some() || !key.profiles.is_empty();
        ensure(
            !self.keys.iter().any(|key| key.operator && is_limited(key)),
            "auth.keys",
            "must not limit the key of an operator to an owner or to profiles",
        )?;
        let has_owner = |key: &ApiKeySettings| key.reviewer && key.owner.is_some();
        ensure(
            !self.keys.iter().any(has_owner),
            "auth.keys",
            "must not limit the key of a reviewer to an owner",
        )?;
        ensure(
            self.jwks.is_none() || self.issuer.is_some(),
            "auth.issuer",
            "is required when auth.jwks is set",
        )?;
        ensure(
            self.jwks.is_none() || self.audience.is_some(),
            "auth.audience",
            "is required when auth.jwks is set",
        )?;
        ensure(
            self.leeway <= MAX_LEEWAY,
            "auth.leeway",
            "must be at most 10 min",
        )?;
        ensure(
            self.max_token_lifetime >= MINUTE,
            "auth.max_token_lifetime",
            "must be at least 1 min",
        )?;
        ensure(
            self.jwks_max_age >= MINUTE,
            "auth.jwks_max_age",
            "must be at least 1 min",
        )
    }

    fn validate_key_names(&self) -> Result<(), SettingError> {
        let mut names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        names.sort();
        SettingError::ensure(
            names.iter().all(|name| !name.is_empty()),
            "auth.keys",
            "must each have a name",
        )?;
        SettingError::ensure(
            names.windows(2).all(|pair| pair[0] != pair[1]),
            "auth.keys",
            "must have different names",
        )
    }

    /// Checks that the settings do not expose the service to a network by accident.
    ///
    /// # Errors
    /// An error for `auth.keys` if other machines can reach `address` and callers do not
    /// authenticate, unless `auth.mode` is `open`.
    pub fn check_exposure(&self, address: SocketAddr) -> Result<(), SettingError> {
        if self.is_on() || self.mode == AuthMode::Open || address.ip().is_loopback() {
            return Ok(());
        }
        let problem = format!(
            "is empty and auth.jwks is not set, so anyone who can reach {address} could do \
             anything; configure one of them, or set auth.mode = \"open\" if a proxy in front of \
             the service authenticates callers"
        );
        Err(SettingError::new("auth.keys", problem))
    }
}

#[cfg(test)]
mod tests {
    use super::super::api_key::ApiKey;
    use super::*;

    fn key(name: &str) -> ApiKeySettings {
        ApiKeySettings {
            name: name.to_owned(),
            sha256: ApiKey::generate().unwrap().hash(),
            owner: None,
            profiles: Vec::new(),
            operator: false,
            reviewer: false,
        }
    }

    /// Returns the setting that prevents the service from starting at this address, or `None` if it
    /// may start.
    fn exposure(address: &str, settings: &AuthSettings) -> Option<String> {
        let checked = settings.check_exposure(address.parse().unwrap());
        checked.err().map(|error| error.key().to_owned())
    }

    #[test]
    fn without_authentication_only_a_loopback_address_is_served_unless_the_mode_is_open() {
        let nothing = AuthSettings::default();
        assert_eq!(exposure("127.0.0.1:8080", &nothing), None);
        assert_eq!(exposure("[::1]:8080", &nothing), None);
        assert_eq!(
            exposure("0.0.0.0:8080", &nothing),
            Some("auth.keys".to_owned())
        );
        assert_eq!(
            exposure("[::]:8080", &nothing),
            Some("auth.keys".to_owned())
        );
        let open = AuthSettings {
            mode: AuthMode::Open,
            ..nothing.clone()
        };
        assert_eq!(exposure("0.0.0.0:8080", &open), None);
        let keys = AuthSettings {
            keys: vec![key("web")],
            ..nothing
        };
        assert_eq!(exposure("0.0.0.0:8080", &keys), None);
    }

    #[test]
    fn contradictory_or_missing_settings_are_refused() {
        let default = AuthSettings::default;
        let jwks = || Some("https://id.example/jwks.json".to_owned());
        for (settings, key_of_setting) in [
            (
                AuthSettings {
                    mode: AuthMode::Open,
                    keys: vec![key("web")],
                    ..default()
                },
                "auth.mode",
            ),
            (
                AuthSettings {
                    keys: vec![key("web"), key("web")],
                    ..default()
                },
                "auth.keys",
            ),
            (
                AuthSettings {
                    jwks: jwks(),
                    audience: Some("a".to_owned()),
                    ..default()
                },
                "auth.issuer",
            ),
            (
                AuthSettings {
                    jwks: jwks(),
                    issuer: Some("i".to_owned()),
                    ..default()
                },
                "auth.audience",
            ),
            (
                AuthSettings {
                    max_token_lifetime: Duration::ZERO,
                    ..default()
                },
                "auth.max_token_lifetime",
            ),
        ] {
            assert_eq!(settings.validate().unwrap_err().key(), key_of_setting);
        }
        assert_eq!(default().validate(), Ok(()));
    }
}
