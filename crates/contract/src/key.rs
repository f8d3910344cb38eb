//! The keys of objects.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{NameError, Owner, ProfileName, UploadId, id::IdError};

/// The prefix of every raw object's key. The bucket's notification filters by it.
pub const RAW_PREFIX: &str = "raw/";
/// The prefix of every manifest's key.
pub const MANIFEST_PREFIX: &str = "manifests/";
/// The prefix of every tombstone's key. The bucket's lifecycle removes tombstones after a while.
pub const TOMBSTONE_PREFIX: &str = "deleted/";
/// The prefix of the keys of all objects for reviews: review copies and review decisions.
pub const REVIEW_PREFIX: &str = "review/";
/// The prefix of every review copy's key. The bucket's lifecycle may remove review copies.
pub const REVIEW_COPY_PREFIX: &str = "review/copies/";
/// The prefix of every review decision's key.
pub const REVIEW_DECISION_PREFIX: &str = "review/decisions/";

/// The key of a raw object: `raw/{profile}/{owner}/{id}`.
///
/// It identifies one upload. It does not contain other text from a client, such as a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RawKey {
    /// The profile.
    pub profile: ProfileName,
    /// The owner.
    pub owner: Owner,
    /// The id.
    pub id: UploadId,
}

/// The error for a key that is not the key of a raw object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key does not have the four segments of a raw key.
    #[error("a raw key must have the form raw/PROFILE/OWNER/ID")]
    Shape,
    /// A segment is not a valid name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The last segment is not a valid id.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl RawKey {
    /// Creates the key of a new upload.
    pub fn new(profile: ProfileName, owner: Owner) -> Self {
        Self {
            profile,
            owner,
            id: UploadId::generate(),
        }
    }

    /// Parses a decoded object key.
    ///
    /// # Errors
    /// [`KeyError`] if the key does not have exactly the form that [`Display`](fmt::Display)
    /// prints.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        let rest = key.strip_prefix(RAW_PREFIX).ok_or(KeyError::Shape)?;
        let segments: Vec<&str> = rest.split('/').collect();
        let [profile, owner, id] = segments[..] else {
            return Err(KeyError::Shape);
        };
        Ok(Self {
            profile: profile.parse()?,
            owner: owner.parse()?,
            id: id.parse()?,
        })
    }

    /// Returns the prefix of the keys of an owner's raw objects: `raw/{profile}/{owner}/`. Below
    /// it, the objects are sorted by the time of their ids.
    pub fn owner_prefix(profile: &ProfileName, owner: &Owner) -> String {
        format!("{RAW_PREFIX}{profile}/{owner}/")
    }

    /// Returns the key of the manifest in the raw bucket: `manifests/{profile}/{owner}/{id}.json`.
    pub fn manifest_key(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("{MANIFEST_PREFIX}{profile}/{owner}/{id}.json")
    }

    /// Returns the key of the tombstone in the raw bucket: `deleted/{profile}/{owner}/{id}`.
    pub fn tombstone_key(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("{TOMBSTONE_PREFIX}{profile}/{owner}/{id}")
    }

    /// Returns the prefix of the keys of all review copies of the upload, in the raw bucket:
    /// `review/copies/{profile}/{owner}/{id}/`.
    pub fn review_copies_prefix(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("{REVIEW_COPY_PREFIX}{profile}/{owner}/{id}/")
    }

    /// Returns the key of the review copy with these bytes. `sha256` is their digest in lower-case
    /// hex. The bytes of a review copy therefore never change.
    pub fn review_copy_key(&self, sha256: &str) -> String {
        format!("{}{sha256}", self.review_copies_prefix())
    }

    /// Parses the key of a review copy, and returns the upload that it belongs to.
    pub fn parse_review_copy(key: &str) -> Option<Self> {
        let (upload, _) = key.strip_prefix(REVIEW_COPY_PREFIX)?.rsplit_once('/')?;
        Self::parse(&format!("{RAW_PREFIX}{upload}")).ok()
    }

    /// Returns the prefix of the keys of all review decisions about the upload, in the raw bucket:
    /// `review/decisions/{profile}/{owner}/{id}/`.
    pub fn review_decisions_prefix(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("{REVIEW_DECISION_PREFIX}{profile}/{owner}/{id}/")
    }

    /// Returns the key of the review decision about a file of the upload. `sha256` is the digest of
    /// the file in lower-case hex.
    pub fn review_decision_key(&self, sha256: &str) -> String {
        format!("{}{sha256}.json", self.review_decisions_prefix())
    }

    /// Returns the key of a variant in the media bucket:
    /// `{prefix}/{owner}/{id}{suffix}.{extension}`.
    pub(crate) fn variant_key(&self, prefix: &str, suffix: &str, extension: &str) -> String {
        let Self { owner, id, .. } = self;
        format!("{prefix}/{owner}/{id}{suffix}.{extension}")
    }

    /// Returns the path of the status on the issuer: `/v1/uploads/{profile}/{owner}/{id}`.
    pub fn status_path(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("/v1/uploads/{profile}/{owner}/{id}")
    }
}

impl fmt::Display for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { profile, owner, id } = self;
        write!(f, "{RAW_PREFIX}{profile}/{owner}/{id}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_text() {
        let key = RawKey::new("avatar".parse().unwrap(), "u_1-2".parse().unwrap());
        assert_eq!(RawKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn the_upload_of_a_review_copy_is_read_from_its_key() {
        let key = RawKey::new("avatar".parse().unwrap(), "u_1-2".parse().unwrap());
        let copy = key.review_copy_key("00ff");
        assert_eq!(RawKey::parse_review_copy(&copy), Some(key.clone()));
        for other in [key.review_decision_key("00ff"), key.to_string()] {
            assert_eq!(RawKey::parse_review_copy(&other), None, "{other}");
        }
    }

    #[test]
    fn a_key_of_another_form_is_an_error() {
        let id = UploadId::generate();
        for key in [
            String::new(),
            "raw/".to_owned(),
            format!("avatar/u1/{id}"),
            format!("raw/avatar/{id}"),
            format!("raw/avatar/u1/{id}/"),
            format!("raw/avatar/u1/{id}.jpg"),
            format!("raw/avatar/u1/x/{id}"),
            format!("raw/avatar/../{id}"),
            format!("raw//avatar/u1/{id}"),
            format!("/raw/avatar/u1/{id}"),
        ] {
            assert!(RawKey::parse(&key).is_err(), "{key}");
        }
    }

    proptest! {
        #[test]
        fn a_parsed_key_is_printed_unchanged(key in "\\PC{0,120}") {
            if let Ok(parsed) = RawKey::parse(&key) {
                prop_assert_eq!(parsed.to_string(), key);
            }
        }
    }
}
