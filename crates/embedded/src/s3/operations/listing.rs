//! The listing of objects.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as TOKEN;
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use crate::s3::api::S3Api;
use crate::s3::listing::{Query, page, page_size};
use crate::s3::operations::encoder::Encoder;

/// Lists a page. The continuation token encodes the last entry of the previous page.
pub(crate) fn list_objects_v2(
    api: &S3Api,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let bucket = api.store.bucket(&input.bucket)?;
    let continued = input.continuation_token.as_deref();
    let continued = continued.map(read_token).transpose()?;
    let start = continued.as_deref().or(input.start_after.as_deref());
    let query = Query {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: start.unwrap_or_default(),
        max_keys: page_size(input.max_keys)?,
    };
    let page = bucket.with_index(|index| page(index, &query));
    let encoder = Encoder::new(input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(page.objects.len() + page.common_prefixes.len()).ok(),
        max_keys: i32::try_from(query.max_keys).ok(),
        is_truncated: Some(page.next_after.is_some()),
        next_continuation_token: page.next_after.as_ref().map(|after| TOKEN.encode(after)),
        contents: Some(encoder.objects(&page.objects)),
        common_prefixes: Some(encoder.prefixes(&page.common_prefixes)),
        prefix: encoder.maybe(input.prefix.as_deref()),
        delimiter: encoder.maybe(input.delimiter.as_deref()),
        start_after: encoder.maybe(input.start_after.as_deref()),
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..Default::default()
    })
}

/// Lists a page in the first version of the API, which some clients still use with stores other
/// than AWS. The marker is the last entry of the previous page.
pub(crate) fn list_objects(api: &S3Api, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let query = Query {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: input.marker.as_deref().unwrap_or_default(),
        max_keys: page_size(input.max_keys)?,
    };
    let page = bucket.with_index(|index| page(index, &query));
    let encoder = Encoder::new(input.encoding_type.as_ref());
    // As in AWS, there is no next marker without a delimiter. The client uses the last key instead.
    let next = page.next_after.as_deref();
    let next_marker = next.filter(|_| !query.delimiter.is_empty());
    Ok(ListObjectsOutput {
        max_keys: i32::try_from(query.max_keys).ok(),
        is_truncated: Some(next.is_some()),
        next_marker: encoder.maybe(next_marker),
        contents: Some(encoder.objects(&page.objects)),
        common_prefixes: Some(encoder.prefixes(&page.common_prefixes)),
        prefix: Some(encoder.text(query.prefix)),
        marker: Some(encoder.text(query.after)),
        delimiter: encoder.maybe(input.delimiter.as_deref()),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..Default::default()
    })
}

fn read_token(token: &str) -> S3Result<String> {
    let bytes = TOKEN.decode(token).ok();
    let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    })
}
