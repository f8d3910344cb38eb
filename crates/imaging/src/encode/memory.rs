//! The memory that encoders need.
//!
//! libwebp's lossless encoder needs 13 to 40 bytes per pixel (less for an image of a single color),
//! and its encoder for an alpha plane 10 to 30, depending on the content. The estimate counts 13
//! for lossless encoding and nothing for alpha, so that images are not rejected because of content
//! that they might have. The figures are from measurements of whole render processes.

use crate::{Encoding, WebpMode};

/// The bytes per pixel of libwebp's own copy for VP8L.
const LOSSLESS_COPY: u64 = 4;
/// The bytes per pixel that the encoder of VP8L needs at least, unless the image has only one
/// color.
const LOSSLESS_ENCODER: u64 = 13;

/// Returns the bytes in use at the peak of encoding `pixels` opaque pixels, which take
/// `pixel_bytes` bytes. If `is_owned`, the pixels are freed as soon as the encoder has a copy.
pub(crate) fn encoding_peak(
    encoding: Encoding,
    pixels: u64,
    pixel_bytes: u64,
    is_owned: bool,
) -> u64 {
    let Encoding::Webp { mode, .. } = encoding else {
        return pixel_bytes;
    };
    let (copy, encoder) = match mode {
        WebpMode::Lossless => (
            pixels.saturating_mul(LOSSLESS_COPY),
            pixels.saturating_mul(LOSSLESS_ENCODER),
        ),
        // The planes of YUV 4:2:0.
        WebpMode::Lossy | WebpMode::Auto => {
            let planes = pixels.saturating_mul(3) / 2;
            (planes, planes)
        }
    };
    let kept = if is_owned { 0 } else { pixel_bytes };
    let importing = pixel_bytes.saturating_add(copy);
    importing.max(kept.saturating_add(encoder))
}
