//! A cache of the public keys for verifying tokens (JWK set, RFC 7517).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Freshness, RefreshingCache};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

use super::jwk_source::JwkSource;

/// The minimum pause between two fetches, even if many tokens with unknown keys arrive.
const RETRY_INTERVAL: Duration = Duration::from_secs(10);

/// The JWK set of one identity provider, fetched on demand.
#[derive(Debug)]
pub(crate) struct JwkSetCache {
    source: JwkSource,
    max_age: Duration,
    cache: RefreshingCache<Arc<JwkSet>, String>,
}

/// The usable keys of a set.
#[derive(Debug)]
struct JwkSet {
    keys: Vec<Arc<PublicKey>>,
}

/// A key and the algorithms for which it may be used.
pub(crate) struct PublicKey {
    id: Option<String>,
    pub(crate) decoding: DecodingKey,
    pub(crate) algorithms: Vec<Algorithm>,
}

/// The reason why no key was found for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyError {
    /// The key is not in the set.
    Unknown,
    /// No set has been fetched yet.
    Unavailable,
}

impl JwkSetCache {
    pub(crate) fn new(source: JwkSource, max_age: Duration) -> Self {
        Self {
            source,
            max_age,
            cache: RefreshingCache::new(RETRY_INTERVAL),
        }
    }

    /// Returns the key with this id. Without an id, returns the only key of the set, if the set has
    /// exactly one key.
    ///
    /// Fetches the set again if it is too old or does not contain the key. If the fetch fails, the
    /// old set stays in use. Otherwise, a provider that is down would lock out all callers. Expired
    /// tokens are still rejected.
    pub(crate) async fn find(&self, id: Option<&str>) -> Result<Arc<PublicKey>, KeyError> {
        let freshness = |set: &Arc<JwkSet>, age| match set.find(id) {
            None => Freshness::Unusable,
            Some(_) if age < self.max_age => Freshness::Fresh,
            Some(_) => Freshness::Stale,
        };
        let set = self.cache.get(freshness, || self.fetch()).await;
        let set = set.map_err(|_| KeyError::Unavailable)?;
        set.find(id).ok_or(KeyError::Unknown)
    }

    async fn fetch(&self) -> Result<Arc<JwkSet>, String> {
        let set = self
            .source
            .read()
            .await
            .and_then(|json| JwkSet::parse(&json));
        if let Err(error) = &set {
            tracing::warn!(error, "cannot read the JWK set");
        }
        set.map(Arc::new)
    }
}

impl JwkSet {
    /// Parses a set. Skips keys of an unknown kind, and keys that are not public keys for
    /// signatures.
    fn parse(json: &[u8]) -> Result<Self, String> {
        let set: serde_json::Value =
            serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let keys = set["keys"].as_array();
        let keys = keys.ok_or("the document has no array \"keys\"")?;
        let keys = keys
            .iter()
            .filter_map(|key| serde_json::from_value(key.clone()).ok())
            .filter_map(|key| PublicKey::from_jwk(&key))
            .map(Arc::new);
        Ok(Self {
            keys: keys.collect(),
        })
    }

    fn find(&self, id: Option<&str>) -> Option<Arc<PublicKey>> {
        match (id, &self.keys[..]) {
            (None, [only]) => Some(Arc::clone(only)),
            (None, _) => None,
            (Some(id), keys) => keys
                .iter()
                .find(|key| key.id.as_deref() == Some(id))
                .cloned(),
        }
    }
}

impl PublicKey {
    /// Converts a key, or returns `None` if it is not a public key for signatures. A shared secret
    /// does not qualify, because everyone can read the set.
    fn from_jwk(jwk: &Jwk) -> Option<Self> {
        use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
        if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
            return None;
        }
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => vec![RS256, RS384, RS512, PS256, PS384, PS512],
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => vec![ES256],
                EllipticCurve::P384 => vec![ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(_) => vec![EdDSA],
            _ => return None,
        };
        if let Some(only) = jwk.common.key_algorithm {
            algorithms.retain(|algorithm| format!("{algorithm:?}") == format!("{only:?}"));
        }
        Some(Self {
            id: jwk.common.key_id.clone(),
            decoding: DecodingKey::from_jwk(jwk).ok()?,
            algorithms,
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("id", &self.id).finish()
    }
}
