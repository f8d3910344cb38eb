//! The true state of every upload, which only the simulation knows.

use std::collections::BTreeMap;

use bytes::Bytes;
use darkroom_contract::{RawKey, UploadId};

/// All uploads.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    uploads: BTreeMap<UploadId, UploadRecord>,
}

/// The history of one upload.
#[derive(Debug)]
pub(crate) struct UploadRecord {
    pub(crate) key: RawKey,
    /// The content of every object that the key has had, by entity tag.
    pub(crate) contents: BTreeMap<String, Bytes>,
    /// The step at which an outcome was first written, by the entity tag of its object.
    pub(crate) outcomes: BTreeMap<String, u64>,
    /// `true` if a deletion was requested.
    pub(crate) is_deletion_requested: bool,
    /// `true` if an event of the upload was lost.
    pub(crate) has_lost_events: bool,
    /// The step at which the raw object was deleted, or `None` if it was never deleted or has been
    /// uploaded again.
    pub(crate) source_deleted_at: Option<u64>,
}

impl UploadRecord {
    /// Returns `true` if the key has had more than one object.
    pub(crate) fn is_overwritten(&self) -> bool {
        self.contents.len() > 1
    }
}

impl Registry {
    /// Adds an object of an upload.
    pub(crate) fn add(&mut self, key: &RawKey, etag: String, content: Bytes) {
        let record = self.uploads.entry(key.id).or_insert_with(|| UploadRecord {
            key: key.clone(),
            contents: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            is_deletion_requested: false,
            has_lost_events: false,
            source_deleted_at: None,
        });
        record.contents.insert(etag, content);
        record.source_deleted_at = None;
    }

    pub(crate) fn get(&self, id: UploadId) -> Option<&UploadRecord> {
        self.uploads.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: UploadId) -> Option<&mut UploadRecord> {
        self.uploads.get_mut(&id)
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &UploadRecord> {
        self.uploads.values()
    }
}
