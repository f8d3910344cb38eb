//! The settings of the rules that decide whether objects contradict each other.

use std::time::Duration;

use darkroom_cloud::ListedObject;
use time::OffsetDateTime;

use crate::UploadStore;

/// The rules, with everything that they depend on besides the objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) store: &'a UploadStore,
    pub(super) now: OffsetDateTime,
    /// The age below which an object may be part of an upload or deletion in progress.
    pub(super) grace: Duration,
}

impl Rules<'_> {
    /// Returns `true` if the object may be part of an upload or a deletion in progress.
    pub(super) fn is_recent(&self, object: &ListedObject) -> bool {
        let age = object.last_modified.map(|written| self.now - written);
        age.is_none_or(|age| age < self.grace)
    }
}
