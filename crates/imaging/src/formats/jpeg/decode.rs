//! Decoding of a JPEG, or of the first image of an MPO.
//!
//! The decoder runs in strict mode: it rejects an image with missing pixels instead of filling it with
//! gray. Damage without loss of pixels is repaired before (see [`Structure`]).

use std::borrow::Cow;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::cmyk::to_ink_amounts;
use super::structure::{Structure, TRUNCATED};
use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::pixels::{out_of_memory, zeroed_buffer};

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let structure = Structure::read(bytes)?;
    let bytes = structure.repair(bytes);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| rejection(&error))?;
    let stored = decoder
        .input_colorspace()
        .ok_or_else(|| Rejection::corrupt("the color space of the JPEG is unknown"))?;
    let (output, channels) = output_color_space(stored, &structure)?;
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let (width, height) = size(&decoder)?;
    let length = decoder.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = zeroed_buffer(length as u64)?;
    decoder
        .decode_into(&mut data)
        .map_err(|error| rejection(&error))?;
    to_ink_amounts(&mut data, stored, structure.has_adobe_marker());
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared_color: DeclaredColor::default(),
        is_lossless: false,
        damage: (matches!(bytes, Cow::Owned(_)) && structure.has_stray_bytes())
            .then_some("there are stray bytes between the segments of the file"),
    })
}

/// Returns the color space to request from the decoder. CMYK is requested as stored, because the
/// color engine converts it.
fn output_color_space(
    stored: ColorSpace,
    structure: &Structure,
) -> Result<(ColorSpace, Channels), Rejection> {
    Ok(match stored {
        ColorSpace::Luma => (ColorSpace::Luma, Channels::Gray),
        // If the output is YCbCr too, the decoder leaves the samples unchanged.
        ColorSpace::YCbCr if structure.is_untransformed_rgb() => (ColorSpace::YCbCr, Channels::Rgb),
        ColorSpace::YCbCr | ColorSpace::RGB => (ColorSpace::RGB, Channels::Rgb),
        ColorSpace::CMYK | ColorSpace::YCCK => (stored, Channels::Cmyk),
        _ => {
            return Err(Rejection::corrupt("the color space of the JPEG is unknown"));
        }
    })
}

fn size(decoder: &JpegDecoder<ZCursor<&[u8]>>) -> Result<(u32, u32), Rejection> {
    decoder
        .dimensions()
        .and_then(|(width, height)| Some((width.try_into().ok()?, height.try_into().ok()?)))
        .ok_or_else(|| Rejection::corrupt("the JPEG has no frame header"))
}

/// Replaces the decoder's message, which may quote bytes of the file.
fn rejection(error: &DecodeErrors) -> Rejection {
    Rejection::corrupt(match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => TRUNCATED,
        DecodeErrors::HuffmanDecode(_) | DecodeErrors::MCUError(_) => {
            "the compressed pixels of the JPEG are damaged"
        }
        _ => "the JPEG is damaged",
    })
}
