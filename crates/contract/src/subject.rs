//! The owner that the subject of a token stands for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::{NameError, Owner};

/// The prefix of owners that contain their subject in base64url.
const ENCODED_PREFIX: &str = "b64-";
/// The prefix of owners that contain the SHA-256 digest of their subject in base64url.
const HASHED_PREFIX: &str = "sha256-";
/// The longest subject that fits into an owner after [`ENCODED_PREFIX`].
const MAX_ENCODED_BYTES: usize = 45;

impl Owner {
    /// Returns the owner for the subject of a token (RFC 7519, section 4.1.2), which may be any
    /// text: `auth0|7`, an e-mail address, a URL.
    ///
    /// - A subject that is a valid owner is used unchanged, unless it begins with `b64-` or
    ///   `sha256-`.
    /// - Any other subject of up to 45 bytes becomes `b64-` and its base64url without padding (RFC
    ///   4648).
    /// - A longer subject becomes `sha256-` and the base64url of its SHA-256 digest.
    ///
    /// Different subjects have different owners, because the two prefixes keep the three forms
    /// apart. The only exception would be a collision of SHA-256.
    ///
    /// ```
    /// use darkroom_contract::Owner;
    ///
    /// assert_eq!(Owner::from_subject("u123")?.as_str(), "u123");
    /// assert_eq!(Owner::from_subject("auth0|7")?.as_str(), "b64-YXV0aDB8Nw");
    /// # Ok::<(), darkroom_contract::NameError>(())
    /// ```
    ///
    /// # Errors
    /// [`NameError`] if the subject is empty.
    pub fn from_subject(subject: &str) -> Result<Self, NameError> {
        let looks_encoded =
            subject.starts_with(ENCODED_PREFIX) || subject.starts_with(HASHED_PREFIX);
        match subject.parse() {
            Ok(owner) if !looks_encoded => Ok(owner),
            Err(error) if subject.is_empty() => Err(error),
            _ if subject.len() <= MAX_ENCODED_BYTES => {
                let encoded = URL_SAFE_NO_PAD.encode(subject);
                format!("{ENCODED_PREFIX}{encoded}").parse()
            }
            _ => {
                let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(subject));
                format!("{HASHED_PREFIX}{digest}").parse()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn owner(subject: &str) -> String {
        Owner::from_subject(subject).unwrap().into()
    }

    #[test]
    fn a_subject_that_is_an_owner_stays_as_it_is() {
        for subject in ["u1", "221394835627794689", "b64", "B64-x", &"x".repeat(64)] {
            assert_eq!(owner(subject), subject);
        }
    }

    #[test]
    fn a_subject_that_is_not_an_owner_is_encoded_or_hashed() {
        for (subject, expected) in [
            ("auth0|7", "b64-YXV0aDB8Nw"),
            ("ada@example.org", "b64-YWRhQGV4YW1wbGUub3Jn"),
            ("https://id.example/7", "b64-aHR0cHM6Ly9pZC5leGFtcGxlLzc"),
            ("ü", "b64-w7w"),
            (" ", "b64-IA"),
            ("..", "b64-Li4"),
        ] {
            assert_eq!(owner(subject), expected, "{subject}");
        }
        assert_eq!(owner(&"|".repeat(45)).len(), 64);
        let hashed = owner(&"|".repeat(46));
        assert!(hashed.starts_with("sha256-"), "{hashed}");
        assert_eq!(hashed.len(), 50);
        assert!(Owner::from_subject("").is_err());
    }

    #[test]
    fn a_subject_that_looks_like_an_encoded_owner_is_encoded_again() {
        let mut subjects: BTreeMap<String, String> = BTreeMap::new();
        let mut subject = "auth0|7".to_owned();
        // Each subject is the owner of the previous subject.
        for _ in 0..8 {
            let owner = owner(&subject);
            assert_ne!(owner, subject);
            assert_eq!(subjects.insert(owner.clone(), subject), None);
            subject = owner;
        }
    }

    proptest! {
        #[test]
        fn different_subjects_have_different_owners(
            a in "(b64-|sha256-)?[A-Za-z0-9_|@-]{1,60}",
            b in "(b64-|sha256-)?[A-Za-z0-9_|@-]{1,60}",
        ) {
            prop_assert_eq!(owner(&a) == owner(&b), a == b);
        }
    }
}
