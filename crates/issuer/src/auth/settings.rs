//! What an operator says about callers.

use std::net::SocketAddr;
use std::time::Duration;

use darkroom_contract::{Owner, ProfileName};
use serde::{Deserialize, Serialize};

use super::keyring::KeyHash;
use crate::settings::IssuerSettingsError;

/// Who may call the service (`[auth]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// Whether callers are asked at all.
    pub mode: AuthMode,
    /// The API keys that are taken.
    pub keys: Vec<ApiKeySettings>,
    /// Where the keys are that tokens are signed with (a JWK set, RFC 7517): a URL, or a file.
    pub jwks: Option<String>,
    /// The `iss` that a token must have.
    pub issuer: Option<String>,
    /// The `aud` that a token must have among its own.
    pub audience: Option<String>,
    /// How far the clocks of this machine and of the tokens' issuer may be apart.
    #[serde(with = "humantime_serde")]
    pub leeway: Duration,
    /// After how long the JWK set is read again, so that keys withdrawn from it are no longer
    /// taken. A key that is not in it has it read again at once.
    #[serde(with = "humantime_serde")]
    pub jwks_max_age: Duration,
}

/// Whether callers are asked who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// Where there are keys or a JWK set. Without either, the service starts on a loopback address
    /// only.
    #[default]
    Auto,
    /// Never: whoever reaches the service may do everything for every owner.
    Open,
}

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeySettings {
    /// What it is called in the log and where its requests are counted.
    pub name: String,
    /// SHA-256 of the whole key in hex, as `darkroom key new` prints it.
    pub sha256: KeyHash,
    /// The only owner that it may act for; where it is not said, it may act for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The profiles that it may use; where none is said, it may use all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileName>,
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
            jwks_max_age: Duration::from_secs(60 * 60),
        }
    }
}

impl AuthSettings {
    /// Whether callers are asked who they are.
    pub fn is_on(&self) -> bool {
        !self.keys.is_empty() || self.jwks.is_some()
    }

    /// Checks what types alone cannot say.
    ///
    /// # Errors
    /// The first setting found that is wrong.
    pub fn validate(&self) -> Result<(), IssuerSettingsError> {
        if self.mode == AuthMode::Open && self.is_on() {
            return refuse("auth.mode", "is \"open\", but there are keys or a JWK set");
        }
        let mut names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        names.sort();
        if names.iter().any(|name| name.is_empty()) {
            return refuse("auth.keys", "a key has no name");
        }
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return refuse("auth.keys", "two keys have the same name");
        }
        if self.jwks.is_some() && self.issuer.is_none() {
            return refuse("auth.issuer", "is needed where auth.jwks is set");
        }
        if self.jwks.is_some() && self.audience.is_none() {
            return refuse("auth.audience", "is needed where auth.jwks is set");
        }
        if self.leeway > Duration::from_secs(600) {
            return refuse("auth.leeway", "is at most 10 min");
        }
        if self.jwks_max_age < Duration::from_secs(60) {
            return refuse("auth.jwks_max_age", "is at least 1 min");
        }
        Ok(())
    }

    /// Checks that the service is not open to a network by mistake.
    ///
    /// # Errors
    /// Names `auth.keys` if nobody is asked, others than this machine can reach `address`, and
    /// `auth.mode` does not say that this is meant.
    pub fn check_exposure(&self, address: SocketAddr) -> Result<(), IssuerSettingsError> {
        if self.is_on() || self.mode == AuthMode::Open || address.ip().is_loopback() {
            return Ok(());
        }
        let message = format!(
            "there are none, and auth.jwks is not set, so whoever reaches {address} could do \
             everything; where something in front asks who calls, say auth.mode = \"open\""
        );
        refuse("auth.keys", &message)
    }
}

fn refuse(key: &'static str, message: &str) -> Result<(), IssuerSettingsError> {
    Err(IssuerSettingsError {
        key,
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::keyring::ApiKey;
    use super::*;

    fn key(name: &str) -> ApiKeySettings {
        ApiKeySettings {
            name: name.to_owned(),
            sha256: ApiKey::generate().unwrap().hash(),
            owner: None,
            profiles: Vec::new(),
        }
    }

    fn at(address: &str, settings: &AuthSettings) -> Result<(), &'static str> {
        let address = address.parse().unwrap();
        settings.check_exposure(address).map_err(|error| error.key)
    }

    #[test]
    fn without_authentication_only_this_machine_is_served_unless_it_is_said() {
        let nothing = AuthSettings::default();
        assert_eq!(at("127.0.0.1:8080", &nothing), Ok(()));
        assert_eq!(at("[::1]:8080", &nothing), Ok(()));
        assert_eq!(at("0.0.0.0:8080", &nothing), Err("auth.keys"));
        assert_eq!(at("[::]:8080", &nothing), Err("auth.keys"));
        let open = AuthSettings {
            mode: AuthMode::Open,
            ..nothing.clone()
        };
        assert_eq!(at("0.0.0.0:8080", &open), Ok(()));
        let keys = AuthSettings {
            keys: vec![key("web")],
            ..nothing
        };
        assert_eq!(at("0.0.0.0:8080", &keys), Ok(()));
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let default = AuthSettings::default;
        let jwks = || Some("https://id.example/jwks.json".to_owned());
        for (settings, at_fault) in [
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
        ] {
            assert_eq!(settings.validate().unwrap_err().key, at_fault);
        }
        assert_eq!(default().validate(), Ok(()));
    }
}
