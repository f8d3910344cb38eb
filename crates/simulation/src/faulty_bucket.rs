//! A bucket with faults.

use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_cloud::{
    Bucket, CloudError, CopySource, Listing, MemoryBucket, ObjectInfo, ObjectReader, PutOptions,
    UploadOptions, VersionId, VersionListing,
};

use crate::invariants;
use crate::process::Process;

/// A bucket whose calls may fail.
#[derive(Debug)]
pub(crate) struct FaultyBucket {
    bucket: MemoryBucket,
    process: Process,
}

impl FaultyBucket {
    pub(crate) const fn new(bucket: MemoryBucket, process: Process) -> Self {
        Self { bucket, process }
    }

    fn written(&self, operation: &str, key: &str) {
        self.process.trace(format_args!("{operation} {key}"));
        let world = &self.process.world;
        invariants::check_object(world, key);
        if self.bucket.name() == world.media.name() {
            invariants::check_variant(world, key);
        } else {
            invariants::note_approval(world, key);
        }
    }
}

#[async_trait]
impl Bucket for FaultyBucket {
    fn name(&self) -> &str {
        self.bucket.name()
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError> {
        let effect = async {
            self.process.trace(format_args!("get {key}"));
            self.bucket.get(key, etag).await
        };
        self.process.call("GetObject", true, effect).await
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError> {
        let effect = async {
            self.process.trace(format_args!("head {key}"));
            self.bucket.head(key).await
        };
        self.process.call("HeadObject", true, effect).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<(), CloudError> {
        let effect = async {
            self.bucket.put(key, bytes, options).await?;
            invariants::note_manifest(&self.process.world, key);
            self.written("put", key);
            Ok(())
        };
        self.process.call("PutObject", true, effect).await
    }

    async fn put_if_absent(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError> {
        let effect = async {
            let is_written = self.bucket.put_if_absent(key, bytes, options).await?;
            if is_written {
                invariants::note_manifest(&self.process.world, key);
            }
            self.written("put if absent", key);
            Ok(is_written)
        };
        self.process.call("PutObject", true, effect).await
    }

    /// Permits everything, because no fault of a simulation changes permissions.
    async fn check_put_permission(&self, _: &str) -> Result<(), CloudError> {
        Ok(())
    }

    async fn put_file(
        &self,
        key: &str,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        let effect = self.bucket.put_file(key, file, options);
        self.process.call("PutObject", true, effect).await
    }

    async fn copy_from(
        &self,
        source: CopySource<'_>,
        key: &str,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        let effect = self.bucket.copy_from(source, key, options);
        self.process.call("CopyObject", true, effect).await
    }

    /// Deletes one object after the other, as S3 does within a batch.
    async fn delete(&self, keys: &[String]) -> Result<(), CloudError> {
        for key in keys {
            let effect = async {
                self.bucket.delete(std::slice::from_ref(key)).await?;
                invariants::note_deletion(&self.process.world, key);
                self.written("delete", key);
                Ok(())
            };
            self.process.call("DeleteObjects", true, effect).await?;
        }
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listing, CloudError> {
        let effect = self.bucket.list(prefix, after);
        self.process.call("ListObjectsV2", true, effect).await
    }

    async fn list_after(
        &self,
        prefix: &str,
        after: &str,
        max_keys: usize,
    ) -> Result<Listing, CloudError> {
        let effect = self.bucket.list_after(prefix, after, max_keys);
        self.process.call("ListObjectsV2", true, effect).await
    }

    async fn list_versions(
        &self,
        prefix: &str,
        cursor: Option<VersionId>,
    ) -> Result<VersionListing, CloudError> {
        let effect = self.bucket.list_versions(prefix, cursor);
        self.process.call("ListObjectVersions", true, effect).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), CloudError> {
        let keys = versions.iter().map(|version| version.key.clone());
        self.delete(&keys.collect::<Vec<_>>()).await
    }

    async fn abort_multipart_uploads(
        &self,
        prefix: &str,
        dry_run: bool,
    ) -> Result<u64, CloudError> {
        let effect = self.bucket.abort_multipart_uploads(prefix, dry_run);
        self.process
            .call("ListMultipartUploads", true, effect)
            .await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let effect = self.bucket.list_folders(prefix);
        self.process.call("ListObjectsV2", true, effect).await
    }
}
