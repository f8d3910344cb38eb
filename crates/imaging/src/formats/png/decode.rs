//! Decoding of a PNG, or of the default image of an APNG.

use std::io::{BufRead, Seek};

use png::{BitDepth, ColorType, Decoder, DecodingError, Info, Limits, Reader, Transformations};

use super::normalized::Normalized;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::pixels::{out_of_memory, zeroed_buffer};
use crate::{Rejection, RejectionCode};

/// The number of bytes that the decoder may allocate besides the pixels, for a row and the inflate
/// window.
const MAX_SCRATCH_BYTES: usize = 64 << 20;

/// Decodes an image. Palette indices and samples of fewer than 8 bits become 8 bits per channel, tRNS
/// becomes an alpha channel, and 16-bit samples keep 16 bits.
///
/// The checksum of the zlib stream is not verified, because the checksums of the chunks cover every
/// pixel. Other readers ignore it too.
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
    let samples = match depth {
        BitDepth::Sixteen if !reader.info().interlaced => {
            let mut samples = zeroed_buffer(length as u64 / 2)?;
            read_rows(&mut reader, &mut samples).map_err(rejection)?;
            Samples::Sixteen(samples)
        }
        _ => {
            let mut data = zeroed_buffer(length as u64)?;
            reader.next_frame(&mut data).map_err(rejection)?;
            match depth {
                BitDepth::Sixteen => Samples::Sixteen(from_big_endian(&data)?),
                _ => Samples::Eight(data),
            }
        }
    };
    Ok(Decoded {
        width,
        height,
        channels: channels(color)?,
        samples,
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

/// Reads 16-bit samples row by row, so that they are in memory only once.
fn read_rows<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    samples: &mut [u16],
) -> Result<(), DecodingError> {
    let row_length = reader.info().width as usize * reader.output_color_type().0.samples();
    for samples in samples.chunks_mut(row_length) {
        if let Some(row) = reader.next_row()? {
            copy_big_endian(row.data(), samples);
        }
    }
    Ok(())
}

fn from_big_endian(data: &[u8]) -> Result<Vec<u16>, Rejection> {
    let mut samples = zeroed_buffer(data.len() as u64 / 2)?;
    copy_big_endian(data, &mut samples);
    Ok(samples)
}

fn copy_big_endian(data: &[u8], samples: &mut [u16]) {
    for (sample, bytes) in samples.iter_mut().zip(data.as_chunks::<2>().0) {
        *sample = u16::from_be_bytes(*bytes);
    }
}

fn rejection(error: &DecodingError, has_end: bool) -> Rejection {
    match error {
        DecodingError::LimitsExceeded => Rejection::new(
            RejectionCode::OutOfMemory,
            "decoding needs more memory than is allowed",
        ),
        // The decoder's message is left out, because it may quote bytes of the file.
        _ if has_end => Rejection::corrupt("the PNG is damaged"),
        _ => Rejection::corrupt("the PNG is truncated"),
    }
}
