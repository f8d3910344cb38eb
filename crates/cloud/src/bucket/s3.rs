//! An S3 bucket, accessed through the AWS SDK.

use std::path::Path;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{MetadataDirective, TaggingDirective};
use bytes::Bytes;
use darkroom_contract::Attachment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use time::OffsetDateTime;

use super::{
    Bucket, CopySource, ListedObject, Listing, ObjectInfo, ObjectReader, PutOptions, UploadOptions,
    VersionId, VersionListing,
};
use crate::presign::Presigner;
use crate::{CloudError, CloudErrorKind};

/// The text appended to the error if the store does not support conditional writes.
const NO_CONDITIONAL_WRITES: &str =
    "; for a store without If-None-Match, set storage.conditional_writes = false";

/// The characters of a key that are escaped in `x-amz-copy-source`.
const COPY_SOURCE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An S3 bucket. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    pub(super) client: Client,
    presigner: Presigner,
    conditional_writes: bool,
}

impl S3Bucket {
    pub(crate) const fn new(
        client: Client,
        presigner: Presigner,
        conditional_writes: bool,
    ) -> Self {
        Self {
            client,
            presigner,
            conditional_writes,
        }
    }

    pub(crate) fn presigner(&self) -> &Presigner {
        &self.presigner
    }

    /// Returns the URL that keys are appended to. It has the host name that clients can reach.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the bucket.
    pub async fn public_url(&self) -> Result<&str, CloudError> {
        self.presigner.public_url().await
    }

    fn put_request(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(self.name())
            .key(key)
            .content_type(options.content_type)
            .cache_control(options.cache_control)
            .body(ByteStream::from(bytes))
    }

    fn list_request(&self, prefix: &str) -> ListObjectsV2FluentBuilder {
        let request = self.client.list_objects_v2().bucket(self.name());
        request.prefix(prefix)
    }
}

#[async_trait]
impl Bucket for S3Bucket {
    fn name(&self) -> &str {
        self.presigner.bucket()
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError> {
        let request = self.client.get_object().bucket(self.name()).key(key);
        let request = request.set_if_match(etag.map(|etag| format!("\"{etag}\"")));
        let output = request.send().await.map_err(|error| {
            let code = error
                .as_service_error()
                .and_then(ProvideErrorMetadata::code);
            let is_missing_object = matches!(
                code,
                Some("NoSuchKey" | "NoSuchVersion" | "MethodNotAllowed")
            );
            let mut error = CloudError::from_sdk("GetObject")(error);
            // A 404 for the bucket or from a proxy does not prove that the object is missing.
            if error.is_not_found() && !is_missing_object {
                error.kind = CloudErrorKind::Unavailable;
            }
            error
        })?;
        let info = ObjectInfo {
            size: size(output.content_length),
            etag: unquoted(output.e_tag).unwrap_or_default(),
            version_id: real_version(output.version_id),
            content_type: output.content_type,
            metadata: output.metadata.unwrap_or_default(),
        };
        Ok(ObjectReader {
            info,
            body: output.body,
        })
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError> {
        let request = self.client.head_object().bucket(self.name()).key(key);
        match request
            .send()
            .await
            .map_err(CloudError::from_sdk("HeadObject"))
        {
            Ok(output) => Ok(Some(ObjectInfo {
                size: size(output.content_length),
                etag: unquoted(output.e_tag).unwrap_or_default(),
                version_id: real_version(output.version_id),
                content_type: output.content_type,
                metadata: output.metadata.unwrap_or_default(),
            })),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<(), CloudError> {
        let request = self.put_request(key, bytes, options);
        let output = request.send().await;
        output.map_err(CloudError::from_sdk("PutObject"))?;
        Ok(())
    }

    async fn put_if_absent(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError> {
        if !self.conditional_writes {
            let is_absent = self.head(key).await?.is_none();
            if is_absent {
                self.put(key, bytes, options).await?;
            }
            return Ok(is_absent);
        }
        let request = self.put_request(key, bytes, options).if_none_match("*");
        let output = request.send().await;
        match output.map_err(CloudError::from_sdk("PutObject")) {
            Ok(_) => Ok(true),
            Err(error) if error.kind == CloudErrorKind::PreconditionFailed => Ok(false),
            Err(mut error) if error.kind == CloudErrorKind::NotImplemented => {
                error.detail.push_str(NO_CONDITIONAL_WRITES);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn check_put_permission(&self, key: &str) -> Result<(), CloudError> {
        const WRONG_MD5: &str = "AAAAAAAAAAAAAAAAAAAAAA==";
        let request = self.client.put_object().bucket(self.name()).key(key);
        let request = request.content_md5(WRONG_MD5);
        let output = request.body(ByteStream::from_static(b"")).send().await;
        match output.map_err(CloudError::from_sdk("PutObject")) {
            Ok(_) => self.delete(&[key.to_owned()]).await,
            Err(error) if error.kind == CloudErrorKind::Invalid => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn put_file(
        &self,
        key: &str,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "PutObject";
        let body = ByteStream::from_path(file)
            .await
            .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
        let mut request = self.client.put_object().bucket(self.name()).key(key);
        if let Some(attachment) = options.attachment {
            request = request.metadata(Attachment::NAME, attachment);
        }
        let content_type = options.content_type.map(Into::into);
        let request = request.set_content_type(content_type).body(body);
        let output = request.send().await;
        output.map_err(CloudError::from_sdk(OPERATION))?;
        Ok(())
    }

    async fn copy_from(
        &self,
        source: CopySource<'_>,
        key: &str,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        let encoded = utf8_percent_encode(source.key, COPY_SOURCE);
        let mut request = self
            .client
            .copy_object()
            .bucket(self.name())
            .key(key)
            .copy_source(format!("{}/{encoded}", source.bucket))
            .set_copy_source_if_match(source.etag.map(|etag| format!("\"{etag}\"")))
            .metadata_directive(MetadataDirective::Replace)
            // A copy of the tags would need more permissions, and nothing reads them.
            .tagging_directive(TaggingDirective::Replace)
            .set_content_type(options.content_type.map(Into::into));
        if let Some(attachment) = options.attachment {
            request = request.metadata(Attachment::NAME, attachment);
        }
        let output = request.send().await;
        output.map_err(CloudError::from_sdk("CopyObject"))?;
        Ok(())
    }

    async fn delete(&self, keys: &[String]) -> Result<(), CloudError> {
        let objects = keys.iter().map(|key| VersionId {
            key: key.clone(),
            version_id: None,
        });
        self.delete_all(&objects.collect::<Vec<_>>()).await
    }

    async fn list(&self, prefix: &str, after: Option<String>) -> Result<Listing, CloudError> {
        list_page(self.list_request(prefix).set_start_after(after)).await
    }

    async fn list_after(
        &self,
        prefix: &str,
        after: &str,
        max_keys: usize,
    ) -> Result<Listing, CloudError> {
        let max_keys = i32::try_from(max_keys).unwrap_or(i32::MAX);
        let request = self.list_request(prefix).max_keys(max_keys);
        let after = Some(after).filter(|after| !after.is_empty());
        list_page(request.set_start_after(after.map(str::to_owned))).await
    }

    async fn list_versions(
        &self,
        prefix: &str,
        cursor: Option<VersionId>,
    ) -> Result<VersionListing, CloudError> {
        match self.version_page(prefix, cursor.as_ref()).await {
            Err(error) if error.kind == CloudErrorKind::NotImplemented => {
                let after = cursor.map(|cursor| cursor.key).unwrap_or_default();
                let page = self.list_after(prefix, &after, VersionListing::MAX).await?;
                Ok(page.into())
            }
            page => page,
        }
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), CloudError> {
        self.delete_all(versions).await
    }

    async fn abort_multipart_uploads(
        &self,
        prefix: &str,
        dry_run: bool,
    ) -> Result<u64, CloudError> {
        self.abort_all(prefix, dry_run).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        self.folders(prefix).await
    }
}

async fn list_page(request: ListObjectsV2FluentBuilder) -> Result<Listing, CloudError> {
    let output = request.send().await;
    let output = output.map_err(CloudError::from_sdk("ListObjectsV2"))?;
    let objects = output.contents.unwrap_or_default().into_iter();
    let objects = objects.filter_map(|object| {
        Some(ListedObject {
            key: object.key?,
            etag: unquoted(object.e_tag),
            size: size(object.size),
            last_modified: object.last_modified.as_ref().and_then(time),
        })
    });
    let objects: Vec<ListedObject> = objects.collect();
    let is_truncated = output.is_truncated.unwrap_or_default();
    let last = objects.last().filter(|_| is_truncated);
    Ok(Listing {
        next: last.map(|object| object.key.clone()),
        objects,
    })
}

fn time(time: &DateTime) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(time.as_nanos()).ok()
}

fn size(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or_default()
}

fn unquoted(etag: Option<String>) -> Option<String> {
    etag.map(|etag| etag.trim_matches('"').to_owned())
}

/// Drops `null`, S3's version id for an object from before versioning was enabled.
fn real_version(version_id: Option<String>) -> Option<String> {
    version_id.filter(|id| id != "null" && !id.is_empty())
}
