//! The API keys of the configuration.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use super::api_key::KeyHash;
use super::caller::Caller;
use super::settings::ApiKeySettings;

/// The hashes of all API keys, each with the caller that holds the key.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    keys: Vec<(KeyHash, Arc<Caller>)>,
}

impl Keyring {
    pub(crate) fn new(settings: &[ApiKeySettings]) -> Self {
        let keys = settings.iter();
        let keys = keys.map(|key| (key.sha256, Arc::new(Caller::from_api_key(key))));
        Self {
            keys: keys.collect(),
        }
    }

    /// Returns the holder of a key. A search takes the same time for every key, known or unknown.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Caller>> {
        let presented = KeyHash::from_key(key);
        let mut found = None;
        for (hash, caller) in &self.keys {
            if bool::from(hash.as_bytes().ct_eq(presented.as_bytes())) {
                found = Some(Arc::clone(caller));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiKey;

    #[test]
    fn only_the_whole_key_is_found_and_not_its_hash() {
        let key = ApiKey::generate().unwrap();
        let settings = |name: &str, sha256| ApiKeySettings {
            name: name.to_owned(),
            sha256,
            owner: None,
            profiles: Vec::new(),
            operator: false,
            reviewer: false,
        };
        let other = ApiKey::generate().unwrap();
        let keyring = Keyring::new(&[settings("a", other.hash()), settings("b", key.hash())]);
        let found = keyring.find(key.reveal()).unwrap();
        assert_eq!(found.name(), "key:b");
        for wrong in ["", "dk_", &key.hash().to_string(), &key.reveal()[..40]] {
            assert!(keyring.find(wrong).is_none(), "{wrong}");
        }
    }
}
