//! Versions of objects, as S3 keeps them in a bucket with versioning.

use super::Listing;

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionId {
    /// The object's key.
    pub key: String,
    /// The version, or `None` in a store without versions.
    pub version_id: Option<String>,
}

/// One page of the versions in a bucket, sorted by key.
#[derive(Debug, Clone)]
pub struct VersionListing {
    /// The versions and delete markers of the page.
    pub versions: Vec<VersionId>,
    /// The cursor of the next page, if there is one.
    pub next: Option<VersionId>,
}

impl VersionListing {
    /// The maximum length of a page.
    pub(super) const MAX: usize = 1000;
}

impl From<Listing> for VersionListing {
    /// Converts a page of objects in a store without versions.
    fn from(page: Listing) -> Self {
        let objects = page.objects.into_iter();
        let versions = objects.map(|object| VersionId {
            key: object.key,
            version_id: None,
        });
        let versions: Vec<VersionId> = versions.collect();
        let last = versions.last().cloned();
        Self {
            next: last.filter(|_| page.next.is_some()),
            versions,
        }
    }
}
