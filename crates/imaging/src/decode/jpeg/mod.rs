//! A JPEG, or the first picture of an MPO.
//!
//! The decoder runs in its strict mode: a picture with pixels missing is refused, not filled with
//! grey. What costs no pixel is put right before (see [`structure`]).

mod inks;
mod structure;

use std::borrow::Cow;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Channels, Declared, Decoded, Samples, corrupt};
use crate::Rejection;
use crate::pixels::{buffer, out_of_memory};
use structure::Structure;

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let structure = Structure::of(bytes)?;
    let bytes = structure.mended(bytes);
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
        .ok_or_else(|| corrupt("the colour space of the JPEG cannot be told"))?;
    let (wanted, channels) = output(stored, &structure)?;
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let (width, height) = size(&decoder)?;
    let length = decoder.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = buffer(length as u64)?;
    decoder
        .decode_into(&mut data)
        .map_err(|error| rejection(&error))?;
    inks::to_amounts(&mut data, stored, structure.has_adobe());
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared: Declared::default(),
        lossless: false,
        damage: matches!(bytes, Cow::Owned(_)) && structure.has_strays(),
    })
}

/// What to ask of the decoder: inks as they are stored, since a colour engine converts them.
fn output(stored: ColorSpace, structure: &Structure) -> Result<(ColorSpace, Channels), Rejection> {
    Ok(match stored {
        ColorSpace::Luma => (ColorSpace::Luma, Channels::Grey),
        // Asked for what it takes for YCbCr, the decoder leaves the samples as they are.
        ColorSpace::YCbCr if structure.is_untransformed_rgb() => (ColorSpace::YCbCr, Channels::Rgb),
        ColorSpace::YCbCr | ColorSpace::RGB => (ColorSpace::RGB, Channels::Rgb),
        ColorSpace::CMYK | ColorSpace::YCCK => (stored, Channels::Cmyk),
        _ => {
            return Err(corrupt(
                "the components of the JPEG are of no known colour space",
            ));
        }
    })
}

fn size(decoder: &JpegDecoder<ZCursor<&[u8]>>) -> Result<(u32, u32), Rejection> {
    decoder
        .dimensions()
        .and_then(|(width, height)| Some((width.try_into().ok()?, height.try_into().ok()?)))
        .ok_or_else(|| corrupt("there is no frame header in the JPEG"))
}

/// Decoders may quote what they read, so their own words go no further.
fn rejection(error: &DecodeErrors) -> Rejection {
    corrupt(match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => structure::CUT_SHORT,
        DecodeErrors::HuffmanDecode(_) | DecodeErrors::MCUError(_) => {
            "the compressed pixels of the JPEG are damaged"
        }
        _ => "the JPEG is damaged",
    })
}
