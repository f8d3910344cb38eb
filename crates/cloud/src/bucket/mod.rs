//! Buckets: bounded reads, atomic writes, listings and deletions of objects.

mod memory;
mod object;
mod s3;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::timeout;

pub use memory::MemoryBucket;
pub use object::{
    ListedObject, Listing, ObjectInfo, ObjectReader, PutOptions, ReadError, UploadOptions,
};
pub use s3::S3Bucket;

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
