//! The data that a client attaches to an upload.

use std::collections::BTreeMap;

use darkroom_imaging::CropBox;
use serde::{Deserialize, Serialize};

/// A client's own key-value pairs, its crop, and its trace.
///
/// They are stored as one signed header of the raw object, [`Attachment::HEADER`]. One header per
/// pair would not preserve the pairs: S3 converts header names to lower case, and header values
/// must be ASCII. The value of the header is therefore JSON in which everything but printable ASCII
/// is escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// The client's own pairs, which the manifest repeats.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The part of the upright image to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropBox>,
    /// The trace that the upload belongs to, if any (W3C Trace Context).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// The error for an attachment that does not fit into S3's user metadata, or for a header that is
/// not an attachment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// The attachment exceeds S3's limit on user metadata.
    #[error("metadata takes {bytes} bytes as S3 counts them; at most {max} are allowed")]
    TooLarge {
        /// The size of the header's value plus that of [`Attachment::NAME`].
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The header was not written by [`Attachment::to_header`].
    #[error("invalid attachment: {0}")]
    Invalid(String),
}

impl Attachment {
    /// The name of the user metadata, without the prefix `x-amz-meta-`.
    pub const NAME: &str = "darkroom";
    /// The name of the header as a client sends it.
    pub const HEADER: &str = "x-amz-meta-darkroom";
    /// S3's limit on the user metadata of an object, in bytes of names and values together.
    pub const MAX_BYTES: usize = 2048;

    /// Returns `true` if there is nothing to attach.
    pub fn is_empty(&self) -> bool {
        self.metadata.is_empty() && self.crop.is_none() && self.traceparent.is_none()
    }

    /// Returns the value of the header: printable ASCII without two spaces in a row.
    ///
    /// # Errors
    /// [`AttachmentError::TooLarge`] if S3 would reject the header.
    pub fn to_header(&self) -> Result<String, AttachmentError> {
        let json = serde_json::to_string(self)
            .map_err(|error| AttachmentError::Invalid(error.to_string()))?;
        let value = escape(&json);
        let bytes = Self::NAME.len() + value.len();
        if bytes > Self::MAX_BYTES {
            return Err(AttachmentError::TooLarge {
                bytes,
                max: Self::MAX_BYTES,
            });
        }
        Ok(value)
    }

    /// Parses the value that [`Attachment::to_header`] wrote.
    ///
    /// # Errors
    /// [`AttachmentError::Invalid`] for any other value.
    pub fn from_header(value: &str) -> Result<Self, AttachmentError> {
        serde_json::from_str(value).map_err(|error| AttachmentError::Invalid(error.to_string()))
    }
}

/// Escapes everything except printable ASCII as `\uXXXX`. A space that follows a space is escaped
/// too, because Signature Version 4 collapses runs of spaces in header values.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut after_space = false;
    for character in json.chars() {
        let is_space = character == ' ';
        if character.is_ascii_graphic() || (is_space && !after_space) {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
        after_space = is_space;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Attachment {
        let metadata = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Attachment {
            metadata,
            ..Attachment::default()
        }
    }

    #[test]
    fn pairs_of_printable_ascii_are_not_escaped() {
        assert_eq!(
            pairs(&[("Album", "7")]).to_header().unwrap(),
            r#"{"metadata":{"Album":"7"}}"#
        );
    }

    #[test]
    fn an_attachment_larger_than_s3_accepts_is_an_error() {
        let attachment = pairs(&[("note", &"x".repeat(2048))]);
        assert!(matches!(
            attachment.to_header(),
            Err(AttachmentError::TooLarge { max: 2048, .. })
        ));
    }

    proptest! {
        #[test]
        fn any_pairs_are_read_back_from_the_header(metadata: BTreeMap<String, String>, x: u32, width: u32) {
            let crop = Some(CropBox { x, y: 0, width, height: 1 });
            let traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
            let attachment = Attachment { metadata, crop, traceparent };
            if let Ok(header) = attachment.to_header() {
                prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
                prop_assert!(!header.contains("  "));
                prop_assert_eq!(Attachment::from_header(&header).unwrap(), attachment);
            }
        }
    }
}
