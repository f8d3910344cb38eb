//! What is known of an object beside its bytes.

use std::collections::HashMap;

use s3s::dto::{ETag, Timestamp};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The headers that the uploader chose and every reader gets back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectHeaders {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    /// `x-amz-meta-*`, names without the prefix.
    pub(crate) metadata: HashMap<String, String>,
}

/// The checksums that the uploader asked for, each in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Checksums {
    pub(crate) crc32: Option<String>,
    pub(crate) crc32c: Option<String>,
    pub(crate) crc64nvme: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
}

/// One object as the index, the listing, events and answers see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// Without quotes: the MD5 in hex, or S3's `md5-of-md5s-N` for a multipart upload.
    pub(crate) etag: String,
    /// Milliseconds since 1970; S3 itself keeps seconds only in headers.
    pub(crate) modified_ms: i64,
    pub(crate) sequencer: u64,
    #[serde(default)]
    pub(crate) headers: ObjectHeaders,
    #[serde(default)]
    pub(crate) checksums: Checksums,
}

impl Attributes {
    pub(crate) fn strong_etag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }

    /// The last write. Falls back to 1970 for a number no calendar has, which only a damaged file holds.
    pub(crate) fn modified(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.modified_ms) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Now, in the unit that [`Attributes::modified_ms`] keeps.
pub(crate) fn now_ms() -> i64 {
    let millis = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(millis).unwrap_or(i64::MAX)
}
