//! Cropping.

use super::allocation::out_of_memory;
use super::raster::Pixels;
use crate::Rejection;
use crate::geometry::{Rect, Size};

/// Copies the rectangle `source`. Its edges must lie on whole pixels.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn crop(pixels: &Pixels, source: Rect) -> Result<Pixels, Rejection> {
    let (x, y) = source.origin();
    let Size { width, height } = source.size();
    let channels = pixels.layout.channels();
    let (stride, length) = (pixels.stride(), width as usize * channels);
    let mut data = Vec::new();
    data.try_reserve_exact(length * height as usize)
        .map_err(|_| out_of_memory())?;
    let first = y as usize * stride + x as usize * channels;
    for row in 0..height as usize {
        let start = first + row * stride;
        data.extend_from_slice(&pixels.data[start..start + length]);
    }
    Ok(Pixels {
        width,
        height,
        layout: pixels.layout,
        data,
    })
}
