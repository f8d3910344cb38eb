//! The decision whether an image is cheap enough for lossless encoding.

use super::libwebp::{Config, Encoder};
use crate::Rejection;
use crate::encode::bands;
use crate::geometry::Orientation;
use crate::pixels::{Pixels, crop};

/// The maximum number of encoded bytes of an image, or of all frames of an animation, that the mode
/// `auto` encodes without loss. libwebp's lossless encoder takes up to 1.3 µs per encoded byte.
const MAX_BYTES: u64 = 4 << 20;
/// The maximum number of pixels of an image that the mode `auto` encodes without loss. For most
/// images, the encoder needs at least 22 bytes of memory per pixel.
const MAX_PIXELS: u64 = 32_000_000;
/// The number of encoded bytes per pixel that even noise does not exceed.
const MAX_BYTES_PER_PIXEL: u64 = 4;

/// Returns whether lossless encoding takes little enough time and memory. Graphics have few encoded
/// bytes per pixel, so this is `true` for almost all of them. It is `false` for large images of
/// noise, even if the noise has few colors.
///
/// `earlier_bytes` is the number of encoded bytes of all earlier frames of an animation, or 0 for a
/// still image.
///
/// # Errors
/// `out_of_memory`.
pub(super) fn is_lossless_affordable(
    pixels: &Pixels,
    effort: u8,
    earlier_bytes: usize,
) -> Result<bool, Rejection> {
    let left = MAX_BYTES.saturating_sub(earlier_bytes as u64);
    let area = pixels.size().area();
    if area > MAX_PIXELS {
        return Ok(false);
    }
    if area * MAX_BYTES_PER_PIXEL <= left {
        return Ok(true);
    }
    let [estimate] = bands::estimate(pixels.size(), |band| {
        let band = crop(pixels, band.rect())?;
        let encoder = Encoder::new(&band, Orientation::UPRIGHT, Config::lossless(effort))?;
        Ok([encoder.encode()?.len()])
    })?;
    Ok(estimate <= left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    const SIDE: u32 = 2400;

    /// Returns an image of 256 grays.
    fn grays(gray_at: impl Fn(u32) -> u8) -> Pixels {
        Pixels {
            width: SIDE,
            height: SIDE,
            layout: Layout::Rgb,
            data: (0..SIDE * SIDE).flat_map(|at| [gray_at(at); 3]).collect(),
        }
    }

    fn is_affordable(pixels: &Pixels, earlier_bytes: usize) -> bool {
        is_lossless_affordable(pixels, 2, earlier_bytes).unwrap()
    }

    #[test]
    fn large_graphics_are_affordable_but_noise_is_not() {
        assert!(is_affordable(&grays(|at| (at / 300) as u8), 0));
        let noise = grays(|at| {
            let hash = (at ^ at >> 15).wrapping_mul(0x85eb_ca6b);
            let hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
            (hash >> 24) as u8
        });
        assert!(!is_affordable(&noise, 0));
    }

    #[test]
    fn frames_share_the_bytes() {
        let graphics = grays(|at| (at / 300) as u8);
        assert!(is_affordable(&graphics, 1 << 20));
        assert!(!is_affordable(&graphics, 5 << 20));
    }
}
