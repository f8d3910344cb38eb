//! Encoding of still images.

use std::borrow::Cow;

use super::{jpeg, png, webp};
use crate::geometry::Orientation;
use crate::pixels::{Pixels, to_upright};
use crate::yuv::YuvImage;
use crate::{Encoding, Rejection, WebpMode};

/// The options of [`encode_still`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct StillOptions<'a> {
    pub(crate) encoding: Encoding,
    /// `true` if the source's encoding is lossless. Only [`WebpMode::Auto`](crate::WebpMode::Auto)
    /// uses this.
    pub(crate) is_source_lossless: bool,
    /// The color profile to embed.
    pub(crate) icc: Option<&'a [u8]>,
}

/// Turns a stored image upright and encodes it.
///
/// An owned image is freed as early as possible.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn encode_still(
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    options: &StillOptions<'_>,
) -> Result<Vec<u8>, Rejection> {
    let icc = options.icc;
    match options.encoding {
        Encoding::Webp {
            quality,
            effort,
            mode,
        } => {
            let webp = webp::WebpOptions {
                quality,
                effort,
                mode,
                is_source_lossless: options.is_source_lossless,
            };
            webp::encode(stored, orientation, webp, icc)
        }
        Encoding::Jpeg {
            quality,
            background,
        } => jpeg::encode(to_upright(stored, orientation)?, quality, background, icc),
        Encoding::Png => png::encode(&*to_upright(stored, orientation)?, icc),
    }
}

/// Encodes an upright image in YCbCr.
///
/// # Errors
/// `out_of_memory`; `unsupported_format` if the encoding [needs RGB](Encoding::needs_rgb).
pub(crate) fn encode_yuv(
    image: &YuvImage,
    options: &StillOptions<'_>,
) -> Result<Vec<u8>, Rejection> {
    match options.encoding {
        Encoding::Webp {
            quality,
            effort,
            mode: WebpMode::Lossy | WebpMode::Auto,
        } => webp::encode_yuv(image, quality, effort, options.icc),
        _ => Err(Rejection::unsupported("the encoding needs RGB")),
    }
}
