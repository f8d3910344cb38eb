//! Objects: read within a bound, written whole, listed and removed.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::{Bytes, BytesMut};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::presign::Presigner;
use crate::{CloudError, CloudErrorKind};

/// S3 deletes at most this many objects in one call.
const DELETE_BATCH: usize = 1000;
/// From the request for a small object to its last byte. The SDK's own timeouts end with the headers
/// where there is an object, and are longer where an error's body trickles.
const SMALL_OBJECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One bucket; cheap to clone.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    presigner: Presigner,
}

/// What S3 says of an object beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes of the object.
    pub size: u64,
    /// The entity tag without quotes.
    pub etag: String,
    /// The version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// The media type it was uploaded with.
    pub content_type: Option<String>,
    /// User metadata, names in lower case without `x-amz-meta-`.
    pub metadata: HashMap<String, String>,
}

/// An object whose bytes have not been read yet.
#[derive(Debug)]
pub struct ObjectReader {
    /// What is known of it.
    pub info: ObjectInfo,
    body: ByteStream,
}

/// An object that was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has more bytes than were allowed; no more than those were read.
    #[error("the object has more than {max} bytes")]
    TooLarge {
        /// What was allowed.
        max: u64,
    },
    /// The connection broke.
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

/// How an object is to be served.
#[derive(Debug, Clone, Copy)]
pub struct PutOptions<'a> {
    /// The media type.
    pub content_type: &'a str,
    /// The `Cache-Control` header.
    pub cache_control: &'a str,
}

/// A part of a bucket's listing, in the order of keys.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// Where to go on, if there is more.
    pub next: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Clone)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// The entity tag without quotes.
    pub etag: Option<String>,
    /// Bytes of the object.
    pub size: u64,
    /// When it was written.
    pub modified_at: Option<OffsetDateTime>,
}

impl Bucket {
    pub(crate) const fn new(client: Client, presigner: Presigner) -> Self {
        Self { client, presigner }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn presigner(&self) -> &Presigner {
        &self.presigner
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        self.presigner.bucket()
    }

    /// The URL that keys are appended to, under the name that clients can reach.
    ///
    /// # Errors
    /// `Invalid` if the bucket has no address.
    pub async fn public_url(&self) -> Result<&str, CloudError> {
        let address = self.presigner.address().await?;
        Ok(&address.url)
    }

    /// Opens the object that the key holds now; its bytes are read by [`ObjectReader::read`].
    ///
    /// # Errors
    /// `NotFound` if it is gone, `PreconditionFailed` if its entity tag is not `etag`, or what the
    /// call met.
    pub async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError> {
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
            let error = CloudError::of("GetObject")(error);
            // A missing bucket or a proxy's 404 says nothing of the object.
            if error.is_not_found() && !is_missing_object {
                CloudError::new(CloudErrorKind::Unavailable, "GetObject", error.detail)
            } else {
                error
            }
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

    /// The whole of a small object of ours; `None` if there is none.
    ///
    /// # Errors
    /// What the call met, `TimedOut` if the body takes longer than ten seconds, or
    /// [`ReadError::TooLarge`].
    pub async fn read(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, ReadError> {
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

    /// What S3 knows of an object; `None` if there is none.
    ///
    /// # Errors
    /// What the call met.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError> {
        let request = self.client.head_object().bucket(self.name()).key(key);
        match request.send().await.map_err(CloudError::of("HeadObject")) {
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

    /// Writes an object whole; a reader sees the old one or the new one.
    ///
    /// # Errors
    /// What the call met.
    pub async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<(), CloudError> {
        let request = self.put_request(key, bytes, options);
        request.send().await.map_err(CloudError::of("PutObject"))?;
        Ok(())
    }

    /// Writes an object where there is none yet; says whether it did.
    ///
    /// # Errors
    /// What the call met.
    pub async fn put_new(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError> {
        let request = self.put_request(key, bytes, options).if_none_match("*");
        match request.send().await.map_err(CloudError::of("PutObject")) {
            Ok(_) => Ok(true),
            Err(error) if error.kind == CloudErrorKind::PreconditionFailed => Ok(false),
            Err(error) => Err(error),
        }
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

    /// Removes objects; those that are not there count as removed.
    ///
    /// # Errors
    /// What the call met, or the first object that S3 would not remove.
    pub async fn delete(&self, keys: &[String]) -> Result<(), CloudError> {
        for batch in keys.chunks(DELETE_BATCH) {
            let objects: Result<Vec<_>, _> = batch
                .iter()
                .map(|key| ObjectIdentifier::builder().key(key).build())
                .collect();
            let delete = objects
                .and_then(|objects| {
                    Delete::builder()
                        .set_objects(Some(objects))
                        .quiet(true)
                        .build()
                })
                .map_err(|error| {
                    CloudError::new(CloudErrorKind::Invalid, "DeleteObjects", error)
                })?;
            let request = self
                .client
                .delete_objects()
                .bucket(self.name())
                .delete(delete);
            let output = request
                .send()
                .await
                .map_err(CloudError::of("DeleteObjects"))?;
            if let Some(error) = output.errors().first() {
                let detail = format!(
                    "{}: {}",
                    error.key().unwrap_or_default(),
                    error.message().unwrap_or_default()
                );
                return Err(CloudError::new(
                    CloudErrorKind::Unavailable,
                    "DeleteObjects",
                    detail,
                ));
            }
        }
        Ok(())
    }

    /// Up to 1,000 objects whose keys begin with `prefix`, from where an earlier part ended.
    ///
    /// # Errors
    /// What the call met.
    pub async fn list(&self, prefix: &str, from: Option<String>) -> Result<Listing, CloudError> {
        let output = self
            .client
            .list_objects_v2()
            .bucket(self.name())
            .prefix(prefix)
            .set_continuation_token(from)
            .send()
            .await
            .map_err(CloudError::of("ListObjectsV2"))?;
        let next = output.next_continuation_token;
        let objects = output.contents.unwrap_or_default().into_iter();
        let objects = objects.filter_map(|object| {
            Some(ListedObject {
                key: object.key?,
                etag: unquoted(object.e_tag),
                size: size(object.size),
                modified_at: object
                    .last_modified
                    .and_then(|at| OffsetDateTime::from_unix_timestamp(at.secs()).ok()),
            })
        });
        Ok(Listing {
            objects: objects.collect(),
            next,
        })
    }
}

impl ObjectReader {
    /// Reads to the end, but never more than `max_bytes` and one part of the stream.
    ///
    /// There is no deadline: give it one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn read(mut self, max_bytes: u64) -> Result<Bytes, ReadError> {
        if self.info.size > max_bytes {
            return Err(ReadError::TooLarge { max: max_bytes });
        }
        let mut bytes =
            BytesMut::with_capacity(usize::try_from(self.info.size).unwrap_or_default());
        while let Some(part) = self.body.next().await {
            let part = part.map_err(|error| {
                CloudError::new(CloudErrorKind::Unavailable, "GetObject", error)
            })?;
            if (bytes.len() + part.len()) as u64 > max_bytes {
                return Err(ReadError::TooLarge { max: max_bytes });
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes.freeze())
    }
}

fn size(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or_default()
}

fn unquoted(etag: Option<String>) -> Option<String> {
    etag.map(|etag| etag.trim_matches('"').to_owned())
}

/// S3 calls the version of an object from before versioning was turned on `null`.
fn real_version(version_id: Option<String>) -> Option<String> {
    version_id.filter(|id| id != "null" && !id.is_empty())
}
