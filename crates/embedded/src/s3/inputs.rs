//! Conversion of operation inputs to types of the store.
//!
//! The input types of `s3s` share field names but no trait, so the shared code is in macros.

use s3s::dto::{self, *};
use s3s::{S3Request, S3Result, s3_error};

use super::attributes::{Checksums, ObjectHeaders};
use super::checksums::ExpectedBody;
use super::conditions::{ReadConditions, WriteConditions};
use super::copy::{Copy, CopySource};
use super::upload::Upload;

/// S3's default media type.
const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

macro_rules! headers {
    ($input:expr) => {
        ObjectHeaders {
            content_type: $input
                .content_type
                .or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
            content_encoding: $input.content_encoding,
            content_disposition: $input.content_disposition,
            content_language: $input.content_language,
            cache_control: $input.cache_control,
            expires: $input.expires,
            metadata: $input.metadata.unwrap_or_default(),
        }
    };
}

macro_rules! expected {
    ($request:expr) => {
        ExpectedBody {
            checksums: Checksums {
                crc32: $request.input.checksum_crc32.take(),
                crc32c: $request.input.checksum_crc32c.take(),
                crc64nvme: $request.input.checksum_crc64nvme.take(),
                sha1: $request.input.checksum_sha1.take(),
                sha256: $request.input.checksum_sha256.take(),
            },
            content_md5: $request.input.content_md5.take(),
            algorithm: $request.input.checksum_algorithm.take(),
            trailer: $request
                .headers
                .get("x-amz-trailer")
                .and_then(|name| name.to_str().ok())
                .map(str::to_owned),
            trailers: $request.trailing_headers.take(),
            bytes: $request
                .input
                .content_length
                .and_then(|bytes| u64::try_from(bytes).ok()),
        }
    };
}

macro_rules! upload {
    ($request:expr) => {{
        let mut request = $request;
        let expected = expected!(request);
        let input = request.input;
        Upload {
            conditions: WriteConditions {
                if_match: input.if_match,
                if_none_match: input.if_none_match,
            },
            headers: headers!(input),
            bucket: input.bucket,
            key: input.key,
            body: input.body,
            expected,
        }
    }};
}

macro_rules! read_conditions {
    ($input:expr) => {
        ReadConditions {
            if_match: $input.if_match.take(),
            if_none_match: $input.if_none_match.take(),
            if_modified_since: $input.if_modified_since.take(),
            if_unmodified_since: $input.if_unmodified_since.take(),
        }
    };
}

macro_rules! copy_source {
    ($input:expr, $range:expr) => {{
        let dto::CopySource::Bucket { bucket, key, .. } = &$input.copy_source else {
            return Err(s3_error!(
                NotImplemented,
                "Only an object of a bucket can be copied"
            ));
        };
        CopySource {
            bucket: bucket.to_string(),
            key: key.to_string(),
            conditions: ReadConditions {
                if_match: $input.copy_source_if_match.take(),
                if_none_match: $input.copy_source_if_none_match.take(),
                if_modified_since: $input.copy_source_if_modified_since.take(),
                if_unmodified_since: $input.copy_source_if_unmodified_since.take(),
            },
            range: $range,
        }
    }};
}

pub(crate) fn put(request: S3Request<PutObjectInput>) -> Upload {
    upload!(request)
}

/// Converts the input of a form upload. The content length covers the whole form, so the length of
/// the file is unknown.
pub(crate) fn post(mut request: S3Request<PostObjectInput>) -> Upload {
    request.input.content_length = None;
    upload!(request)
}

/// Takes the body of a part, and the checksums and length that the body must have.
pub(crate) fn part(
    request: &mut S3Request<UploadPartInput>,
) -> (Option<StreamingBlob>, ExpectedBody) {
    let expected = expected!(request);
    (request.input.body.take(), expected)
}

pub(crate) fn multipart_headers(input: CreateMultipartUploadInput) -> ObjectHeaders {
    headers!(input)
}

pub(crate) fn get_conditions(input: &mut GetObjectInput) -> ReadConditions {
    read_conditions!(input)
}

pub(crate) fn head_conditions(input: &mut HeadObjectInput) -> ReadConditions {
    read_conditions!(input)
}

/// Converts the input of a copy. Errors with `NotImplemented` if the source is not an object of a
/// bucket, and with `InvalidRequest` if the copy would change nothing.
pub(crate) fn copy(mut input: CopyObjectInput) -> S3Result<Copy> {
    let source = copy_source!(input, None);
    let replaces = input
        .metadata_directive
        .as_ref()
        .is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
    if !replaces && source.bucket == input.bucket && source.key == input.key {
        return Err(s3_error!(
            InvalidRequest,
            "A copy onto itself must change something, such as the metadata"
        ));
    }
    let headers = replaces.then(|| headers!(input));
    Ok(Copy {
        source,
        bucket: input.bucket,
        key: input.key,
        headers,
    })
}

/// Takes the source of a copied part. Errors with `NotImplemented` if the source is not an object
/// of a bucket, and with `InvalidArgument` if its range is not `bytes=first-last`.
pub(crate) fn copied_part(input: &mut UploadPartCopyInput) -> S3Result<CopySource> {
    let range = input.copy_source_range.as_deref().map(copied_range);
    Ok(copy_source!(input, range.transpose()?))
}

fn copied_range(text: &str) -> S3Result<Range> {
    match Range::parse(text) {
        Ok(range @ Range::Int { last: Some(_), .. }) => Ok(range),
        _ => Err(s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy"
        )),
    }
}
