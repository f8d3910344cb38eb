//! Reading the manifests of entries.

use darkroom_cloud::{CloudError, ListedObject};
use darkroom_contract::{Manifest, Outcome};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::entry::{Entry, LoadedEntry, LoadedUpload, StoredManifest, UploadObjects};
use super::group::Group;
use super::join::Join;
use super::pace::Pace;
use super::position::Position;
use crate::UploadStore;
use crate::manifest::UnreadableManifest;

/// The number of entries that are read concurrently.
const CONCURRENT_READS: usize = 64;

/// A reader of the entries of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) store: &'a UploadStore,
    pub(super) group: &'a Group,
    pub(super) pace: &'a Pace,
}

impl Reader<'_> {
    /// Reads the manifests of entries, several at once. Keeps the order.
    pub(super) async fn load_all(
        &self,
        entries: Vec<Entry>,
    ) -> Result<Vec<LoadedEntry>, CloudError> {
        let entries = stream::iter(entries).map(|entry| self.load(entry));
        entries.buffered(CONCURRENT_READS).try_collect().await
    }

    /// Lists and reads the objects at these positions once more, several at once. Keeps the order.
    pub(super) async fn reload_all(
        &self,
        positions: Vec<Position>,
    ) -> Result<Vec<LoadedEntry>, CloudError> {
        let entries = stream::iter(positions).map(|position| async move {
            self.pace.wait().await;
            self.load(Join::at(self.store, self.group, &position).await?)
                .await
        });
        entries.buffered(CONCURRENT_READS).try_collect().await
    }

    async fn load(&self, entry: Entry) -> Result<LoadedEntry, CloudError> {
        let mut uploads = Vec::with_capacity(entry.uploads.len());
        for objects in entry.uploads {
            uploads.push(self.load_upload(objects).await?);
        }
        Ok(LoadedEntry {
            position: entry.position,
            uploads,
            variants: entry.variants,
        })
    }

    async fn load_upload(&self, objects: UploadObjects) -> Result<LoadedUpload, CloudError> {
        let manifest = match objects.manifest {
            None => StoredManifest::Missing,
            Some(_) => self.manifest(&objects).await?,
        };
        let elsewhere = match &manifest {
            StoredManifest::Read(manifest) => self.elsewhere(manifest).await?,
            StoredManifest::Missing | StoredManifest::Unreadable(_) => Vec::new(),
        };
        Ok(LoadedUpload {
            objects,
            manifest,
            elsewhere,
        })
    }

    async fn manifest(&self, objects: &UploadObjects) -> Result<StoredManifest, CloudError> {
        self.pace.wait().await;
        let key = &objects.key;
        let stored = self.store.stored_manifest(&key.manifest_key()).await?;
        Ok(match stored {
            None => StoredManifest::Missing,
            Some(Err(unreadable)) => StoredManifest::Unreadable(unreadable),
            Some(Ok(manifest)) if manifest.raw_key() == *key => StoredManifest::Read(manifest),
            Some(Ok(other)) => StoredManifest::Unreadable(UnreadableManifest {
                detail: format!("it is the manifest of {}", other.raw_key()),
                is_newer: false,
            }),
        })
    }

    /// Returns the variants that a manifest names outside of the prefix of the group.
    async fn elsewhere(&self, manifest: &Manifest) -> Result<Vec<ListedObject>, CloudError> {
        let Outcome::Ready { variants, .. } = &manifest.outcome else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for variant in variants {
            if self.group.lists(&variant.key, &manifest.raw_key()) {
                continue;
            }
            self.pace.wait().await;
            let media = &self.store.parts.media;
            let listing = media.list_after(&variant.key, "", 1).await?;
            let mut objects = listing.objects.into_iter();
            found.extend(objects.find(|object| object.key == variant.key));
        }
        Ok(found)
    }
}
