//! A sample of an image: bands of rows, spread evenly.

use crate::Rejection;
use crate::geometry::{Area, Size};

/// The height of a band, in pixels.
const BAND_ROWS: u32 = 16;
/// The sample contains one in this many rows, but at least [`MIN_BANDS`] bands if the image has
/// enough rows.
const ROWS_PER_SAMPLE: u32 = 32;
const MIN_BANDS: u32 = 4;

/// Calls `encode` for each band of the sample of an image of this size. `encode` returns `COUNT` sizes
/// in bytes, for example of the file and of its alpha plane. Returns an estimate of each for the whole
/// image.
///
/// # Errors
/// The errors of `encode`.
pub(super) fn estimate<const COUNT: usize>(
    Size { width, height }: Size,
    encode: impl Fn(Area) -> Result<[usize; COUNT], Rejection>,
) -> Result<[u64; COUNT], Rejection> {
    let rows = BAND_ROWS.min(height);
    let count = (height / (BAND_ROWS * ROWS_PER_SAMPLE)).max(MIN_BANDS.min(height / rows));
    let mut sums = [0; COUNT];
    for index in 0..count {
        let top = index * (height / count);
        let band = Area::from_size(Size::new(width, rows)).translated(0, top);
        let bytes = encode(band)?;
        for (sum, bytes) in sums.iter_mut().zip(bytes) {
            *sum += bytes as u64;
        }
    }
    Ok(sums.map(|sum| sum * u64::from(height) / u64::from(count * rows)))
}
