//! A bucket in memory, for tests.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use darkroom_contract::{Attachment, Clock, sha256_hex};
use time::OffsetDateTime;

use super::{
    Bucket, CopySource, ListedObject, Listing, ObjectInfo, ObjectReader, PutOptions, UploadOptions,
    VersionId, VersionListing,
};
use crate::{CloudError, CloudErrorKind, Faults};

/// The number of hex digits in an entity tag, the same as in an MD5.
const ETAG_DIGITS: usize = 32;

/// A bucket in memory. Like S3, it supports conditions (`If-Match`, `If-None-Match`) and is
/// strongly consistent. It is cheap to clone, and every clone is the same bucket.
///
/// Entity tags are digests of the bytes. There are no versions and no multipart uploads, and [`list`](Bucket::list) always
/// returns one page.
#[derive(Debug, Clone)]
pub struct MemoryBucket {
    name: Arc<str>,
    objects: Arc<Mutex<BTreeMap<String, StoredObject>>>,
    faults: Faults,
    clock: Clock,
}

#[derive(Debug, Clone)]
struct StoredObject {
    bytes: Bytes,
    info: ObjectInfo,
    modified: OffsetDateTime,
}

impl MemoryBucket {
    /// Creates an empty bucket.
    pub fn new(name: &str) -> Self {
        Self::with_clock(name, Clock::system())
    }

    /// Creates an empty bucket whose objects are modified at the time of this clock.
    pub fn with_clock(name: &str, clock: Clock) -> Self {
        Self {
            name: name.into(),
            objects: Arc::default(),
            faults: Faults::default(),
            clock,
        }
    }

    /// Makes every call fail from now on.
    pub fn fail(&self, kind: CloudErrorKind) {
        self.faults.fail_all(kind);
    }

    /// Makes every call succeed again.
    pub fn succeed(&self) {
        self.faults.clear();
    }

    /// Returns the faults to inject, and the record of the calls so far.
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Stores an upload as a client's PUT does, and returns the object's metadata.
    pub fn upload(&self, key: &str, bytes: Bytes, options: UploadOptions<'_>) -> ObjectInfo {
        let attachment = options.attachment.into_iter();
        let metadata = attachment.map(|value| (Attachment::NAME.to_owned(), value.to_owned()));
        self.store(key, bytes, options.content_type, metadata.collect())
    }

    /// Returns an object's bytes.
    pub fn bytes(&self, key: &str) -> Option<Bytes> {
        self.objects().get(key).map(|object| object.bytes.clone())
    }

    /// Returns an object's metadata, even while calls fail.
    pub fn info(&self, key: &str) -> Option<ObjectInfo> {
        self.objects().get(key).map(|object| object.info.clone())
    }

    /// Returns all keys in order.
    pub fn keys(&self) -> Vec<String> {
        self.objects().keys().cloned().collect()
    }

    fn store(
        &self,
        key: &str,
        bytes: Bytes,
        content_type: Option<&str>,
        metadata: HashMap<String, String>,
    ) -> ObjectInfo {
        let mut etag = sha256_hex(&bytes);
        etag.truncate(ETAG_DIGITS);
        let info = ObjectInfo {
            size: bytes.len() as u64,
            etag,
            version_id: None,
            content_type: content_type.map(str::to_owned),
            metadata,
        };
        let object = StoredObject {
            bytes,
            info: info.clone(),
            modified: self.clock.now(),
        };
        self.objects().insert(key.to_owned(), object);
        info
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, StoredObject>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Bucket for MemoryBucket {
    fn name(&self) -> &str {
        &self.name
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError> {
        self.faults.call("GetObject", key).await?;
        let object = self.objects().get(key).cloned();
        let object = object
            .ok_or_else(|| CloudError::new(CloudErrorKind::NotFound, "GetObject", "NoSuchKey"))?;
        if etag.is_some_and(|etag| etag != object.info.etag) {
            let kind = CloudErrorKind::PreconditionFailed;
            return Err(CloudError::new(kind, "GetObject", "PreconditionFailed"));
        }
        Ok(ObjectReader {
            info: object.info,
            body: ByteStream::from(object.bytes),
        })
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError> {
        self.faults.call("HeadObject", key).await?;
        Ok(self.objects().get(key).map(|object| object.info.clone()))
    }

    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<(), CloudError> {
        self.faults.call("PutObject", key).await?;
        self.store(key, bytes, Some(options.content_type), HashMap::new());
        Ok(())
    }

    async fn put_if_absent(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError> {
        self.faults.call("PutObject", key).await?;
        if self.objects().contains_key(key) {
            return Ok(false);
        }
        self.store(key, bytes, Some(options.content_type), HashMap::new());
        Ok(true)
    }

    async fn check_put_permission(&self, key: &str) -> Result<(), CloudError> {
        self.faults.check("PutObject", key)
    }

    async fn put_file(
        &self,
        key: &str,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        self.faults.call("PutObject", key).await?;
        let bytes = tokio::fs::read(file)
            .await
            .map_err(|error| CloudError::new(CloudErrorKind::Invalid, "PutObject", error))?;
        self.upload(key, bytes.into(), options);
        Ok(())
    }

    /// Copies within this bucket only.
    async fn copy_from(
        &self,
        source: CopySource<'_>,
        key: &str,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "CopyObject";
        self.faults.call(OPERATION, source.key).await?;
        let object = self.objects().get(source.key).cloned();
        let object = object.filter(|_| source.bucket == self.name());
        let object = object
            .ok_or_else(|| CloudError::new(CloudErrorKind::NotFound, OPERATION, "NoSuchKey"))?;
        if source.etag.is_some_and(|etag| etag != object.info.etag) {
            let kind = CloudErrorKind::PreconditionFailed;
            return Err(CloudError::new(kind, OPERATION, "PreconditionFailed"));
        }
        self.upload(key, object.bytes, options);
        Ok(())
    }

    async fn delete(&self, keys: &[String]) -> Result<(), CloudError> {
        for key in keys {
            self.faults.call("DeleteObjects", key).await?;
            self.objects().remove(key);
        }
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listing, CloudError> {
        let after = after.unwrap_or_default();
        self.list_after(prefix, &after, usize::MAX).await
    }

    async fn list_after(
        &self,
        prefix: &str,
        after: &str,
        max_keys: usize,
    ) -> Result<Listing, CloudError> {
        self.faults.call("ListObjectsV2", prefix).await?;
        let objects = self.objects();
        let listed = objects.range(prefix.max(after).to_owned()..);
        let mut listed = listed
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter(|(key, _)| key.as_str() > after)
            .map(|(key, object)| ListedObject {
                key: key.clone(),
                etag: Some(object.info.etag.clone()),
                size: object.info.size,
                last_modified: Some(object.modified),
            });
        let page: Vec<_> = listed.by_ref().take(max_keys).collect();
        let is_truncated = listed.next().is_some();
        Ok(Listing {
            next: page
                .last()
                .filter(|_| is_truncated)
                .map(|last| last.key.clone()),
            objects: page,
        })
    }

    async fn list_versions(
        &self,
        prefix: &str,
        cursor: Option<VersionId>,
    ) -> Result<VersionListing, CloudError> {
        let after = cursor.map(|cursor| cursor.key).unwrap_or_default();
        let page = self.list_after(prefix, &after, VersionListing::MAX).await?;
        Ok(page.into())
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), CloudError> {
        let keys = versions.iter().map(|version| version.key.clone());
        self.delete(&keys.collect::<Vec<_>>()).await
    }

    async fn abort_multipart_uploads(&self, _: &str, _: bool) -> Result<u64, CloudError> {
        Ok(0)
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let page = self.list_after(prefix, "", usize::MAX).await?;
        let keys = page
            .objects
            .iter()
            .map(|object| &object.key[prefix.len()..]);
        let folders = keys.filter_map(|rest| rest.split_once('/'));
        let mut folders: Vec<String> = folders.map(|(name, _)| name.to_owned()).collect();
        folders.dedup();
        Ok(folders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: PutOptions<'_> = PutOptions {
        content_type: "application/json",
        cache_control: "no-cache",
    };

    #[tokio::test]
    async fn a_conditional_write_succeeds_once() {
        let bucket = MemoryBucket::new("b");
        let put = |bytes: &'static str| bucket.put_if_absent("k", bytes.into(), JSON);
        assert!(put("first").await.unwrap());
        assert!(!put("second").await.unwrap());
        assert_eq!(bucket.bytes("k").unwrap(), "first");
    }

    #[tokio::test]
    async fn a_get_with_the_entity_tag_of_a_replaced_object_fails_its_precondition() {
        let bucket = MemoryBucket::new("b");
        let old = bucket.upload("k", "old".into(), UploadOptions::default());
        bucket.upload("k", "new".into(), UploadOptions::default());
        let error = bucket.get("k", Some(&old.etag)).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::PreconditionFailed);
        let current = bucket.get("k", None).await.unwrap();
        assert_eq!(current.read(10).await.unwrap(), "new");
    }

    #[tokio::test]
    async fn a_listing_contains_the_keys_with_the_prefix_in_order() {
        let bucket = MemoryBucket::new("b");
        for key in ["raw/b", "raw/a", "other", "rawer"] {
            bucket.upload(key, Bytes::new(), UploadOptions::default());
        }
        let listed = bucket.list("raw/", None).await.unwrap().objects;
        let keys: Vec<String> = listed.into_iter().map(|object| object.key).collect();
        assert_eq!(keys, ["raw/a", "raw/b"]);
        let after = Some("raw/a".to_owned());
        let listed = bucket.list("raw/", after).await.unwrap().objects;
        assert_eq!((listed.len(), &*listed[0].key), (1, "raw/b"));
    }
}
