//! The keys that tokens are signed with (JWK set, RFC 7517), as their issuer publishes them.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use super::authenticator::AuthError;

/// The whole fetch, connection included.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Sets have a few kilobytes.
const MAX_BYTES: usize = 1024 * 1024;
/// However many tokens with unknown keys come, and however the fetch fails: no more often.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// Where a set is read from.
#[derive(Debug, Clone)]
pub(crate) enum JwkSource {
    Url(reqwest::Client, String),
    File(PathBuf),
}

/// A key and what it may sign with.
pub(crate) struct PublicKey {
    id: Option<String>,
    pub(crate) decoding: DecodingKey,
    pub(crate) algorithms: Vec<Algorithm>,
}

/// A set that is kept for a while.
#[derive(Debug)]
pub(crate) struct Jwks {
    source: JwkSource,
    max_age: Duration,
    cache: RwLock<Cache>,
    /// When it was last tried; held by the one request that reads the set.
    tried_at: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Cache {
    keys: Vec<Arc<PublicKey>>,
    read_at: Option<Instant>,
}

/// Why there is no key for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// It is not in the set.
    Unknown,
    /// There is no set.
    Unavailable,
}

impl JwkSource {
    /// # Errors
    /// If it looks like a URL and is not one for HTTP.
    pub(crate) fn parse(text: &str) -> Result<Self, AuthError> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = reqwest::Url::parse(text).map_err(|error| AuthError(error.to_string()))?;
        if !["https", "http"].contains(&url.scheme()) {
            return Err(AuthError("is a path, or a URL of http or https".to_owned()));
        }
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| AuthError(error.to_string()))?;
        Ok(Self::Url(client, text.to_owned()))
    }

    async fn read(&self) -> Result<Vec<Arc<PublicKey>>, String> {
        let bytes = match self {
            Self::File(path) => tokio::fs::read(path)
                .await
                .map_err(|error| format!("{}: {error}", path.display()))?,
            Self::Url(client, url) => fetch(client, url).await?,
        };
        // One key of an unknown kind does not spoil the others.
        let set: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let keys = set["keys"].as_array().ok_or("it has no \"keys\"")?;
        let set = JwkSet {
            keys: keys
                .iter()
                .filter_map(|key| serde_json::from_value(key.clone()).ok())
                .collect(),
        };
        Ok(set.keys.iter().filter_map(public_key).collect())
    }
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, String> {
    let failed = |error: reqwest::Error| error.to_string();
    let response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("{url} answers {}", response.status()));
    }
    let mut bytes = Vec::new();
    let mut parts = response.bytes_stream();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.map_err(failed)?);
        if bytes.len() > MAX_BYTES {
            return Err(format!("{url} gives more than {MAX_BYTES} bytes"));
        }
    }
    Ok(bytes)
}

/// Only what is published to check signatures with: a secret that both sides share has no place in
/// a set that anyone may read.
fn public_key(jwk: &Jwk) -> Option<Arc<PublicKey>> {
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
    Some(Arc::new(PublicKey {
        id: jwk.common.key_id.clone(),
        decoding: DecodingKey::from_jwk(jwk).ok()?,
        algorithms,
    }))
}

impl Jwks {
    pub(crate) fn new(source: JwkSource, max_age: Duration) -> Self {
        Self {
            source,
            max_age,
            cache: RwLock::default(),
            tried_at: Mutex::default(),
        }
    }

    /// The key of that id; of a token that names none, the only one there is.
    ///
    /// A set that is too old is read again, and one without the key too; meanwhile the old one
    /// serves everybody else. Where it cannot be read, the old one stays: tokens end by themselves,
    /// and a provider that is away for a while should not lock everybody out.
    pub(crate) async fn find(&self, id: Option<&str>) -> Result<Arc<PublicKey>, NoKey> {
        let (found, is_fresh) = {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            (cache.find(id), cache.is_younger_than(self.max_age))
        };
        match (found, is_fresh) {
            (Some(key), true) => return Ok(key),
            (Some(key), false) => match self.tried_at.try_lock() {
                Ok(tried_at) => self.refresh(tried_at).await,
                Err(_) => return Ok(key),
            },
            (None, _) => self.refresh(self.tried_at.lock().await).await,
        }
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        match cache.find(id) {
            Some(key) => Ok(key),
            None if cache.read_at.is_some() => Err(NoKey::Unknown),
            None => Err(NoKey::Unavailable),
        }
    }

    async fn refresh(&self, mut tried_at: MutexGuard<'_, Option<Instant>>) {
        if tried_at.is_some_and(|at| at.elapsed() < MIN_INTERVAL) {
            return;
        }
        *tried_at = Some(Instant::now());
        match self.source.read().await {
            Ok(keys) => {
                let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
                cache.keys = keys;
                cache.read_at = *tried_at;
            }
            Err(error) => tracing::warn!(error, "the JWK set cannot be read"),
        }
    }
}

impl Cache {
    fn is_younger_than(&self, age: Duration) -> bool {
        self.read_at.is_some_and(|at| at.elapsed() < age)
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

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("id", &self.id).finish()
    }
}
