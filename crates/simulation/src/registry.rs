//! The true state of every upload, which only the simulation knows.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use darkroom_contract::{Manifest, RawKey, UploadId};
use tokio::time::Instant;

use crate::erasure::is_erasable;

/// All uploads.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    uploads: BTreeMap<UploadId, UploadRecord>,
    /// The digests of all files that a reviewer has approved.
    pub(crate) approved: BTreeSet<String>,
}

/// The history of one upload.
#[derive(Debug)]
pub(crate) struct UploadRecord {
    pub(crate) key: RawKey,
    /// The content of every object that the key has had, by entity tag.
    pub(crate) contents: BTreeMap<String, Bytes>,
    /// Every manifest that the upload has had, in order.
    pub(crate) manifests: Vec<ManifestRecord>,
    /// The ids of the outcomes that were published.
    pub(crate) published: BTreeSet<String>,
    /// The ids of the outcomes that a webhook has reported.
    pub(crate) delivered: BTreeSet<String>,
    /// `true` if a deletion was requested, or if the owner may be erased.
    pub(crate) is_deletion_requested: bool,
    /// `true` if an event of the upload was lost.
    pub(crate) has_lost_events: bool,
    /// The step at which the raw object was deleted, or `None` if it was never deleted or has been
    /// uploaded again.
    pub(crate) source_deleted_at: Option<u64>,
}

/// The history of one manifest.
#[derive(Debug)]
pub(crate) struct ManifestRecord {
    pub(crate) manifest: Manifest,
    /// The step at which it was written.
    pub(crate) written_at: u64,
    /// The time at which it was replaced or deleted, or `None` if it is still stored.
    pub(crate) removed_at: Option<Instant>,
}

impl UploadRecord {
    /// Notes that the stored manifest is now this one, or that there is none.
    pub(crate) fn set_manifest(&mut self, manifest: Option<Manifest>, step: u64) {
        if let Some(last) = self.manifests.last_mut() {
            last.removed_at.get_or_insert_with(Instant::now);
        }
        self.manifests
            .extend(manifest.map(|manifest| ManifestRecord {
                manifest,
                written_at: step,
                removed_at: None,
            }));
    }

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
            manifests: Vec::new(),
            published: BTreeSet::new(),
            delivered: BTreeSet::new(),
            is_deletion_requested: is_erasable(key),
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
