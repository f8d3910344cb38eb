//! The listing of objects.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as TOKEN;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use crate::s3::api::S3Api;
use crate::s3::attributes::Attributes;
use crate::s3::listing::{Page, Query, page, page_size};

/// Every character except those that `encoding-type=url` does not encode.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// An encoder of keys. It encodes them if the client requests that, because XML cannot represent
/// all keys.
struct Encoder(Option<EncodingType>);

impl Encoder {
    fn text(&self, text: &str) -> String {
        match &self.0 {
            Some(encoding) if encoding.as_str() == EncodingType::URL => {
                utf8_percent_encode(text, URL).to_string()
            }
            _ => text.to_owned(),
        }
    }

    fn maybe(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    fn objects(&self, page: &Page) -> ObjectList {
        let objects = page.objects.iter();
        objects.map(|object| self.object(object)).collect()
    }

    fn object(&self, object: &Attributes) -> Object {
        Object {
            key: Some(self.text(&object.key)),
            size: i64::try_from(object.size).ok(),
            e_tag: Some(object.strong_etag()),
            last_modified: Some(object.modified().into()),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Default::default()
        }
    }

    fn prefixes(&self, page: &Page) -> CommonPrefixList {
        let prefix = |prefix: &String| CommonPrefix {
            prefix: Some(self.text(prefix)),
        };
        page.common_prefixes.iter().map(prefix).collect()
    }
}

/// Lists a page. The continuation token is the last key of the previous page.
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
    let encoder = Encoder(input.encoding_type.clone());
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(page.objects.len() + page.common_prefixes.len()).ok(),
        max_keys: i32::try_from(query.max_keys).ok(),
        is_truncated: Some(page.next_after.is_some()),
        next_continuation_token: page.next_after.as_ref().map(|after| TOKEN.encode(after)),
        contents: Some(encoder.objects(&page)),
        common_prefixes: Some(encoder.prefixes(&page)),
        prefix: encoder.maybe(input.prefix.as_deref()),
        delimiter: encoder.maybe(input.delimiter.as_deref()),
        start_after: encoder.maybe(input.start_after.as_deref()),
        continuation_token: input.continuation_token,
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
