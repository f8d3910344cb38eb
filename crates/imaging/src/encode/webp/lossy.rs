//! Opaque lossy WebP files.

use vp8_keyframe::{Encoder, EncoderOptions, Error, Planes};

use crate::formats::webp::riff::simple_file;
use crate::yuv::YuvImage;
use crate::{Rejection, RejectionCode};

/// Encodes an upright image as a WebP file with loss. `quality` is from 0 to 100, and `effort` from 0
/// to 6.
///
/// # Errors
/// `dimensions_exceeded` if a side is longer than 16,383 px.
pub(super) fn encode_lossy(
    image: &YuvImage,
    quality: u8,
    effort: u8,
) -> Result<Vec<u8>, Rejection> {
    let options = EncoderOptions {
        quality,
        effort,
        max_bytes: None,
    };
    let mut encoder = Encoder::new(options).map_err(rejection)?;
    let frame = encoder.encode(&planes(image)).map_err(rejection)?;
    Ok(simple_file(b"VP8 ", &frame))
}

fn planes(image: &YuvImage) -> Planes<'_> {
    let YuvImage { y, u, v } = image;
    Planes {
        y: &y.samples,
        u: &u.samples,
        v: &v.samples,
        y_stride: y.width as usize,
        u_stride: u.width as usize,
        v_stride: v.width as usize,
        width: y.width,
        height: y.height,
    }
}

fn rejection(error: Error) -> Rejection {
    let code = match error {
        Error::Dimensions { .. } => RejectionCode::DimensionsExceeded,
        // All other options and planes are valid here.
        _ => RejectionCode::OutputTooLarge,
    };
    Rejection::new(code, error.to_string())
}
