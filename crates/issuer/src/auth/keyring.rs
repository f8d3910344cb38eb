//! API keys, known by their hashes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::caller::Caller;
use super::settings::ApiKeySettings;

/// What every key begins with: people and secret scanners can tell what they have found.
pub(crate) const PREFIX: &str = "dk_";
const SECRET_BYTES: usize = 32;

/// A new secret that a client shows as its bearer token. It is not kept anywhere.
pub struct ApiKey(String);

/// SHA-256 of a key.
///
/// A key has 256 random bits, so that unlike a password it needs no slow hash: there is nothing to
/// guess.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyHash([u8; 32]);

/// A text that is not a SHA-256 in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of a key is 64 hex digits, as `darkroom key new` prints it")]
pub struct KeyHashError;

/// Every key that is taken.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    keys: Vec<(KeyHash, Arc<Caller>)>,
}

impl ApiKey {
    /// A key that nobody can guess.
    ///
    /// # Errors
    /// If the operating system gives no random bytes.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))))
    }

    /// The key itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the configuration keeps of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

impl KeyHash {
    pub(crate) fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
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

impl Keyring {
    pub(crate) fn of(settings: &[ApiKeySettings]) -> Self {
        let keys = settings.iter();
        let keys = keys.map(|key| (key.sha256, Arc::new(Caller::with_key(key))));
        Self {
            keys: keys.collect(),
        }
    }

    /// Whose key it is. Takes the same time whether and wherever it is found.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Caller>> {
        let shown = KeyHash::of(key);
        let mut found = None;
        for (hash, caller) in &self.keys {
            if bool::from(hash.0.ct_eq(&shown.0)) {
                found = Some(Arc::clone(caller));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_tells_what_it_is_and_never_comes_twice() {
        let key = ApiKey::generate().unwrap();
        assert_eq!(key.reveal().len(), PREFIX.len() + 43);
        assert!(key.reveal().starts_with("dk_"));
        assert_ne!(key.reveal(), ApiKey::generate().unwrap().reveal());
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
    }

    #[test]
    fn a_key_is_found_by_its_hash_alone() {
        let key = ApiKey::generate().unwrap();
        let settings = |name: &str, sha256| ApiKeySettings {
            name: name.to_owned(),
            sha256,
            owner: None,
            profiles: Vec::new(),
        };
        let other = ApiKey::generate().unwrap();
        let keyring = Keyring::of(&[settings("a", other.hash()), settings("b", key.hash())]);
        let found = keyring.find(key.reveal()).unwrap();
        assert_eq!(found.name(), "key:b");
        for wrong in ["", "dk_", &key.hash().to_string(), &key.reveal()[..40]] {
            assert!(keyring.find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_hash_survives_its_text_and_nothing_else_is_one() {
        let hash = ApiKey::generate().unwrap().hash();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in ["", "00", "dk_abc", &"g".repeat(64)] {
            assert_eq!(text.parse::<KeyHash>(), Err(KeyHashError), "{text}");
        }
    }
}
