//! Decoding of a PNG, or of the default image of an APNG.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, DecodingError, Info, Limits, Transformations};

use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::pixels::{out_of_memory, zeroed_buffer};
use crate::{Rejection, RejectionCode};

/// The number of bytes that the decoder may allocate beside the pixels: a row and the inflate window.
const MAX_SCRATCH_BYTES: usize = 64 << 20;

/// Decodes an image. Palettes and packed samples become 8 bits per channel, tRNS becomes alpha, 16 bits
/// stay 16 bits.
///
/// A wrong checksum of a critical chunk or of the zlib stream is `corrupt`; an ancillary chunk with a
/// wrong checksum is ignored.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let limits = Limits {
        bytes: MAX_SCRATCH_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|error| rejection(&error))?;
    let declared_color = declared_color(reader.info());
    let (width, height) = reader.info().size();
    let (color, depth) = reader.output_color_type();
    let length = reader.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = zeroed_buffer(length as u64)?;
    reader
        .next_frame(&mut data)
        .map_err(|error| rejection(&error))?;
    Ok(Decoded {
        width,
        height,
        channels: channels(color)?,
        samples: match depth {
            BitDepth::Sixteen => Samples::Sixteen(from_big_endian(&data)?),
            _ => Samples::Eight(data),
        },
        declared_color,
        is_lossless: true,
        damage: None,
    })
}

fn declared_color(info: &Info<'_>) -> DeclaredColor {
    DeclaredColor {
        code_points: info.coding_independent_code_points,
        is_srgb: info.srgb.is_some(),
        gamma: info.gama_chunk.map(|gamma| gamma.into_value()),
        chromaticities: info.chrm_chunk,
    }
}

fn channels(color: ColorType) -> Result<Channels, Rejection> {
    Ok(match color {
        ColorType::Grayscale => Channels::Gray,
        ColorType::GrayscaleAlpha => Channels::GrayAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(Rejection::corrupt("the palette was not expanded")),
    })
}

fn from_big_endian(data: &[u8]) -> Result<Vec<u16>, Rejection> {
    let mut samples = zeroed_buffer(data.len() as u64 / 2)?;
    for (sample, bytes) in samples.iter_mut().zip(data.as_chunks::<2>().0) {
        *sample = u16::from_be_bytes(*bytes);
    }
    Ok(samples)
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::LimitsExceeded => Rejection::new(
            RejectionCode::OutOfMemory,
            "decoding needs more memory than is allowed",
        ),
        DecodingError::IoError(_) => Rejection::corrupt("the PNG is truncated"),
        // The decoder's message may quote bytes of the file.
        _ => Rejection::corrupt("the PNG is damaged"),
    }
}
