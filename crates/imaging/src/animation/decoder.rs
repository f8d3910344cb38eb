//! Decoding of an animation to composed frames.

use super::canvas::Canvas;
use super::frame::{Frame, FrameSource};
use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::geometry::Size;
use crate::pixels::zeroed_buffer;

/// Browsers treat a frame that is shown this long or less as one without a duration.
const MAX_UNSET_DURATION_MS: u32 = 10;
/// The time for which browsers show a frame without a duration.
const DEFAULT_DURATION_MS: u32 = 100;

/// The composed frames of an animation, or of a GIF with a single frame.
pub(crate) struct AnimationDecoder<'a> {
    frames: Box<dyn FrameSource + 'a>,
    canvas: Canvas,
    remaining: u32,
}

/// A composed frame: the whole canvas as it is displayed.
pub(crate) struct ComposedFrame {
    /// 8-bit RGBA.
    pub(crate) decoded: Decoded,
    /// The display time as in browsers: 100 ms for a frame that states 10 ms or less.
    pub(crate) duration_ms: u32,
}

impl<'a> AnimationDecoder<'a> {
    /// Creates a decoder of `frame_count` frames on a canvas of `size`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn new(
        frames: Box<dyn FrameSource + 'a>,
        size: Size,
        frame_count: u32,
    ) -> Result<Self, Rejection> {
        Ok(Self {
            frames,
            canvas: Canvas::new(size)?,
            remaining: frame_count,
        })
    }

    /// Returns the next composed frame; `None` after `frame_count` frames.
    ///
    /// # Errors
    /// `corrupt` if a pixel is missing or damaged; `out_of_memory`.
    pub(crate) fn next_frame(&mut self) -> Result<Option<ComposedFrame>, Rejection> {
        let Some(remaining) = self.remaining.checked_sub(1) else {
            return Ok(None);
        };
        self.remaining = remaining;
        let frame = self.frames.next_frame()?;
        self.canvas.draw(&frame);
        self.compose(&frame).map(Some)
    }

    /// Decodes the first frame only.
    ///
    /// # Errors
    /// As for [`AnimationDecoder::next_frame`]; `corrupt` if there is no frame.
    pub(crate) fn into_first_frame(mut self) -> Result<Decoded, Rejection> {
        match self.next_frame()? {
            Some(frame) => Ok(frame.decoded),
            None => Err(Rejection::corrupt("the animation has no frame")),
        }
    }

    /// Returns how many times the animation plays; 0 means forever. Only valid after the last frame.
    pub(crate) fn plays(&self) -> u16 {
        self.frames.plays()
    }

    /// Returns the damage in the frames decoded so far that costs few pixels or none, in words.
    pub(crate) fn damage(&self) -> Option<&'static str> {
        self.frames.damage()
    }

    fn compose(&self, frame: &Frame) -> Result<ComposedFrame, Rejection> {
        let canvas = self.canvas.pixels();
        let mut samples = zeroed_buffer(canvas.data.len() as u64)?;
        samples.copy_from_slice(&canvas.data);
        Ok(ComposedFrame {
            decoded: Decoded {
                width: canvas.width,
                height: canvas.height,
                channels: Channels::Rgba,
                samples: Samples::Eight(samples),
                declared_color: DeclaredColor::default(),
                is_lossless: self.frames.is_lossless(),
                damage: self.frames.damage(),
            },
            duration_ms: match frame.duration_ms {
                ..=MAX_UNSET_DURATION_MS => DEFAULT_DURATION_MS,
                duration_ms => duration_ms,
            },
        })
    }
}
