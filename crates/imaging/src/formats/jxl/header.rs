//! The header, the number of frames, and the memory that decoding needs.

use jxl::api::Event;

use super::decoder::{Decoder, MAX_EXTRA_CHANNELS, Mode};
use super::sample_format::SampleFormat;
use crate::Rejection;
use crate::formats::{DecodingMemory, Header};

/// The bytes per pixel that decoding a still image needs besides its samples: low frequencies, and
/// borders of groups.
const SCRATCH_BYTES: u64 = 1;
/// The bytes that decoding a still image needs besides its samples, whatever its size: tables, and
/// a group of 256 x 256 pixels.
const FIXED_BYTES: u64 = 3 << 20;
/// The bytes per pixel that decoding a frame of an animation needs besides its samples: the
/// reference frame that it changes, as floats.
const FRAME_SCRATCH_BYTES: u64 = 16;

/// Reads the size of the image. Does not count frames.
///
/// # Errors
/// `corrupt`, `unsupported_format` or `out_of_memory`.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    let info = Decoder::open(bytes, Mode::Pixels, None)?.info;
    if info.extra_channels.len() > MAX_EXTRA_CHANNELS {
        return Err(Rejection::unsupported(format!(
            "the image has more than {MAX_EXTRA_CHANNELS} channels besides color"
        )));
    }
    let side = |side: usize| {
        u32::try_from(side).map_err(|_| Rejection::corrupt("the size of the image is out of range"))
    };
    Ok(Header::still(side(info.size.0)?, side(info.size.1)?))
}

/// Counts the frames that are shown, and stops at one more than `max_frames`.
///
/// # Errors
/// `corrupt` if the animation is truncated or damaged; `out_of_memory`.
pub(super) fn count_frames(
    bytes: &[u8],
    header: &Header,
    max_frames: u32,
) -> Result<u32, Rejection> {
    let mut decoder = Decoder::open(bytes, Mode::Frames, Some(header.size()))?;
    if decoder.info.animation.is_none() {
        return Ok(1);
    }
    loop {
        let event = decoder.advance()?;
        let frames = u32::try_from(decoder.frames().len()).unwrap_or(u32::MAX);
        if event == Event::Complete || frames > max_frames {
            return Ok(frames);
        }
    }
}

/// Estimates the memory for decoding.
///
/// # Errors
/// `unsupported_format`.
pub(super) fn decoding_memory(bytes: &[u8], header: &Header) -> Result<DecodingMemory, Rejection> {
    let pixels = header.size().area();
    if header.frames > 1 {
        let format = SampleFormat::FRAME;
        let scratch = pixels.saturating_mul(FRAME_SCRATCH_BYTES);
        return Ok(DecodingMemory::new(pixels, format.channels, 1, scratch));
    }
    let decoder = Decoder::open(bytes, Mode::Pixels, None)?;
    let format = SampleFormat::of_still(&decoder.info, &decoder.profile)?;
    let scratch = pixels
        .saturating_mul(SCRATCH_BYTES)
        .saturating_add(FIXED_BYTES);
    let sample_bytes = format.sample_bytes();
    Ok(DecodingMemory::new(
        pixels,
        format.channels,
        sample_bytes,
        scratch,
    ))
}
