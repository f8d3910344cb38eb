//! JSON Web Tokens (RFC 7519) of one identity provider.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use darkroom_contract::{Owner, SettingError};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;

use super::caller::Caller;
use super::denial::Denial;
use super::jwk_set::{JwkSetCache, KeyError};
use super::jwk_source::JwkSource;
use super::settings::AuthSettings;

/// The maximum length of a token. A longer token is refused without being parsed.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
const MISSING_CLAIM: &str = "the token lacks one of exp, iss, aud and sub";

/// A verifier of tokens, with the keys that the issuer of the tokens publishes.
#[derive(Debug)]
pub(crate) struct TokenVerifier {
    keys: JwkSetCache,
    issuer: String,
    audience: String,
    leeway: Duration,
    max_lifetime: Duration,
}

/// The claims that this module reads. The crate `jsonwebtoken` checks the other claims.
#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(default)]
    sub: Option<Subject>,
    /// The expiration time in seconds since 1970, possibly with a fraction.
    exp: f64,
    /// The time of issue, in the same unit as `exp`.
    #[serde(default)]
    iat: Option<f64>,
}

impl Claims {
    /// Returns the seconds from the time of issue to the expiration. If the token has no time of
    /// issue, or one in the future, returns the seconds from `now` instead. Like the claims, `now`
    /// is in seconds since 1970.
    fn lifetime(&self, now: f64) -> f64 {
        self.exp - self.iat.map_or(now, |iat| iat.min(now))
    }
}

/// The subject of a token. RFC 7519 (section 4.1.2) requires a string, but some providers send a
/// number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Subject {
    Text(String),
    Number(u64),
}

impl Subject {
    /// Returns the owner that the subject stands for, or `None` if the subject is empty.
    fn owner(self) -> Option<Owner> {
        let text = match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        };
        Owner::from_subject(&text).ok()
    }
}

impl TokenVerifier {
    /// Creates a verifier that accepts tokens signed with a key from `jwks`, a URL or a path.
    ///
    /// # Errors
    /// An error for `auth.jwks` if `jwks` contains `://` but is not an HTTP URL.
    pub(crate) fn new(jwks: &str, settings: &AuthSettings) -> Result<Self, SettingError> {
        let source = JwkSource::parse(jwks)?;
        Ok(Self {
            keys: JwkSetCache::new(source, settings.jwks_max_age),
            issuer: settings.issuer.clone().unwrap_or_default(),
            audience: settings.audience.clone().unwrap_or_default(),
            leeway: settings.leeway,
            max_lifetime: settings.max_token_lifetime,
        })
    }

    /// Returns the caller that a token identifies. The token must be signed with a key of the JWK
    /// set, by an algorithm that the key allows. It must contain the configured issuer and
    /// audience, must be valid now, and must not be valid for too long.
    pub(crate) async fn verify(&self, token: &str) -> Result<Caller, Denial> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Denial::Invalid("the token is longer than 8 KiB"));
        }
        let header = decode_header(token)
            .map_err(|_| Denial::Invalid("this is neither an API key nor a JWT"))?;
        // The service implements no extension, so it must refuse a token that requires one (RFC
        // 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err(Denial::Invalid(
                "the token's header requires extensions (crit), and none is supported",
            ));
        }
        let key = self.keys.find(header.kid.as_deref()).await;
        let key = key.map_err(|error| match error {
            KeyError::Unknown => Denial::Invalid("the token is signed with an unknown key"),
            KeyError::Unavailable => Denial::Unavailable,
        })?;
        if !key.algorithms.contains(&header.alg) {
            return Err(Denial::Invalid(
                "the token's algorithm is not allowed for its key",
            ));
        }
        let validation = self.validation(header.alg);
        let token = decode::<Claims>(token, &key.decoding, &validation)
            .map_err(|error| Denial::Invalid(describe(error.kind())))?;
        let max_lifetime = (self.max_lifetime + self.leeway).as_secs_f64();
        if token.claims.lifetime(seconds_since_epoch()) > max_lifetime {
            return Err(Denial::Invalid(
                "the token is valid for too long; request one with a shorter lifetime",
            ));
        }
        let owner = token.claims.sub.and_then(Subject::owner);
        let owner = owner.ok_or(Denial::Invalid(MISSING_CLAIM))?;
        Ok(Caller::from_token(owner))
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = self.leeway.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation
    }
}

fn seconds_since_epoch() -> f64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap_or_default().as_secs_f64()
}

/// Describes an error in enough detail for a caller to act, but not enough to help an attacker.
fn describe(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "the token has expired; request a new one",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is from another issuer",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::MissingRequiredClaim(_) => MISSING_CLAIM,
        ErrorKind::Json(_) => "the token's claims cannot be read",
        _ => "the token's signature is invalid",
    }
}
