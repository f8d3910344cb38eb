//! Decoding of a still image, or of the first frame of an animation.

use super::color::declared_color;
use super::decoder::{Decoder, Mode};
use super::frames;
use super::metadata::is_lossless;
use super::sample_format::SampleFormat;
use crate::Rejection;
use crate::animation::AnimationDecoder;
use crate::decoded::{Channels, Decoded, Samples};
use crate::formats::Header;
use crate::pixels::zeroed_buffer;

/// Decodes an image to 8 or 16 bits per sample. Does not turn it upright.
///
/// # Errors
/// `corrupt`, `unsupported_format` or `out_of_memory`.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    let mut decoder = Decoder::open(bytes, Mode::Pixels, Some(header.size()))?;
    if header.frames > 1 {
        decoder.set_format(&SampleFormat::FRAME)?;
        let frames = frames::open(bytes)?;
        let decoded = AnimationDecoder::new(frames, header.size(), header.frames)?;
        return Ok(Decoded {
            declared_color: declared_color(&decoder),
            ..decoded.into_first_frame()?
        });
    }
    let format = SampleFormat::of_still(&decoder.info, &decoder.profile)?;
    decoder.set_format(&format)?;
    let count = header.size().area() * format.channels.count() as u64;
    let mut samples = if format.is_deep {
        let mut samples = zeroed_buffer(count)?;
        decoder.decode_frame(bytemuck::cast_slice_mut(&mut samples))?;
        Samples::Sixteen(samples)
    } else {
        let mut samples = zeroed_buffer(count)?;
        decoder.decode_frame(&mut samples)?;
        Samples::Eight(samples)
    };
    if format.channels == Channels::Cmyk {
        invert(&mut samples);
    }
    Ok(Decoded {
        width: header.width,
        height: header.height,
        channels: format.channels,
        samples,
        declared_color: declared_color(&decoder),
        is_lossless: is_lossless(bytes, &decoder.info),
        damage: None,
    })
}

/// Inverts all samples. In JPEG XL, 0 is full ink, but in [`Channels::Cmyk`], 0 is no ink.
fn invert(samples: &mut Samples) {
    match samples {
        Samples::Eight(samples) => samples.iter_mut().for_each(|ink| *ink = !*ink),
        Samples::Sixteen(samples) => samples.iter_mut().for_each(|ink| *ink = !*ink),
    }
}
