//! A still WebP, and the frames of an animated one.

mod frames;

pub(super) use frames::Frames;

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::{Channels, Declared, Decoded, Samples, corrupt};
use crate::Rejection;
use crate::pixels::{buffer, out_of_memory};

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| rejection(&error))?;
    let (width, height) = decoder.dimensions();
    let channels = if decoder.has_alpha() {
        Channels::Rgba
    } else {
        Channels::Rgb
    };
    let length = u64::from(width) * u64::from(height) * channels.count() as u64;
    let mut data = buffer(length)?;
    decoder
        .read_image(&mut data)
        .map_err(|error| rejection(&error))?;
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared: Declared::default(),
        lossless: !decoder.is_lossy(),
        damage: false,
    })
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(_) => corrupt("the WebP is cut short"),
        DecodingError::MemoryLimitExceeded => out_of_memory(),
        // Further words of the decoder may quote what it read.
        _ => corrupt("the WebP is damaged"),
    }
}
