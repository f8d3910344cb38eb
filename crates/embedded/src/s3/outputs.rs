//! Objects as outputs of operations.

use std::ops;

use s3s::S3Error;
use s3s::dto::*;

use super::attributes::Attributes;
use super::read::OpenObject;
use super::selection::Selected;

/// Fills the fields that the outputs of `GetObject` and `HeadObject` share. A partial response has
/// no checksums, because they cover the whole object.
macro_rules! object_output {
    ($output:ident, $object:expr, $selected:expr, $with_checksums:expr, { $($field:ident: $value:expr)? }) => {{
        let (object, selected) = ($object, $selected);
        let with_checksums = $with_checksums && !selected.is_partial;
        let checksums = if with_checksums { object.checksums.clone() } else { Default::default() };
        let has_checksum = checksums != Default::default();
        let headers = object.headers.clone();
        $output {
            accept_ranges: Some("bytes".into()),
            content_length: i64::try_from(selected.range.end - selected.range.start).ok(),
            content_range: content_range(object, selected),
            parts_count: selected.parts_count,
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
            $($field: $value,)?
            ..Default::default()
        }
    }};
}

/// Returns the output of `HeadObject`.
pub(crate) fn head(
    object: &Attributes,
    selected: &Selected,
    with_checksums: bool,
) -> HeadObjectOutput {
    object_output!(HeadObjectOutput, object, selected, with_checksums, {})
}

/// Returns the output of `GetObject`.
pub(crate) fn get(object: OpenObject, with_checksums: bool) -> GetObjectOutput {
    let OpenObject {
        attributes,
        selected,
        body,
    } = object;
    object_output!(GetObjectOutput, &attributes, &selected, with_checksums, { body: Some(body) })
}

fn content_range(object: &Attributes, selected: &Selected) -> Option<String> {
    let ops::Range { start, end } = selected.range;
    let is_partial = selected.is_partial && end > start;
    is_partial.then(|| format!("bytes {start}-{}/{}", end - 1, object.size))
}

/// Returns the output of `PutObject`.
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

/// Returns the error of one entry of a batch.
pub(crate) fn batch_error(key: String, error: &S3Error) -> Error {
    Error {
        key: Some(key),
        code: Some(error.code().as_str().to_owned()),
        message: error.message().map(str::to_owned),
        version_id: None,
    }
}
