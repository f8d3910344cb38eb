//! Tombstones: records of deletions.

use bytes::Bytes;
use darkroom_cloud::{CloudError, PutOptions};
use darkroom_contract::RawKey;

use crate::UploadStore;

/// The headers of a tombstone. It has no bytes, because its key contains all the information.
const OPTIONS: PutOptions<'_> = PutOptions {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};

impl UploadStore {
    /// Records that an upload was deleted, so that its status is not mistaken for `expired`.
    ///
    /// A tombstone has an effect only while the upload has neither a manifest nor a raw object. It
    /// can therefore be written before anything is deleted, and can stay when the client uploads
    /// the file again.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn write_tombstone(&self, key: &RawKey) -> Result<(), CloudError> {
        let raw = &self.parts.raw;
        raw.put(&key.tombstone_key(), Bytes::new(), OPTIONS).await
    }

    pub(crate) async fn has_tombstone(&self, key: &RawKey) -> Result<bool, CloudError> {
        let info = self.parts.raw.head(&key.tombstone_key()).await;
        Ok(self.missing_if_forbidden(info).await?.is_some())
    }
}
