//! From pixels to a file of the wished-for format, with nothing in it but pixels.

mod jpeg;
mod libwebp;
mod png;
mod webp;

use crate::pixels::Pixels;
use crate::{Encoding, Rejection};

/// Encodes a still picture.
///
/// `from_lossless` says whether the source kept its pixels exactly, for
/// [`WebpMode::Auto`](crate::WebpMode::Auto).
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn still(
    pixels: Pixels,
    encoding: Encoding,
    from_lossless: bool,
) -> Result<Vec<u8>, Rejection> {
    match encoding {
        Encoding::Webp {
            quality,
            effort,
            mode,
        } => webp::encode(&pixels, quality, effort, mode, from_lossless),
        Encoding::Jpeg {
            quality,
            background,
        } => jpeg::encode(pixels, quality, background),
        Encoding::Png => png::encode(&pixels),
    }
}

impl Encoding {
    /// The longest side that the format can state.
    pub(crate) const fn max_side(self) -> u32 {
        match self {
            // 14 bits less one (RFC 9649, section 2.5).
            Self::Webp { .. } => 16_383,
            Self::Jpeg { .. } => 65_535,
            Self::Png => 0x7fff_ffff,
        }
    }
}
