//! The file that is rendered.

use super::plane_path::stays_in_planes;
use crate::formats::Header;
use crate::metadata::MetadataScan;
use crate::{Recipe, SourceFormat};

/// A source that is within the limits of the recipe.
#[derive(Clone, Copy)]
pub(super) struct SourceFile<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) format: SourceFormat,
    pub(super) header: &'a Header,
    pub(super) scan: &'a MetadataScan,
    /// `true` if the source is decoded to planes, which all variants are made from.
    pub(super) stays_in_planes: bool,
}

impl<'a> SourceFile<'a> {
    /// Creates a source for rendering the variants of a recipe.
    pub(super) fn new(
        bytes: &'a [u8],
        format: SourceFormat,
        header: &'a Header,
        scan: &'a MetadataScan,
        recipe: &Recipe,
    ) -> Self {
        Self {
            bytes,
            format,
            header,
            scan,
            stays_in_planes: stays_in_planes(bytes, format, header, scan, recipe),
        }
    }
}
