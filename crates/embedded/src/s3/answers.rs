//! Objects in the terms of the protocol.

use std::sync::Arc;

use s3s::S3Error;
use s3s::dto::*;

use super::attributes::Attributes;
use super::bucket::Bucket as StoredBucket;
use super::objects::Opened;

/// Fills the fields that GET and HEAD answer alike.
macro_rules! described {
    ($output:ident, $object:expr, $with_checksums:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let object = $object;
        let checksums = if $with_checksums { object.checksums.clone() } else { Default::default() };
        let has_checksum = checksums != Default::default();
        let headers = object.headers.clone();
        $output {
            accept_ranges: Some("bytes".into()),
            e_tag: Some(object.strong_etag()),
            last_modified: Some(object.modified().into()),
            content_type: headers.content_type,
            content_encoding: headers.content_encoding,
            content_disposition: headers.content_disposition,
            content_language: headers.content_language,
            cache_control: headers.cache_control,
            expires: headers.expires,
            metadata: Some(headers.metadata).filter(|metadata| !metadata.is_empty()),
            checksum_crc32: checksums.crc32,
            checksum_crc32c: checksums.crc32c,
            checksum_crc64nvme: checksums.crc64nvme,
            checksum_sha1: checksums.sha1,
            checksum_sha256: checksums.sha256,
            checksum_type: has_checksum.then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
            $($field: $value,)*
            ..Default::default()
        }
    }};
}

/// The answer to a HEAD.
pub(crate) fn head(object: &Attributes, with_checksums: bool) -> HeadObjectOutput {
    described!(HeadObjectOutput, object, with_checksums, { content_length: i64::try_from(object.size).ok() })
}

/// The answer to a GET. The checksums are of the whole object, so a part goes without.
pub(crate) fn get(opened: Opened, is_part: bool, with_checksums: bool) -> GetObjectOutput {
    let Opened {
        attributes,
        range,
        body,
    } = opened;
    let content_range = is_part.then(|| {
        format!(
            "bytes {}-{}/{}",
            range.start,
            range.end - 1,
            attributes.size
        )
    });
    described!(GetObjectOutput, &attributes, with_checksums && !is_part, {
        content_length: i64::try_from(range.end - range.start).ok(),
        content_range: content_range,
        body: Some(body),
    })
}

/// The answer to a PUT.
pub(crate) fn put(object: &Attributes) -> PutObjectOutput {
    let checksums = object.checksums.clone();
    PutObjectOutput {
        e_tag: Some(object.strong_etag()),
        checksum_crc32: checksums.crc32,
        checksum_crc32c: checksums.crc32c,
        checksum_crc64nvme: checksums.crc64nvme,
        checksum_sha1: checksums.sha1,
        checksum_sha256: checksums.sha256,
        ..Default::default()
    }
}

pub(crate) fn bucket(bucket: &Arc<StoredBucket>) -> Bucket {
    Bucket {
        name: Some(bucket.name.clone()),
        creation_date: Some(bucket.created.into()),
        bucket_region: None,
    }
}

/// One failure of a batch.
pub(crate) fn error(key: String, error: &S3Error) -> Error {
    Error {
        key: Some(key),
        code: Some(error.code().as_str().to_owned()),
        message: error.message().map(str::to_owned),
        version_id: None,
    }
}
