//! A build without the decoder.

use crate::Rejection;

/// Returns the rejection of every JPEG XL image.
pub(super) fn rejection() -> Rejection {
    Rejection::unsupported("this is a JPEG XL image, which this build of Darkroom does not support")
}
