//! Statements of rights in the metadata of a file.

use crate::rights::Rights;

/// The statements of rights in each kind of metadata. Within a kind, the first statement counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FoundRights {
    pub(super) xmp: Rights,
    pub(super) iptc: Rights,
    pub(super) exif: Rights,
    /// The text chunks of PNG.
    pub(crate) text: Rights,
}

impl FoundRights {
    /// Returns the statements that viewers show. If the kinds of metadata differ, XMP takes
    /// precedence, because editors write it last.
    pub(crate) fn first(&self) -> Rights {
        let Self {
            xmp,
            iptc,
            exif,
            text,
        } = self;
        xmp.clone().or(iptc).or(exif).or(text)
    }
}
