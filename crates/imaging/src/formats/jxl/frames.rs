//! The frames of an animation. The decoder composes them, so each one fills the canvas.

use super::decoder::{Decoder, Mode};
use super::header;
use super::metadata::is_lossless;
use super::sample_format::SampleFormat;
use crate::Rejection;
use crate::animation::{Blending, Disposal, Frame, FrameSource};
use crate::geometry::Size;
use crate::pixels::{Layout, Pixels};

/// Opens the frames.
///
/// # Errors
/// `corrupt`, `unsupported_format` or `out_of_memory`.
pub(super) fn open<'a>(bytes: &'a [u8]) -> Result<Box<dyn FrameSource + 'a>, Rejection> {
    let size = header::read(bytes)?.size();
    let mut decoder = Decoder::open(bytes, Mode::Pixels, Some(size))?;
    // This function refuses samples that are not supported, such as XYB. It accepts CMYK, which is
    // not supported in animations.
    let format = SampleFormat::of_still(&decoder.info, &decoder.profile)?;
    if format.channels == crate::decoded::Channels::Cmyk {
        return Err(Rejection::unsupported(
            "the image is an animation in CMYK, which is not supported",
        ));
    }
    decoder.set_format(&SampleFormat::FRAME)?;
    let loops = decoder
        .info
        .animation
        .as_ref()
        .map(|animation| animation.num_loops);
    Ok(Box::new(JxlFrames {
        is_lossless: is_lossless(bytes, &decoder.info),
        plays: u16::try_from(loops.unwrap_or(1)).unwrap_or(u16::MAX),
        size,
        decoder,
    }))
}

struct JxlFrames<'a> {
    decoder: Decoder<&'a [u8]>,
    size: Size,
    /// The number of times the animation plays; 0 means forever.
    plays: u16,
    is_lossless: bool,
}

impl FrameSource for JxlFrames<'_> {
    fn next_frame(&mut self) -> Result<Frame, Rejection> {
        let mut pixels = Pixels::zeroed(self.size, Layout::Rgba)?;
        let duration = self.decoder.decode_frame(&mut pixels.data)?;
        Ok(Frame {
            x: 0,
            y: 0,
            pixels,
            blending: Blending::Replace,
            disposal: Disposal::Keep,
            duration_ms: whole_milliseconds(duration),
        })
    }

    fn plays(&self) -> u16 {
        self.plays
    }

    fn is_lossless(&self) -> bool {
        self.is_lossless
    }
}

/// Rounds a display time to whole milliseconds. The cast saturates, and turns NaN into 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn whole_milliseconds(duration: f64) -> u32 {
    duration.round() as u32
}
