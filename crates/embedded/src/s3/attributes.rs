//! The attributes of an object.

use std::collections::HashMap;

use s3s::dto::{ETag, Timestamp};
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// S3's limit on user metadata, names and values together.
const MAX_METADATA_BYTES: usize = 2048;

/// The headers that an upload sets and a download returns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectHeaders {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    /// The user metadata. The names lack the prefix `x-amz-meta-`.
    pub(crate) metadata: HashMap<String, String>,
}

impl ObjectHeaders {
    /// Errors with `MetadataTooLarge` if the user metadata is too large.
    pub(crate) fn check_size(&self) -> S3Result<()> {
        let metadata = self.metadata.iter();
        let bytes: usize = metadata.map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_METADATA_BYTES {
            return Err(s3_error!(MetadataTooLarge));
        }
        Ok(())
    }
}

/// The checksums that an upload requested, in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Checksums {
    pub(crate) crc32: Option<String>,
    pub(crate) crc32c: Option<String>,
    pub(crate) crc64nvme: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
}

/// An object without its body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// The ETag without quotes: the MD5 in hex, or `{MD5 of the parts' MD5s}-{number of parts}`.
    pub(crate) etag: String,
    /// The time of the write, in milliseconds since 1970.
    pub(crate) modified_ms: i64,
    pub(crate) sequencer: u64,
    #[serde(default)]
    pub(crate) headers: ObjectHeaders,
    #[serde(default)]
    pub(crate) checksums: Checksums,
    /// The sizes of the uploaded parts. Empty if the object was uploaded in a single request.
    #[serde(default)]
    pub(crate) parts: Vec<u64>,
}

impl Attributes {
    /// Creates the attributes of an empty object.
    #[cfg(test)]
    pub(crate) fn example(key: &str) -> Self {
        Self {
            key: key.into(),
            size: 0,
            etag: String::new(),
            modified_ms: 0,
            sequencer: 0,
            headers: ObjectHeaders::default(),
            checksums: Checksums::default(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn strong_etag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }

    /// Returns the time of the write, or 1970 if the time is out of range. Only a damaged file can
    /// contain such a time.
    pub(crate) fn modified(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.modified_ms) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Returns the time of the write in whole seconds, the precision of headers.
    pub(crate) fn modified_second(&self) -> Timestamp {
        let modified = self.modified();
        modified.replace_nanosecond(0).unwrap_or(modified).into()
    }
}

/// Returns the current time in the unit of [`Attributes::modified_ms`].
pub(crate) fn now_ms() -> i64 {
    let millis = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(millis).unwrap_or(i64::MAX)
}
