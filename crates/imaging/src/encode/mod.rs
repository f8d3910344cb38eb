//! From pixels to a file of the wished-for format, with nothing in it but pixels.

mod animation;
mod flatness;
mod jpeg;
mod libwebp;
mod png;
mod webp;

pub(crate) use animation::AnimationEncoder;

use std::borrow::Cow;

use crate::orientation::Orientation;
use crate::pixels::{Layout, Pixels};
use crate::{Encoding, Rejection};

/// Encodes a still picture, upright.
///
/// An owned picture is freed as early as may be. `from_lossless` says whether the source kept its
/// pixels exactly, for [`WebpMode::Auto`](crate::WebpMode::Auto). `icc` is embedded as it is.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn still(
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    encoding: Encoding,
    from_lossless: bool,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, Rejection> {
    match encoding {
        Encoding::Webp {
            quality,
            effort,
            mode,
        } => {
            let size = orientation.turn_size(stored.size());
            let has_alpha = stored.layout == Layout::Rgba;
            let effort = webp::Effort {
                quality,
                effort,
                mode,
            };
            let file = webp::encode(stored, orientation, effort, from_lossless)?;
            Ok(match icc {
                Some(icc) => webp::with_icc(&file, size, has_alpha, icc),
                None => file,
            })
        }
        Encoding::Jpeg {
            quality,
            background,
        } => jpeg::encode(orientation.upright(stored)?, quality, background, icc),
        Encoding::Png => png::encode(&*orientation.upright(stored)?, icc),
    }
}

impl Encoding {
    /// Whether the format can hold an animation.
    pub(crate) const fn can_be_animated(self) -> bool {
        matches!(self, Self::Webp { .. })
    }

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
