//! The first frame of a GIF.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::{ImageDecoder, Limits};

use super::{Channels, Declared, Decoded, Samples, image_error, read_all};
use crate::Rejection;
use crate::header::Header;

/// Pixels of the canvas that the frame does not cover are transparent.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| image_error(&error))?;
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(header.width);
    limits.max_image_height = Some(header.height);
    decoder
        .set_limits(limits)
        .map_err(|error| image_error(&error))?;
    let (width, height) = decoder.dimensions();
    Ok(Decoded {
        width,
        height,
        channels: Channels::Rgba,
        samples: Samples::Eight(read_all(decoder)?),
        declared: Declared::default(),
        lossless: true,
        damage: false,
    })
}
