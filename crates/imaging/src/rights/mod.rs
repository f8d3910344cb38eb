//! Statements of rights, which variants may keep.
//!
//! A statement is read from the source as text. The variants get a new XMP packet with this text and
//! nothing else. No byte of the source's metadata is copied.

mod embed;
mod packet;

use serde::{Deserialize, Serialize};

/// The maximum length of a statement in characters.
pub(crate) const MAX_CHARS: usize = 500;

/// A statement that a recipe may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptMetadata {
    /// The copyright notice: XMP `dc:rights`, IPTC 2:116, EXIF `Copyright` or PNG `Copyright`.
    Copyright,
    /// The credit line, or else the creator: XMP `photoshop:Credit` or `dc:creator`, IPTC 2:110 or
    /// 2:80, EXIF `Artist` or PNG `Author`.
    Credit,
}

/// The statements of rights about an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// The copyright notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    /// The credit line, or the creator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
}

impl Rights {
    /// Returns the statements that a recipe keeps, as plain text of at most 500 characters.
    #[must_use]
    pub fn kept(&self, keep: &[KeptMetadata]) -> Self {
        let kept = |kind: KeptMetadata, text: &Option<String>| {
            let text = text.as_deref().filter(|_| keep.contains(&kind));
            text.and_then(plain_text)
        };
        Self {
            copyright: kept(KeptMetadata::Copyright, &self.copyright),
            credit: kept(KeptMetadata::Credit, &self.credit),
        }
    }

    /// Returns `true` if there is no statement.
    pub const fn is_empty(&self) -> bool {
        self.copyright.is_none() && self.credit.is_none()
    }

    /// Returns these statements, and those of `other` that are missing here.
    pub(crate) fn or(self, other: &Self) -> Self {
        let or = |text: Option<String>, other: &Option<String>| text.or_else(|| other.clone());
        Self {
            copyright: or(self.copyright, &other.copyright),
            credit: or(self.credit, &other.credit),
        }
    }
}

/// Returns a text without control characters, surrounding spaces and everything after
/// [`MAX_CHARS`]. Returns `None` if nothing is left.
pub(crate) fn plain_text(text: &str) -> Option<String> {
    let text = text.chars().filter(|char| !char.is_control());
    let text: String = text.take(MAX_CHARS).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requested_statements_are_kept_and_only_as_plain_text() {
        let rights = Rights {
            copyright: Some(" \u{1b}[31m© A. Person\n".to_owned()),
            credit: Some("x".repeat(MAX_CHARS + 1)),
        };
        assert_eq!(rights.kept(&[]), Rights::default());
        let copyright = rights.kept(&[KeptMetadata::Copyright]);
        assert_eq!(copyright.copyright.as_deref(), Some("[31m© A. Person"));
        assert_eq!(copyright.credit, None);
        let credit = rights.kept(&[KeptMetadata::Credit]).credit.unwrap();
        assert_eq!(credit.len(), MAX_CHARS);
    }
}
