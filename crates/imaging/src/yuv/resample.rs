//! Resampling of planes to another size.

use fast_image_resize::FilterType;
use fast_image_resize::pixels::U8;

use super::chroma_axis::ChromaAxis;
use super::image::{Plane, YuvImage};
use crate::Rejection;
use crate::geometry::{Area, Placement, Rect, Size};
use crate::pixels::{resample_samples, zeroed_buffer};

/// The smallest and the largest luma in limited range. The overshoot of the filter is cut off.
const LUMA: [u8; 2] = [16, 235];
/// The smallest and the largest chroma.
const CHROMA: [u8; 2] = [16, 240];

impl YuvImage {
    /// Returns the source rectangle of a placement, scaled to its size, without padding.
    ///
    /// The filter is that of [`resample`](crate::pixels::resample). YCbCr is a linear function of
    /// the encoded sRGB values, so filtering one is equivalent to filtering the other. Chroma is
    /// resampled from its own plane to the size of the result, and then halved, so that it is not
    /// displaced at any size.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn place(&self, placement: &Placement) -> Result<Self, Rejection> {
        let (source, size) = (placement.source, placement.size);
        if placement.scaling().is_identity() {
            let (x, y) = source.origin();
            return self.crop(Area::from_size(size).translated(x, y));
        }
        self.scaled(source, size)
    }

    /// Returns a rectangle of the image, scaled to `size` as by [`place`](Self::place).
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn scaled(&self, source: Rect, size: Size) -> Result<Self, Rejection> {
        let y = self.resampled_luma(source, size)?;
        let u = halved(&resampled_chroma(&self.u, source, size)?)?;
        let v = halved(&resampled_chroma(&self.v, source, size)?)?;
        Ok(Self { y, u, v })
    }

    /// Returns a rectangle of luma, scaled to `size`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn resampled_luma(&self, source: Rect, size: Size) -> Result<Plane, Rejection> {
        resampled(&self.y, source, size, FilterType::Lanczos3, LUMA)
    }
}

/// Returns a rectangle of the image in a plane of halved chroma, scaled to `size`.
///
/// If the image is not scaled down, chroma is interpolated linearly, as JPEG decoders do. Lanczos3
/// would add halos to it at the edges between colors.
///
/// # Errors
/// `out_of_memory`.
pub(super) fn resampled_chroma(
    plane: &Plane,
    source: Rect,
    size: Size,
) -> Result<Plane, Rejection> {
    let is_smaller = f64::from(size.width) < source.width && f64::from(size.height) < source.height;
    let filter = match is_smaller {
        true => FilterType::Lanczos3,
        false => FilterType::Bilinear,
    };
    resampled(plane, source.halved(), size, filter, CHROMA)
}

fn resampled(
    plane: &Plane,
    source: Rect,
    size: Size,
    filter: FilterType,
    [low, high]: [u8; 2],
) -> Result<Plane, Rejection> {
    let mut target = Plane::zeroed(size)?;
    let from = (plane.size(), plane.samples.as_slice());
    resample_samples::<U8>(from, source, (size, &mut target.samples), filter, false)?;
    for sample in &mut target.samples {
        *sample = (*sample).clamp(low, high);
    }
    Ok(target)
}

/// Halves both sides of a plane.
fn halved(plane: &Plane) -> Result<Plane, Rejection> {
    let mut halved = Plane::zeroed(YuvImage::chroma_size(plane.size()))?;
    let columns = ChromaAxis::new(false, plane.width, false);
    let mut sums: Vec<u16> = zeroed_buffer(u64::from(plane.width))?;
    let rows = halved.samples.chunks_exact_mut(halved.width as usize);
    for (index, to) in rows.enumerate() {
        let pair = plane.row(2 * index).iter().zip(plane.row(2 * index + 1));
        for (sum, (above, below)) in sums.iter_mut().zip(pair) {
            *sum = u16::from(*above) + u16::from(*below);
        }
        columns.halve(&sums, to, |left, right| ((left + right + 2) >> 2) as u8);
    }
    Ok(halved)
}
