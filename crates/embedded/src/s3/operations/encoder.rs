//! The encoding of keys in listings.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;

use crate::s3::attributes::Attributes;

/// The characters that `encoding-type=url` encodes.
pub(crate) const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// An encoder of keys. XML cannot represent all keys, so a client may request encoded keys.
pub(super) struct Encoder {
    is_url: bool,
}

impl Encoder {
    pub(super) fn new(encoding: Option<&EncodingType>) -> Self {
        Self {
            is_url: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL),
        }
    }

    pub(super) fn text(&self, text: &str) -> String {
        if self.is_url {
            utf8_percent_encode(text, URL).to_string()
        } else {
            text.to_owned()
        }
    }

    pub(super) fn maybe(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    pub(super) fn objects(&self, objects: &[Arc<Attributes>]) -> ObjectList {
        objects.iter().map(|object| self.object(object)).collect()
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

    pub(super) fn prefixes(&self, prefixes: &[String]) -> CommonPrefixList {
        let prefix = |prefix: &String| CommonPrefix {
            prefix: Some(self.text(prefix)),
        };
        prefixes.iter().map(prefix).collect()
    }
}
