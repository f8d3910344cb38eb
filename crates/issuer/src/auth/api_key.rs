//! API keys and their hashes.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The prefix of every key. People and secret scanners recognize keys by it.
pub(crate) const PREFIX: &str = "dk_";
const SECRET_BYTES: usize = 32;

/// A new API key, which a client sends as its bearer token. The service stores only the hash of a
/// key.
pub struct ApiKey(String);

/// The SHA-256 digest of a key.
///
/// A key has 256 random bits, so nobody can guess it. Unlike a password, it does not need a slow
/// hash.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyHash([u8; 32]);

/// The error for text that is not a SHA-256 digest in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hex digits, as `darkroom key new` prints them")]
pub struct KeyHashError;

impl ApiKey {
    /// Generates a key.
    ///
    /// # Errors
    /// Errors if the operating system does not provide random bytes.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))))
    }

    /// Returns the key itself, which is shown only once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the hash, which is stored in the configuration.
    pub fn hash(&self) -> KeyHash {
        KeyHash::from_key(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

impl KeyHash {
    pub(crate) fn from_key(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for KeyHash {
    type Err = KeyHashError;

    fn from_str(text: &str) -> Result<Self, KeyHashError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| KeyHashError)?;
        Ok(Self(hash))
    }
}

impl TryFrom<String> for KeyHash {
    type Error = KeyHashError;

    fn try_from(text: String) -> Result<Self, KeyHashError> {
        text.parse()
    }
}

impl From<KeyHash> for String {
    fn from(hash: KeyHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_recognizable_and_unique() {
        let key = ApiKey::generate().unwrap();
        assert_eq!(key.reveal().len(), PREFIX.len() + 43);
        assert!(key.reveal().starts_with("dk_"));
        assert_ne!(key.reveal(), ApiKey::generate().unwrap().reveal());
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
    }

    #[test]
    fn only_64_hex_digits_are_parsed_as_a_hash() {
        let hash = ApiKey::generate().unwrap().hash();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in ["", "00", "dk_abc", &"g".repeat(64)] {
            assert_eq!(text.parse::<KeyHash>(), Err(KeyHashError), "{text}");
        }
    }
}
