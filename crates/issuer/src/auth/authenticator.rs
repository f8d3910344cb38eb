//! From a bearer token to a caller.

use std::sync::Arc;

use super::caller::Caller;
use super::jwt::TokenVerifier;
use super::keyring::{Keyring, PREFIX};
use super::settings::AuthSettings;

/// Tells who calls.
#[derive(Debug)]
pub struct Authenticator(Backend);

#[derive(Debug)]
enum Backend {
    /// Nobody is asked.
    Open(Arc<Caller>),
    Keys(Keyring),
    KeysAndTokens(Keyring, Box<TokenVerifier>),
}

/// An authenticator that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("auth.jwks: {0}")]
pub struct AuthError(pub(super) String);

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No token was shown.
    Missing,
    /// Not a token of ours, or one that has ended.
    Invalid(&'static str),
    /// The token is good, but its `sub` is not an owner.
    NotAnOwner,
    /// The keys that tokens are signed with cannot be read.
    Unavailable,
}

impl Authenticator {
    /// Reads nothing yet: a JWK set is fetched when the first token comes.
    ///
    /// # Errors
    /// If `auth.jwks` is neither a URL nor a path.
    pub fn new(settings: &AuthSettings) -> Result<Self, AuthError> {
        if !settings.is_on() {
            return Ok(Self(Backend::Open(Arc::new(Caller::anyone()))));
        }
        let keyring = Keyring::of(&settings.keys);
        Ok(Self(match &settings.jwks {
            None => Backend::Keys(keyring),
            Some(jwks) => {
                Backend::KeysAndTokens(keyring, Box::new(TokenVerifier::new(jwks, settings)?))
            }
        }))
    }

    /// Whether callers are asked who they are.
    pub(crate) const fn is_on(&self) -> bool {
        !matches!(self.0, Backend::Open(_))
    }

    pub(crate) async fn identify(&self, token: Option<&str>) -> Result<Arc<Caller>, Denial> {
        const UNKNOWN: Denial = Denial::Invalid("this key or token is not known here");
        let keyring = match &self.0 {
            Backend::Open(anyone) => return Ok(Arc::clone(anyone)),
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
