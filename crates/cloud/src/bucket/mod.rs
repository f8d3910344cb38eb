//! Buckets: bounded reads, atomic writes, listings and deletions of objects.

mod memory;
mod object;
mod s3;
mod s3_versions;
mod version;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::timeout;

pub use memory::MemoryBucket;
pub use object::{
    CopySource, ListedObject, Listing, ObjectInfo, ObjectReader, PutOptions, ReadError,
    UploadOptions,
};
pub use s3::S3Bucket;
pub use version::{VersionId, VersionListing};

use crate::{CloudError, CloudErrorKind};

/// The time limit for reading a small object, from the request to the last byte. The SDK's own
/// timeouts cover only the time until the response headers arrive.
const SMALL_OBJECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One bucket of an object store.
///
/// [`S3Bucket`] is the real implementation. [`MemoryBucket`] is for tests.
#[async_trait]
pub trait Bucket: fmt::Debug + Send + Sync {
    /// Returns the bucket's name.
    fn name(&self) -> &str;

    /// Opens the current object of a key. [`ObjectReader::read`] reads its bytes.
    ///
    /// # Errors
    /// `NotFound` if there is no object, `PreconditionFailed` if the object's entity tag is not
    /// `etag`, or the error of the request to S3.
    async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError>;

    /// Returns an object's metadata, or `None` if there is no object.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError>;

    /// Writes an object atomically: a reader sees either the old object or the new one.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn put(&self, key: &str, bytes: Bytes, options: PutOptions<'_>)
    -> Result<(), CloudError>;

    /// Writes an object unless the key already has one (`If-None-Match: *`). Returns `true` if the
    /// object was written.
    ///
    /// Without `storage.conditional_writes`, the check and the write are two calls, so an object
    /// that is written between them is replaced.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn put_if_absent(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError>;

    /// Checks that the credentials permit to write an object, without writing it. S3 authorizes the
    /// request and then refuses it, because its checksum is wrong. Deletes the object if the store
    /// does not verify checksums, so no other object may have this key.
    ///
    /// # Errors
    /// `Forbidden` if writing is not permitted, or the error of a request that failed for another
    /// reason than its checksum.
    async fn check_put_permission(&self, key: &str) -> Result<(), CloudError>;

    /// Writes a file as an object, streamed in small chunks.
    ///
    /// # Errors
    /// `Invalid` if the file cannot be read, or the error of the request to S3.
    async fn put_file(
        &self,
        key: &str,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError>;

    /// Copies an object of any bucket to `key`, without its headers. The bytes do not pass through this
    /// process.
    ///
    /// # Errors
    /// `NotFound` if there is no such object, `PreconditionFailed` if it has another entity tag, or the
    /// error of the request to S3, which copies up to 5 GB.
    async fn copy_from(
        &self,
        source: CopySource<'_>,
        key: &str,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError>;

    /// Deletes objects. A key without an object counts as deleted.
    ///
    /// # Errors
    /// The error of the request to S3, or of the first object that was not deleted.
    async fn delete(&self, keys: &[String]) -> Result<(), CloudError>;

    /// Lists up to 1,000 objects whose keys begin with `prefix`, sorted by key. Begins after the key
    /// `after`, if there is one.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listing, CloudError>;

    /// Lists up to `max_keys` objects whose keys begin with `prefix` and come after the key
    /// `after`, sorted by key. The key `after` need not exist. S3 returns 1,000 objects at most.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn list_after(
        &self,
        prefix: &str,
        after: &str,
        max_keys: usize,
    ) -> Result<Listing, CloudError>;

    /// Lists up to 1,000 versions of the objects whose keys begin with `prefix`, delete markers
    /// included, sorted by key. In a store without versions, lists the objects. Continues at the
    /// cursor of an earlier page, if there is one.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn list_versions(
        &self,
        prefix: &str,
        cursor: Option<VersionId>,
    ) -> Result<VersionListing, CloudError>;

    /// Deletes versions of objects permanently. A version that does not exist counts as deleted.
    ///
    /// # Errors
    /// The error of the request to S3, or of the first version that was not deleted.
    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), CloudError>;

    /// Aborts all unfinished multipart uploads to keys that begin with `prefix`. With `dry_run`,
    /// aborts none. Returns their number.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn abort_multipart_uploads(&self, prefix: &str, dry_run: bool)
    -> Result<u64, CloudError>;

    /// Returns the distinct names between `prefix` and the next slash in the keys of all objects.
    ///
    /// # Errors
    /// The error of the request to S3.
    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, CloudError>;

    /// Reads a whole small object. Returns `None` if there is no object.
    ///
    /// # Errors
    /// The error of the request to S3, `TimedOut` if the request and the body together take longer
    /// than ten seconds, or [`ReadError::TooLarge`].
    async fn read(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, ReadError> {
        let read = async {
            match self.get(key, None).await {
                Ok(object) => object.read(max_bytes).await.map(Some),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        timeout(SMALL_OBJECT_TIMEOUT, read)
            .await
            .unwrap_or_else(|elapsed| {
                Err(CloudError::new(CloudErrorKind::TimedOut, "GetObject", elapsed).into())
            })
    }
}
