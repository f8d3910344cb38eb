//! Decoding of a JPEG, or of the first image of an MPO.

use darkroom_jpeg::{ColorModel, Damage, Decoder, Error};

use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::formats::DecodingMemory;
use crate::pixels::{out_of_memory, zeroed_buffer};
use crate::{Rejection, RejectionCode};

/// Estimates the memory for decoding.
pub(super) fn memory(bytes: &[u8]) -> Result<DecodingMemory, Rejection> {
    let decoder = Decoder::new(bytes).map_err(rejection)?;
    let pixels = u64::from(decoder.frame().width) * u64::from(decoder.frame().height);
    let scratch = decoder.working_memory();
    Ok(DecodingMemory::new(pixels, channels(&decoder), 1, scratch))
}

fn channels(decoder: &Decoder<'_>) -> Channels {
    match decoder.color_model() {
        ColorModel::Gray => Channels::Gray,
        ColorModel::YCbCr | ColorModel::Rgb => Channels::Rgb,
        ColorModel::Cmyk | ColorModel::Ycck => Channels::Cmyk,
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let decoder = Decoder::new(bytes).map_err(rejection)?;
    let (width, height) = (decoder.frame().width, decoder.frame().height);
    let channels = channels(&decoder);
    let samples = u64::from(width) * u64::from(height) * channels.count() as u64;
    let mut data = zeroed_buffer(samples)?;
    let damage = decoder.decode_into(&mut data).map_err(rejection)?;
    if channels == Channels::Cmyk {
        // The samples are inverted, as in Adobe's software: 255 means no ink. Browsers treat files
        // without Adobe's marker in the same way.
        for sample in &mut data {
            *sample = u8::MAX - *sample;
        }
    }
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared_color: DeclaredColor::default(),
        is_lossless: false,
        damage: description(damage),
    })
}

pub(super) const fn description(damage: Damage) -> Option<&'static str> {
    if damage.lacks_detail {
        Some("the last scans of the file are missing, so the image lacks detail")
    } else if damage.has_stray_bytes {
        Some("there are stray bytes between the segments of the file")
    } else {
        None
    }
}

/// Returns the rejection of a file that cannot be decoded.
pub(super) fn rejection(error: Error) -> Rejection {
    match error {
        Error::Unsupported(message) => Rejection::unsupported(message),
        Error::OutOfMemory => out_of_memory(),
        Error::TooExpensive => Rejection::new(RejectionCode::TooExpensive, error.to_string()),
        error => Rejection::corrupt(error.to_string()),
    }
}
