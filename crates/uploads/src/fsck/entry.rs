//! Objects that belong together.

use std::sync::Arc;

use darkroom_cloud::ListedObject;
use darkroom_contract::{Manifest, ProfileName, RawKey};

use super::position::{ObjectKind, Position};
use crate::manifest::UnreadableManifest;

/// The objects of both buckets at one position. Ids are unique, so they are usually the objects of
/// one upload.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) position: Position,
    pub(super) uploads: Vec<UploadObjects>,
    /// The objects in the media bucket below the prefix of the profiles.
    pub(super) variants: Vec<ListedObject>,
}

/// The objects of one upload in the raw bucket.
#[derive(Debug)]
pub(super) struct UploadObjects {
    pub(super) key: RawKey,
    pub(super) raw: Option<ListedObject>,
    pub(super) manifest: Option<ListedObject>,
    pub(super) tombstone: Option<ListedObject>,
    pub(super) review_copies: Vec<ListedObject>,
    pub(super) review_decisions: Vec<ListedObject>,
}

impl Entry {
    pub(super) const fn new(position: Position) -> Self {
        Self {
            position,
            uploads: Vec::new(),
            variants: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, kind: ObjectKind, profile: &ProfileName, object: ListedObject) {
        if kind == ObjectKind::Variant {
            self.variants.push(object);
            return;
        }
        let key = self.position.raw_key(profile);
        let known = self.uploads.iter().position(|upload| upload.key == key);
        let index = known.unwrap_or_else(|| {
            self.uploads.push(UploadObjects {
                key,
                raw: None,
                manifest: None,
                tombstone: None,
                review_copies: Vec::new(),
                review_decisions: Vec::new(),
            });
            self.uploads.len() - 1
        });
        let Some(upload) = self.uploads.get_mut(index) else {
            return;
        };
        match kind {
            ObjectKind::Raw => upload.raw = Some(object),
            ObjectKind::Manifest => upload.manifest = Some(object),
            ObjectKind::Tombstone => upload.tombstone = Some(object),
            ObjectKind::ReviewCopy => upload.review_copies.push(object),
            ObjectKind::ReviewDecision => upload.review_decisions.push(object),
            ObjectKind::Variant => {}
        }
    }
}

impl UploadObjects {
    /// Returns `true` if the upload has neither a raw object nor a manifest.
    pub(super) const fn is_gone(&self) -> bool {
        self.raw.is_none() && self.manifest.is_none()
    }
}

/// An entry whose manifests were read.
#[derive(Debug)]
pub(super) struct LoadedEntry {
    pub(super) position: Position,
    pub(super) uploads: Vec<LoadedUpload>,
    /// The objects in the media bucket below the prefix of the profiles.
    pub(super) variants: Vec<ListedObject>,
}

/// An upload whose manifest was read.
#[derive(Debug)]
pub(super) struct LoadedUpload {
    pub(super) objects: UploadObjects,
    pub(super) manifest: StoredManifest,
    /// The variants that the manifest names outside of the prefix of the profiles: those of an
    /// earlier configuration.
    pub(super) elsewhere: Vec<ListedObject>,
}

/// The content of a manifest.
#[derive(Debug)]
pub(super) enum StoredManifest {
    Missing,
    Unreadable(UnreadableManifest),
    Read(Arc<Manifest>),
}

impl LoadedUpload {
    /// Returns the manifest if it is readable.
    pub(super) const fn manifest(&self) -> Option<&Arc<Manifest>> {
        match &self.manifest {
            StoredManifest::Read(manifest) => Some(manifest),
            StoredManifest::Missing | StoredManifest::Unreadable(_) => None,
        }
    }

    /// Returns `true` if the manifest names this variant. An upload in review may have variants that
    /// were published before its file was replaced.
    pub(super) fn names(&self, key: &str) -> bool {
        let manifest = self.manifest();
        manifest.is_some_and(|it| it.outcome.variants().iter().any(|it| it.key == key))
    }
}
