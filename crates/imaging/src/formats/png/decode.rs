//! Decoding of a PNG, or of the default image of an APNG.

use png::{BitDepth, ColorType, Decoder, DecodingError, Info, Limits, Transformations};

use super::normalized::Normalized;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::pixels::{out_of_memory, zeroed_buffer};
use crate::{Rejection, RejectionCode};

/// The number of bytes that the decoder may allocate beside the pixels: a row and the inflate window.
const MAX_SCRATCH_BYTES: usize = 64 << 20;

/// Decodes an image. Palettes and packed samples become 8 bits per channel, tRNS becomes alpha, 16 bits
/// stay 16 bits.
///
/// The checksums of chunks cover every pixel, so that of the zlib stream is not verified: other readers
/// ignore it too.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let normalized = Normalized::new(bytes)?;
    let limits = Limits {
        bytes: MAX_SCRATCH_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(normalized.reader(), limits);
    decoder.ignore_checksums(true);
    decoder.set_transformations(Transformations::EXPAND);
    let rejection = |error| rejection(&error, normalized.has_end);
    let mut reader = decoder.read_info().map_err(rejection)?;
    let declared_color = declared_color(reader.info());
    let (width, height) = reader.info().size();
    let (color, depth) = reader.output_color_type();
    let length = reader.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = zeroed_buffer(length as u64)?;
    reader.next_frame(&mut data).map_err(rejection)?;
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
        damage: (!normalized.has_end).then_some("the PNG ends before its last chunk"),
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

fn rejection(error: &DecodingError, has_end: bool) -> Rejection {
    match error {
        DecodingError::LimitsExceeded => Rejection::new(
            RejectionCode::OutOfMemory,
            "decoding needs more memory than is allowed",
        ),
        // The decoder's message may quote bytes of the file.
        _ if has_end => Rejection::corrupt("the PNG is damaged"),
        _ => Rejection::corrupt("the PNG is truncated"),
    }
}
