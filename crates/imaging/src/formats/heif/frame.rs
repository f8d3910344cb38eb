//! Decoded planes.

use crate::geometry::Size;

/// Decoded planes: luma and two of chroma, or a single one.
pub(super) struct Frame {
    /// The widths of the planes in samples; 0 for a missing plane.
    pub(super) widths: [u32; 3],
    /// The heights of the planes in samples; 0 for a missing plane.
    pub(super) heights: [u32; 3],
    /// The samples, row by row.
    pub(super) planes: [Vec<u16>; 3],
    /// The bits per sample of luma and chroma.
    pub(super) bit_depth: [u8; 2],
    /// The sampling of chroma: 0 for none, 1 for 4:2:0, 2 for 4:2:2, 3 for 4:4:4.
    pub(super) chroma_format: u8,
}

/// Returns the size of a chroma plane of an image of this size.
pub(super) const fn chroma_size(size: Size, format: u8) -> Size {
    let (width, height) = (size.width, size.height);
    match format {
        0 => Size::new(0, 0),
        1 => Size::new(width.div_ceil(2), height.div_ceil(2)),
        2 => Size::new(width.div_ceil(2), height),
        _ => size,
    }
}
