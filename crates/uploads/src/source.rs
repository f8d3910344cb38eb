//! Storing, opening, checking and listing raw objects.

use std::path::Path;

use darkroom_cloud::{
    CloudError, CopySource, ListedObject, ObjectInfo, ObjectReader, UploadOptions,
};
use darkroom_contract::{ProfileName, RAW_PREFIX, RawKey};

use crate::UploadStore;

/// One page of the raw bucket, sorted by key.
#[derive(Debug)]
pub struct SourcePage {
    /// All objects of the page, including objects that are not uploads.
    pub objects: Vec<ListedObject>,
    /// The last key of the page, if there is another page after it.
    pub next: Option<String>,
}

impl UploadStore {
    /// Returns the name of the bucket that clients upload to, as stated in manifests.
    pub fn source_bucket(&self) -> &str {
        self.parts.raw.name()
    }

    /// Stores a file as the raw object of an upload.
    ///
    /// # Errors
    /// `Invalid` if the file cannot be read, or the error of the request to the store.
    pub async fn put_source(
        &self,
        key: &RawKey,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        let raw = &self.parts.raw;
        raw.put_file(&key.to_string(), file, options).await
    }

    /// Copies an object as the raw object of an upload. `attachment` is the value of
    /// [`Attachment::HEADER`](darkroom_contract::Attachment::HEADER).
    ///
    /// # Errors
    /// See [`Bucket::copy_from`](darkroom_cloud::Bucket::copy_from).
    pub async fn import_source(
        &self,
        key: &RawKey,
        source: CopySource<'_>,
        attachment: Option<&str>,
    ) -> Result<(), CloudError> {
        let options = UploadOptions {
            content_type: None,
            attachment,
        };
        let raw = &self.parts.raw;
        raw.copy_from(source, &key.to_string(), options).await
    }

    /// Opens an upload's raw object.
    ///
    /// # Errors
    /// `NotFound` if the object is gone, `PreconditionFailed` if its entity tag is not `etag`, or
    /// the error of the request to the store.
    pub async fn open_source(
        &self,
        key: &RawKey,
        etag: Option<&str>,
    ) -> Result<ObjectReader, CloudError> {
        self.parts.raw.get(&key.to_string(), etag).await
    }

    /// Returns the metadata of an upload's raw object, or `None` if there is no object.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn source_info(&self, key: &RawKey) -> Result<Option<ObjectInfo>, CloudError> {
        self.parts.raw.head(&key.to_string()).await
    }

    /// Works like [`source_info`](Self::source_info), but also for a role without `s3:ListBucket`,
    /// to which S3 responds `403` if there is no object.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn find_source(&self, key: &RawKey) -> Result<Option<ObjectInfo>, CloudError> {
        let info = self.source_info(key).await;
        self.missing_if_forbidden(info).await
    }

    /// Lists up to 1,000 raw objects of one profile or of all profiles, sorted by key. Begins after
    /// the key `after`, if there is one.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn list_sources(
        &self,
        profile: Option<&ProfileName>,
        after: Option<String>,
    ) -> Result<SourcePage, CloudError> {
        let prefix = match profile {
            Some(profile) => format!("{RAW_PREFIX}{profile}/"),
            None => RAW_PREFIX.to_owned(),
        };
        let page = self.parts.raw.list(&prefix, after).await?;
        Ok(SourcePage {
            objects: page.objects,
            next: page.next,
        })
    }
}
