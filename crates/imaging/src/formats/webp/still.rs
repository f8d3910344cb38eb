//! Decoding of a WebP file with a single bitstream.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::pixels::{out_of_memory, zeroed_buffer};

/// Decodes a still image.
pub(super) fn decode_still(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| rejection(&error))?;
    let (width, height) = decoder.dimensions();
    let channels = if decoder.has_alpha() {
        Channels::Rgba
    } else {
        Channels::Rgb
    };
    let length = u64::from(width) * u64::from(height) * channels.count() as u64;
    let mut data = zeroed_buffer(length)?;
    decoder
        .read_image(&mut data)
        .map_err(|error| rejection(&error))?;
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared_color: DeclaredColor::default(),
        is_lossless: !decoder.is_lossy(),
        damage: None,
    })
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(_) => Rejection::corrupt("the WebP is truncated"),
        DecodingError::MemoryLimitExceeded => out_of_memory(),
        // The decoder's message may quote bytes of the file.
        _ => Rejection::corrupt("the WebP is damaged"),
    }
}
