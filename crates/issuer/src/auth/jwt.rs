//! JSON web tokens (RFC 7519) of one identity provider.

use std::time::Duration;

use darkroom_contract::Owner;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;

use super::authenticator::{AuthError, Denial};
use super::caller::Caller;
use super::jwks::{JwkSource, Jwks, NoKey};
use super::settings::AuthSettings;

/// Longer ones are no tokens, and are not even looked into.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Checks tokens against what their issuer has published.
#[derive(Debug)]
pub(crate) struct TokenVerifier {
    keys: Jwks,
    issuer: String,
    audience: String,
    leeway: Duration,
}

/// What we read of a token; the rest of its claims is checked by the library.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
}

impl TokenVerifier {
    pub(crate) fn new(jwks: &str, settings: &AuthSettings) -> Result<Self, AuthError> {
        let source = JwkSource::parse(jwks)?;
        Ok(Self {
            keys: Jwks::new(source, settings.jwks_max_age),
            issuer: settings.issuer.clone().unwrap_or_default(),
            audience: settings.audience.clone().unwrap_or_default(),
            leeway: settings.leeway,
        })
    }

    /// The owner whose token it is: signed by a key of the set with an algorithm of that key's
    /// kind, of our issuer, for us, neither too old nor too new.
    pub(crate) async fn verify(&self, token: &str) -> Result<Caller, Denial> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Denial::Invalid("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| Denial::Invalid("this is not a token"))?;
        let key = self.keys.find(header.kid.as_deref()).await;
        let key = key.map_err(|error| match error {
            NoKey::Unknown => Denial::Invalid("the token's key is not known"),
            NoKey::Unavailable => Denial::Unavailable,
        })?;
        if !key.algorithms.contains(&header.alg) {
            return Err(Denial::Invalid("the token's algorithm is not its key's"));
        }
        let validation = self.validation(header.alg);
        let token = decode::<Claims>(token, &key.decoding, &validation)
            .map_err(|error| Denial::Invalid(why(error.kind())))?;
        let owner: Owner = token.claims.sub.parse().map_err(|_| Denial::NotAnOwner)?;
        Ok(Caller::with_token(owner))
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = self.leeway.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }
}

/// In words that tell a caller what to do and an attacker nothing new.
fn why(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is of another issuer",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks one of exp, iss, aud and sub",
        _ => "the token's signature is not right",
    }
}
