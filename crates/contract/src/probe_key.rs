//! The keys of the objects that `darkroom doctor` writes.

use std::fmt;

use crate::UploadId;
use crate::key::{MANIFEST_PREFIX, RAW_PREFIX, TOMBSTONE_PREFIX};

/// The segment of a probe's keys that no upload has in this place.
const SEGMENT: &str = "darkroom-doctor/";

/// The id of a probe: a set of short-lived objects, one below each prefix, by which
/// `darkroom doctor` tests a deployment.
///
/// No key of a probe is the key of an upload, a manifest or a variant, because it has fewer segments.
/// A worker that receives the event of the raw object deletes that object, which shows that events
/// arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeId(UploadId);

impl ProbeId {
    /// Creates a new id.
    pub fn generate() -> Self {
        Self(UploadId::generate())
    }

    /// Returns the id in the key of a probe's raw object, or `None` for any other key.
    pub fn from_raw_key(key: &str) -> Option<Self> {
        let id = key.strip_prefix(RAW_PREFIX)?.strip_prefix(SEGMENT)?;
        id.parse().ok().map(Self)
    }

    /// Returns the key of the raw object.
    pub fn raw_key(self) -> String {
        self.key_below(RAW_PREFIX)
    }

    /// Returns the key of the object in place of a manifest.
    pub fn manifest_key(self) -> String {
        self.key_below(MANIFEST_PREFIX)
    }

    /// Returns the key of the object in place of a tombstone.
    pub fn tombstone_key(self) -> String {
        self.key_below(TOMBSTONE_PREFIX)
    }

    /// Returns the key of an object below a prefix, which must end with a slash.
    pub fn key_below(self, prefix: &str) -> String {
        format!("{prefix}{SEGMENT}{self}")
    }
}

impl fmt::Display for ProbeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawKey;

    #[test]
    fn a_probe_is_recognized_by_its_raw_key_and_is_no_upload() {
        let probe = ProbeId::generate();
        assert_eq!(ProbeId::from_raw_key(&probe.raw_key()), Some(probe));
        assert!(RawKey::parse(&probe.raw_key()).is_err());
        let upload = RawKey::new("darkroom-doctor".parse().unwrap(), "u1".parse().unwrap());
        for other in [
            upload.to_string(),
            probe.manifest_key(),
            "raw/darkroom-doctor/notes.txt".to_owned(),
            "raw/darkroom-doctor/".to_owned(),
        ] {
            assert_eq!(ProbeId::from_raw_key(&other), None, "{other}");
        }
    }
}
