//! An estimate of the bytes and the memory that encoding a large image takes, from a sample of its
//! rows.

use std::borrow::Cow;

use super::bands;
use super::still::{StillOptions, encode_still, encode_yuv};
use super::webp::{self, WebpOptions};
use crate::formats::webp::riff::chunks_of_file;
use crate::geometry::Orientation;
use crate::pixels::{Layout, Pixels, crop};
use crate::yuv::YuvImage;
use crate::{Encoding, Rejection, WebpMode};

/// An upper bound on the encoded bytes per pixel of a lossy file. Noise at a high quality comes
/// close to it.
const MAX_BYTES_PER_PIXEL: u64 = 2;
/// The bytes of memory that libwebp needs for a pixel with alpha.
const ALPHA_MEMORY: u64 = 20;
/// The bytes of memory that libwebp needs in addition for each byte of an encoded alpha plane.
const MEMORY_PER_ALPHA_BYTE: u64 = 20;
/// The fraction of the estimate that the whole image almost certainly exceeds. The rows outside the
/// sample may be simpler than those in the sample.
const CERTAIN_FRACTION: (u64, u64) = (4, 5);

/// The estimated result of encoding an image with loss.
///
/// Without this estimate, an image with too many bytes would be rejected only after it was encoded in
/// full. The estimate includes memory for the alpha plane, because that memory depends on the content
/// of the plane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pixels: u64,
    bytes: u64,
    /// The bytes of the alpha plane; `None` if there is none.
    alpha_bytes: Option<u64>,
}

impl Sample {
    /// Encodes a sample of an image. Returns `None` if the image certainly has at most `max_bytes`
    /// bytes and needs at most `max_memory` bytes of memory. Also returns `None` if the image may
    /// be encoded without loss, because a lossless band can have far more or fewer bytes than the
    /// same rows of the whole image.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn new(
        stored: &Pixels,
        options: &StillOptions<'_>,
        max_bytes: u64,
        max_memory: u64,
    ) -> Result<Option<Self>, Rejection> {
        let pixels = stored.size().area();
        let has_alpha = stored.layout == Layout::Rgba;
        let max_alpha_memory = pixels * (ALPHA_MEMORY + MEMORY_PER_ALPHA_BYTE);
        let may_exceed = pixels * MAX_BYTES_PER_PIXEL > max_bytes
            || (has_alpha && max_alpha_memory > max_memory);
        if !may_exceed || !is_lossy(stored, options)? {
            return Ok(None);
        }
        let options = StillOptions {
            is_source_lossless: false,
            icc: None,
            ..*options
        };
        let [bytes, alpha_bytes] = bands::estimate(stored.size(), |band| {
            let band = crop(stored, band.rect())?;
            let file = encode_still(Cow::Owned(band), Orientation::UPRIGHT, &options)?;
            Ok([file.len(), alpha_length(&file)])
        })?;
        let is_webp = matches!(options.encoding, Encoding::Webp { .. });
        Ok(Some(Self {
            pixels,
            bytes,
            alpha_bytes: (has_alpha && is_webp).then_some(alpha_bytes),
        }))
    }

    /// Encodes a sample of an image in YCbCr. Returns `None` if the image certainly has at most
    /// `max_bytes` bytes.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn from_yuv(
        image: &YuvImage,
        options: &StillOptions<'_>,
        max_bytes: u64,
    ) -> Result<Option<Self>, Rejection> {
        let pixels = image.size().area();
        if pixels * MAX_BYTES_PER_PIXEL <= max_bytes {
            return Ok(None);
        }
        let options = StillOptions {
            icc: None,
            ..*options
        };
        let [bytes] = bands::estimate(image.size(), |band| {
            Ok([encode_yuv(&image.crop(band)?, &options)?.len()])
        })?;
        Ok(Some(Self {
            pixels,
            bytes,
            alpha_bytes: None,
        }))
    }

    /// Returns a number of bytes that the encoded image almost certainly exceeds.
    pub(crate) const fn minimum_bytes(self) -> u64 {
        let (certain, all) = CERTAIN_FRACTION;
        self.bytes * certain / all
    }

    /// Returns the bytes of memory that libwebp needs for an image with alpha; 0 for one without.
    pub(crate) fn alpha_memory(self) -> u64 {
        let memory = |bytes| self.pixels * ALPHA_MEMORY + bytes * MEMORY_PER_ALPHA_BYTE;
        self.alpha_bytes.map_or(0, memory)
    }
}

/// Returns whether the image will only be encoded with loss.
fn is_lossy(stored: &Pixels, options: &StillOptions<'_>) -> Result<bool, Rejection> {
    Ok(match options.encoding {
        Encoding::Webp {
            quality,
            effort,
            mode,
        } => match mode {
            WebpMode::Lossy => true,
            WebpMode::Lossless => false,
            WebpMode::Auto => {
                let options = WebpOptions {
                    quality,
                    effort,
                    mode,
                    is_source_lossless: options.is_source_lossless,
                };
                !webp::is_tried_without_loss(stored, options)?
            }
        },
        Encoding::Jpeg { .. } => true,
        Encoding::Png => false,
    })
}

/// Returns the length of the alpha plane in a WebP file.
fn alpha_length(file: &[u8]) -> usize {
    let mut chunks = chunks_of_file(file);
    let alpha = chunks.find(|chunk| chunk.name == b"ALPH");
    alpha.map_or(0, |chunk| chunk.data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: StillOptions<'_> = StillOptions {
        encoding: Encoding::Webp {
            quality: 85,
            effort: 2,
            mode: WebpMode::Lossy,
        },
        is_source_lossless: false,
        icc: None,
    };
    const LARGE: u64 = u64::MAX;

    /// Returns an image whose left half is noise and whose right half is gray.
    fn half_noise(layout: Layout) -> Pixels {
        let (width, height) = (300, 2100);
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let length = width as usize * layout.channels();
        let sample = |at: usize| if at < length / 2 { noise() } else { 128 };
        let columns = (0..height).flat_map(|_| 0..length);
        let data = columns.map(sample).collect();
        Pixels {
            width,
            height,
            layout,
            data,
        }
    }

    #[test]
    fn the_estimate_is_below_the_length_but_not_far_below_it() {
        let image = half_noise(Layout::Rgb);
        let sample = Sample::new(&image, &OPTIONS, 1000, LARGE).unwrap().unwrap();
        let file = encode_still(Cow::Owned(image), Orientation::UPRIGHT, &OPTIONS).unwrap();
        let (minimum, length) = (sample.minimum_bytes(), file.len() as u64);
        assert!(
            (length * 7 / 10..length).contains(&minimum),
            "{minimum} {length}"
        );
        assert_eq!(sample.alpha_memory(), 0);
    }

    #[test]
    fn the_memory_for_alpha_depends_on_its_content() {
        let image = half_noise(Layout::Rgba);
        let pixels = image.size().area();
        let sample = Sample::new(&image, &OPTIONS, LARGE, 1000).unwrap().unwrap();
        let per_pixel = sample.alpha_memory() / pixels;
        assert!((28..33).contains(&per_pixel), "{per_pixel}");
    }

    #[test]
    fn images_that_fit_and_lossless_images_are_not_sampled() {
        let image = half_noise(Layout::Rgba);
        let sample = |options, bytes, memory| {
            let sample = Sample::new(&image, options, bytes, memory);
            sample.unwrap().is_some()
        };
        let pixels = image.size().area();
        assert!(!sample(&OPTIONS, 2 * pixels, 40 * pixels));
        assert!(sample(&OPTIONS, 2 * pixels - 1, 40 * pixels));
        let png = StillOptions {
            encoding: Encoding::Png,
            ..OPTIONS
        };
        assert!(!sample(&png, 1000, 1000));
    }
}
