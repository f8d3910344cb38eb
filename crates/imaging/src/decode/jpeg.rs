//! A JPEG, or the first picture of an MPO.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Channels, Declared, Decoded, Samples, corrupt};
use crate::Rejection;
use crate::pixels::{buffer, out_of_memory};

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| rejection(&error))?;
    let stored = decoder
        .input_colorspace()
        .ok_or_else(|| corrupt("the colour space cannot be told"))?;
    let (wanted, channels) = match stored {
        ColorSpace::Luma => (ColorSpace::Luma, Channels::Grey),
        ColorSpace::YCbCr | ColorSpace::RGB => (ColorSpace::RGB, Channels::Rgb),
        ColorSpace::CMYK => (ColorSpace::CMYK, Channels::Cmyk),
        ColorSpace::YCCK => (ColorSpace::YCCK, Channels::Cmyk),
        _ => return Err(corrupt("the components are of no known colour space")),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let (width, height) = decoder
        .dimensions()
        .and_then(|(width, height)| Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?)))
        .ok_or_else(|| corrupt("there is no frame header"))?;
    let length = decoder.output_buffer_size().ok_or_else(out_of_memory)?;
    let mut data = buffer(length as u64)?;
    decoder
        .decode_into(&mut data)
        .map_err(|error| rejection(&error))?;
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared: Declared::default(),
        lossless: false,
        damage: None,
    })
}

/// Decoders may quote what they read, so their own words go no further.
fn rejection(error: &DecodeErrors) -> Rejection {
    corrupt(match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => "the JPEG is cut short",
        DecodeErrors::HuffmanDecode(_) | DecodeErrors::MCUError(_) => {
            "the compressed pixels of the JPEG are damaged"
        }
        _ => "the JPEG is damaged",
    })
}
