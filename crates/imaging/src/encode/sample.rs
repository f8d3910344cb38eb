//! An estimate of the length of an encoded image, from a sample of its rows.

use std::borrow::Cow;

use super::still::{StillOptions, encode_still};
use super::webp;
use crate::geometry::{Area, Orientation, Size};
use crate::pixels::{Pixels, crop};
use crate::{Encoding, Rejection, WebpMode};

/// The height of a band of sampled rows, in pixels.
const BAND_ROWS: u32 = 16;
/// One in this many rows is sampled.
const ROWS_PER_SAMPLE: u32 = 32;
/// The minimum number of bands. An image with fewer rows is quick to encode.
const MIN_BANDS: u32 = 4;
/// The number of bytes per pixel that noise has at a high quality.
const MAX_BYTES_PER_PIXEL: u64 = 2;
/// The fraction of the estimate that counts, because the other rows may be simpler.
const CERTAIN_FRACTION: (u64, u64) = (4, 5);

/// Returns a number of bytes that the encoded image almost certainly exceeds; `None` if it can have
/// at most `max_bytes` bytes, or if a sample would not tell.
///
/// libwebp writes nothing before it has encoded the whole image. So without this estimate, it takes
/// as long to find out that an image is too large as to encode it.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn minimum_bytes(
    stored: &Pixels,
    options: &StillOptions<'_>,
    max_bytes: u64,
) -> Result<Option<u64>, Rejection> {
    let count = stored.height / (BAND_ROWS * ROWS_PER_SAMPLE);
    let fits = stored.size().area() * MAX_BYTES_PER_PIXEL <= max_bytes;
    if fits || count < MIN_BANDS || !is_lossy(stored, options) {
        return Ok(None);
    }
    let options = StillOptions {
        icc: None,
        ..*options
    };
    let mut bytes = 0;
    for index in 0..count {
        let top = index * (stored.height / count);
        let band = Area::from_size(Size::new(stored.width, BAND_ROWS)).translated(0, top);
        let pixels = crop(stored, band.rect())?;
        bytes += encode_still(Cow::Owned(pixels), Orientation::UPRIGHT, &options)?.len() as u64;
    }
    let estimate = bytes * u64::from(stored.height) / u64::from(count * BAND_ROWS);
    let (certain, all) = CERTAIN_FRACTION;
    Ok(Some(estimate * certain / all))
}

/// Returns whether the image will be encoded with loss. Only then, bands of rows have about as many
/// bytes as within the whole image.
fn is_lossy(stored: &Pixels, options: &StillOptions<'_>) -> bool {
    match options.encoding {
        Encoding::Webp { mode, .. } => match mode {
            WebpMode::Lossy => true,
            WebpMode::Lossless => false,
            WebpMode::Auto => !(options.is_source_lossless && webp::is_flat(stored)),
        },
        Encoding::Jpeg { .. } => true,
        Encoding::Png => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    const OPTIONS: StillOptions<'_> = StillOptions {
        encoding: Encoding::Webp {
            quality: 85,
            effort: 2,
            mode: WebpMode::Auto,
        },
        is_source_lossless: true,
        icc: None,
    };

    /// Returns an image whose left half is noise and whose right half is gray.
    fn half_noise(width: u32, height: u32) -> Pixels {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let samples = (0..height).flat_map(|_| (0..width * 3).map(|x| x >= width * 3 / 2));
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: samples
                .map(|is_gray| if is_gray { 128 } else { noise() })
                .collect(),
        }
    }

    #[test]
    fn the_estimate_is_below_the_length_but_not_far_below_it() {
        let image = half_noise(300, 2100);
        let estimate = minimum_bytes(&image, &lossy(), 1000).unwrap().unwrap();
        let file = encode_still(Cow::Owned(image), Orientation::UPRIGHT, &lossy()).unwrap();
        let length = file.len() as u64;
        assert!(
            (length * 7 / 10..length).contains(&estimate),
            "{estimate} {length}"
        );
    }

    #[test]
    fn images_that_fit_and_small_and_lossless_images_are_not_sampled() {
        let image = half_noise(300, 2100);
        let minimum = |image: &Pixels, options: &StillOptions<'_>, max| {
            minimum_bytes(image, options, max).unwrap()
        };
        assert_eq!(minimum(&image, &lossy(), 2 * 300 * 2100), None);
        assert_eq!(minimum(&half_noise(300, 1000), &lossy(), 1000), None);
        // Half of the pixels equal their neighbors, as in graphics.
        assert_eq!(minimum(&image, &OPTIONS, 1000), None);
    }

    fn lossy() -> StillOptions<'static> {
        StillOptions {
            is_source_lossless: false,
            ..OPTIONS
        }
    }
}
