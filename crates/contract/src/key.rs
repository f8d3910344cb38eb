//! Where things are kept.

use std::fmt;

use crate::{NameError, Owner, ProfileName, UploadId, id::IdError};

/// The first segment of every raw object's key, with its slash: what S3 notifies about.
pub const RAW_PREFIX: &str = "raw/";

/// The key of a raw upload: `raw/{profile}/{owner}/{id}`.
///
/// It names one upload, and is built of nothing else a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RawKey {
    /// What is to be made of it.
    pub profile: ProfileName,
    /// Whose it is.
    pub owner: Owner,
    /// Which one it is.
    pub id: UploadId,
}

/// A key that is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not have the four segments of a raw key.
    #[error("a raw key is raw/PROFILE/OWNER/ID")]
    Shape,
    /// A segment is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The last segment is not an id.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl RawKey {
    /// Reads a decoded object key.
    ///
    /// # Errors
    /// [`KeyError`] for every key that [`fmt::Display`] would not print.
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

    /// `manifests/{profile}/{owner}/{id}.json`, in the media bucket.
    pub fn manifest_key(&self) -> String {
        let Self { profile, owner, id } = self;
        format!("manifests/{profile}/{owner}/{id}.json")
    }

    /// `{prefix}/{owner}/{id}{suffix}.{extension}`, in the media bucket.
    pub fn variant_key(&self, prefix: &str, suffix: &str, extension: &str) -> String {
        let Self { owner, id, .. } = self;
        format!("{prefix}/{owner}/{id}{suffix}.{extension}")
    }

    /// `/v1/uploads/{profile}/{owner}/{id}`, where the issuer tells the outcome.
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
    fn a_key_survives_its_text() {
        let key = RawKey {
            profile: "avatar".parse().unwrap(),
            owner: "u_1-2".parse().unwrap(),
            id: UploadId::generate(),
        };
        assert_eq!(RawKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn everything_else_is_not_ours() {
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
        fn what_parses_is_what_is_printed(key in "\\PC{0,120}") {
            if let Ok(parsed) = RawKey::parse(&key) {
                prop_assert_eq!(parsed.to_string(), key);
            }
        }
    }
}
