//! An object, its metadata, and the options for writing it.

use std::collections::HashMap;

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use time::OffsetDateTime;

use crate::{CloudError, CloudErrorKind};

/// An object's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Size in bytes.
    pub size: u64,
    /// Entity tag without quotes.
    pub etag: String,
    /// Version id, in a bucket with versioning.
    pub version_id: Option<String>,
    /// Media type given at upload.
    pub content_type: Option<String>,
    /// User metadata. The names are in lower case, without `x-amz-meta-`.
    pub metadata: HashMap<String, String>,
}

/// An open object whose bytes have not been read yet.
#[derive(Debug)]
pub struct ObjectReader {
    /// The object's metadata.
    pub info: ObjectInfo,
    pub(crate) body: ByteStream,
}

/// The reason why an object was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The object is larger than allowed. Reading stopped at the first chunk beyond the limit, or
    /// did not start.
    #[error("the object is larger than {max} bytes")]
    TooLarge {
        /// The limit.
        max: u64,
    },
    /// The call failed, or the connection broke.
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

/// The headers that an object is served with.
#[derive(Debug, Clone, Copy)]
pub struct PutOptions<'a> {
    /// The media type.
    pub content_type: &'a str,
    /// The `Cache-Control` header.
    pub cache_control: &'a str,
}

/// The headers of a raw upload.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadOptions<'a> {
    /// The media type that the client declared.
    pub content_type: Option<&'a str>,
    /// The value of [`Attachment::HEADER`](darkroom_contract::Attachment::HEADER).
    pub attachment: Option<&'a str>,
}

/// The object that is copied.
#[derive(Debug, Clone, Copy)]
pub struct CopySource<'a> {
    /// The name of its bucket.
    pub bucket: &'a str,
    /// Its key.
    pub key: &'a str,
    /// If set, the copy fails if the object has another entity tag.
    pub etag: Option<&'a str>,
}

/// One page of a bucket's listing, sorted by key.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The objects of the page.
    pub objects: Vec<ListedObject>,
    /// The last key of the page, if there is another page after it.
    pub next: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Clone)]
pub struct ListedObject {
    /// The key.
    pub key: String,
    /// Entity tag without quotes.
    pub etag: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// The time of the last write, or `None` if the store does not state it.
    pub last_modified: Option<OffsetDateTime>,
}

impl ObjectReader {
    /// Reads to the end, but never more than `max_bytes` plus one chunk of the stream.
    ///
    /// This sets no deadline, so the caller must set one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn read(mut self, max_bytes: u64) -> Result<Bytes, ReadError> {
        if self.info.size > max_bytes {
            return Err(ReadError::TooLarge { max: max_bytes });
        }
        let capacity = usize::try_from(self.info.size).unwrap_or_default();
        let mut bytes = BytesMut::with_capacity(capacity);
        while let Some(chunk) = self.body.next().await {
            let chunk = chunk.map_err(|error| {
                CloudError::new(CloudErrorKind::Unavailable, "GetObject", error)
            })?;
            if (bytes.len() + chunk.len()) as u64 > max_bytes {
                return Err(ReadError::TooLarge { max: max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}
