//! A PNG, or the default image of an APNG.

use std::io::Cursor;

use png::{
    BitDepth, CodingIndependentCodePoints, ColorType, Decoder, DecodingError, Info, Limits,
    SourceChromaticities, Transformations,
};

use super::{Channels, Decoded, Samples, corrupt};
use crate::pixels::{buffer, out_of_memory};
use crate::{Rejection, RejectionCode};

/// What the decoder may allocate beside the pixels: a row and the inflate window.
const MAX_SCRATCH_BYTES: usize = 64 << 20;

/// What chunks other than iCCP say about colours (PNG, third edition, section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Declared {
    /// cICP.
    pub(crate) code_points: Option<CodingIndependentCodePoints>,
    /// Whether there is an sRGB chunk.
    pub(crate) srgb: bool,
    /// gAMA: the exponent of the encoding, such as 0.45455.
    pub(crate) gamma: Option<f32>,
    /// cHRM.
    pub(crate) chromaticities: Option<SourceChromaticities>,
}

impl Declared {
    fn of(info: &Info<'_>) -> Self {
        Self {
            code_points: info.coding_independent_code_points,
            srgb: info.srgb.is_some(),
            gamma: info.gama_chunk.map(|gamma| gamma.into_value()),
            chromaticities: info.chrm_chunk,
        }
    }
}

/// Palettes and packed samples come out as 8 bits a channel, tRNS as alpha, 16 bits as 16 bits.
///
/// A wrong checksum of a critical chunk or of the zlib stream is corrupt; one of an ancillary
/// chunk loses that chunk only.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let limits = Limits {
        bytes: MAX_SCRATCH_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|error| rejection(&error))?;
    let declared = Declared::of(reader.info());
    let (width, height) = reader.info().size();
    let (color, depth) = reader.output_color_type();
    let length = reader.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = buffer(length as u64)?;
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
        declared,
        lossless: true,
        damage: false,
    })
}

fn channels(color: ColorType) -> Result<Channels, Rejection> {
    Ok(match color {
        ColorType::Grayscale => Channels::Grey,
        ColorType::GrayscaleAlpha => Channels::GreyAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(corrupt("the palette cannot be resolved")),
    })
}

fn from_big_endian(data: &[u8]) -> Result<Vec<u16>, Rejection> {
    let mut samples = buffer(data.len() as u64 / 2)?;
    for (sample, bytes) in samples.iter_mut().zip(data.as_chunks::<2>().0) {
        *sample = u16::from_be_bytes(*bytes);
    }
    Ok(samples)
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::LimitsExceeded => Rejection::new(
            RejectionCode::OutOfMemory,
            "decoding needs more memory than it may have",
        ),
        DecodingError::IoError(_) => corrupt("the PNG is cut short"),
        // Further words of the decoder may quote what it read.
        _ => corrupt("the PNG is damaged"),
    }
}
