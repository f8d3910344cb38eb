//! Deletion of an upload.

use darkroom_cloud::{CloudError, ObjectInfo};
use darkroom_contract::{Manifest, RawKey};

use crate::UploadStore;

impl UploadStore {
    /// Deletes an upload and leaves a tombstone. The tombstone is written first. Otherwise, after
    /// an interrupted deletion, the upload would have the status `expired`.
    ///
    /// # Errors
    /// The error of the first call that failed. The deletion may be repeated.
    pub async fn delete(&self, key: &RawKey) -> Result<(), CloudError> {
        self.write_tombstone(key).await?;
        self.discard(key).await?;
        self.listeners.notify(key);
        Ok(())
    }

    /// Deletes the raw object of an upload and then its outputs: the variants and the manifest.
    /// Writes no tombstone, so call this directly only for an upload that no client knows of.
    ///
    /// A worker that is rendering the upload checks for the raw object after it has written the
    /// manifest. If the raw object is gone, the worker deletes the outputs. The outputs are
    /// therefore deleted no matter whether this call or the worker finishes last.
    ///
    /// # Errors
    /// The error of the first call that failed. The deletion may be repeated.
    pub async fn discard(&self, key: &RawKey) -> Result<(), CloudError> {
        self.parts.raw.delete(&[key.to_string()]).await?;
        self.clean_up(key).await
    }

    /// Deletes the outputs of an upload after its raw object is gone. If the client has uploaded
    /// the file again in the meantime, queues the upload again.
    ///
    /// # Errors
    /// The error of the first call that failed. The deletion may be repeated.
    pub async fn clean_up(&self, key: &RawKey) -> Result<(), CloudError> {
        let manifest = self.find_manifest(key).await?;
        if let Some(info) = self.delete_outputs(key, manifest.as_deref()).await? {
            let event = self.event(key, Some((&info).into()), true);
            self.requeue(&[event]).await?;
        }
        Ok(())
    }

    /// Deletes the variants, the review copies and decisions, and the manifest of an upload after
    /// its raw object is gone. The deletion covers the variants of the profile and the variants
    /// that `manifest` names, which may come from an earlier configuration. The manifest is deleted
    /// last, so that a repeated deletion still finds the variants that the manifest names.
    ///
    /// Returns the raw object if the client has uploaded the file again in the meantime. In that
    /// case, the new outcome may have been deleted too, so the upload must be rendered again.
    ///
    /// # Errors
    /// The error of the first call that failed.
    pub async fn delete_outputs(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
    ) -> Result<Option<ObjectInfo>, CloudError> {
        let profile = self.profile(&key.profile);
        let mut keys = profile.map_or_else(Vec::new, |profile| profile.variant_keys(key));
        if let Some(manifest) = manifest {
            let variants = manifest.outcome.variants().iter();
            keys.extend(variants.map(|variant| variant.key.clone()));
        }
        keys.sort();
        keys.dedup();
        self.parts.media.delete(&keys).await?;
        let mut keys = self.review_keys(key, manifest).await?;
        keys.sort();
        keys.dedup();
        keys.push(key.manifest_key());
        self.parts.raw.delete(&keys).await?;
        self.find_source(key).await
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::Bucket;

    use crate::MemoryStore;
    use crate::testing::{JSON, ready};

    #[tokio::test]
    async fn a_deleted_upload_leaves_only_its_tombstone_and_no_variants_of_an_earlier_profile() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let source = test.put(&key, "bytes");
        let old = "old-prefix/u1/old.webp".to_owned();
        let manifest = ready(&key, &source, std::slice::from_ref(&old));
        test.store.write_manifest(&manifest).await.unwrap();
        let profile = test.store.profile(&key.profile).unwrap();
        for variant in profile.variant_keys(&key).into_iter().chain([old]) {
            test.media.put(&variant, "x".into(), JSON).await.unwrap();
        }
        test.store.delete(&key).await.unwrap();
        assert_eq!(test.raw.keys(), [key.tombstone_key()]);
        assert_eq!(test.media.keys(), [""; 0]);
    }

    #[tokio::test]
    async fn a_discarded_upload_leaves_no_tombstone() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        test.put(&key, "bytes");
        test.store.discard(&key).await.unwrap();
        assert_eq!(test.raw.keys(), [""; 0]);
    }

    #[tokio::test]
    async fn an_upload_with_an_unreadable_manifest_can_be_deleted() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let manifest_key = key.manifest_key();
        test.raw.put(&manifest_key, "{".into(), JSON).await.unwrap();
        test.store.delete(&key).await.unwrap();
        assert_eq!(test.raw.keys(), [key.tombstone_key()]);
    }
}
