//! The file that is rendered.

use crate::SourceFormat;
use crate::formats::Header;
use crate::metadata::MetadataScan;

/// A source that is within the limits of the recipe.
#[derive(Clone, Copy)]
pub(super) struct SourceFile<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) format: SourceFormat,
    pub(super) header: &'a Header,
    pub(super) scan: &'a MetadataScan,
}
