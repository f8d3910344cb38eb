//! The check of bearer tokens.

use std::net::IpAddr;
use std::sync::Arc;

use darkroom_contract::SettingError;

use super::api_key::PREFIX;
use super::caller::Caller;
use super::denial::Denial;
use super::jwt::TokenVerifier;
use super::keyring::Keyring;
use super::settings::AuthSettings;

/// An authenticator that identifies callers by their bearer tokens.
#[derive(Debug)]
pub struct Authenticator(Backend);

#[derive(Debug)]
enum Backend {
    /// Callers are known by their address only.
    Open,
    Keys(Keyring),
    KeysAndTokens(Keyring, Box<TokenVerifier>),
}

impl Authenticator {
    /// Creates an authenticator with these settings. The authenticator fetches the JWK set when the
    /// first JWT arrives.
    ///
    /// # Errors
    /// An error for `auth.jwks` if it contains `://` but is not an HTTP URL.
    pub fn new(settings: &AuthSettings) -> Result<Self, SettingError> {
        if !settings.is_on() {
            return Ok(Self(Backend::Open));
        }
        let keyring = Keyring::new(&settings.keys);
        Ok(Self(match &settings.jwks {
            None => Backend::Keys(keyring),
            Some(jwks) => {
                let verifier = TokenVerifier::new(jwks, settings)?;
                Backend::KeysAndTokens(keyring, Box::new(verifier))
            }
        }))
    }

    /// Returns `true` if callers are identified.
    pub(crate) const fn is_on(&self) -> bool {
        !matches!(self.0, Backend::Open)
    }

    /// Returns the caller that a token belongs to. Without authentication, returns the caller at
    /// `address`.
    pub(crate) async fn identify(
        &self,
        token: Option<&str>,
        address: IpAddr,
    ) -> Result<Arc<Caller>, Denial> {
        const UNKNOWN: Denial = Denial::Invalid("this key or token is unknown; check it");
        let keyring = match &self.0 {
            Backend::Open => return Ok(Arc::new(Caller::from_address(address))),
            Backend::Keys(keyring) | Backend::KeysAndTokens(keyring, _) => keyring,
        };
        let token = token.ok_or(Denial::Missing)?;
        if token.starts_with(PREFIX) {
            return keyring.find(token).ok_or(UNKNOWN);
        }
        match &self.0 {
            Backend::KeysAndTokens(_, verifier) => verifier.verify(token).await.map(Arc::new),
            _ => Err(UNKNOWN),
        }
    }
}
