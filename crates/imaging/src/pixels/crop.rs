//! Cropping.

use super::raster::Pixels;
use crate::Rejection;
use crate::geometry::Rect;

/// Copies the rectangle `source`. Its edges must lie on whole pixels.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn crop(pixels: &Pixels, source: Rect) -> Result<Pixels, Rejection> {
    let (x, y) = source.origin();
    let mut target = Pixels::zeroed(source.size(), pixels.layout)?;
    let channels = pixels.layout.channels();
    let (stride, length) = (pixels.stride(), target.stride());
    for (row, to) in target.data.chunks_exact_mut(length).enumerate() {
        let start = (y as usize + row) * stride + x as usize * channels;
        to.copy_from_slice(&pixels.data[start..start + length]);
    }
    Ok(target)
}
