//! The input: three borrowed planes.

use crate::Error;

/// The greatest width and height of a frame: 14 bits in its header (RFC 6386, section 9.1).
pub const MAX_DIMENSION: u32 = 16383;

/// An image as planes Y, U and V with 4:2:0 subsampling.
///
/// WebP prescribes the limited range of BT.601 for samples (luma 16 to 235, chroma 16 to 240), but the encoder
/// accepts all values. Chroma planes have `height.div_ceil(2)` rows of `width.div_ceil(2)` samples. Strides are
/// in samples. The last row may be shorter than its stride.
#[derive(Debug, Clone, Copy)]
pub struct Planes<'a> {
    /// Luma samples.
    pub y: &'a [u8],
    /// Blue-difference samples.
    pub u: &'a [u8],
    /// Red-difference samples.
    pub v: &'a [u8],
    /// Samples from one luma row to the next.
    pub y_stride: usize,
    /// Samples from one row of `u` to the next.
    pub u_stride: usize,
    /// Samples from one row of `v` to the next.
    pub v_stride: usize,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

impl Planes<'_> {
    /// Checks dimensions, strides and lengths.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let range = 1..=MAX_DIMENSION;
        if !range.contains(&self.width) || !range.contains(&self.height) {
            return Err(Error::Dimensions {
                width: self.width,
                height: self.height,
            });
        }
        let (width, height) = (self.width as usize, self.height as usize);
        check_plane(self.y, self.y_stride, width, height)?;
        check_plane(self.u, self.u_stride, width.div_ceil(2), height.div_ceil(2))?;
        check_plane(self.v, self.v_stride, width.div_ceil(2), height.div_ceil(2))
    }
}

fn check_plane(plane: &[u8], stride: usize, width: usize, height: usize) -> Result<(), Error> {
    if stride < width {
        return Err(Error::Stride);
    }
    let needed = stride
        .checked_mul(height - 1)
        .and_then(|n| n.checked_add(width));
    match needed {
        Some(needed) if needed <= plane.len() => Ok(()),
        _ => Err(Error::PlaneTooShort),
    }
}
