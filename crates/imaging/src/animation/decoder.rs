//! Decoding of an animation into changes of its canvas.

use super::canvas::Canvas;
use super::frame::FrameSource;
use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::geometry::{Area, Size};
use crate::pixels::crop;

/// The longest duration that browsers ignore. They show a frame with such a duration for
/// [`DEFAULT_DURATION_MS`].
const MAX_UNSET_DURATION_MS: u32 = 10;
/// The time for which browsers show a frame whose duration they ignore.
const DEFAULT_DURATION_MS: u32 = 100;

/// A decoder of an animation, or of a GIF with a single frame.
pub(crate) struct AnimationDecoder<'a> {
    frames: Box<dyn FrameSource + 'a>,
    canvas: Canvas,
    remaining: u32,
}

/// The effect of a frame on the displayed canvas.
pub(crate) struct ComposedFrame {
    /// The part of the canvas that contains every change; `None` if nothing changed.
    pub(crate) change: Option<Change>,
    /// The display time as in browsers: 100 ms for a frame that states 10 ms or less.
    pub(crate) duration_ms: u32,
}

/// A part of the canvas that may have changed.
pub(crate) struct Change {
    /// The position on the canvas, in stored pixels.
    pub(crate) area: Area,
    /// The pixels of the area as they are displayed now: 8-bit RGBA.
    pub(crate) decoded: Decoded,
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

    /// Composes the next frame; `None` after `frame_count` frames.
    ///
    /// # Errors
    /// `corrupt` if pixels are missing or damaged, except for minor [damage](Self::damage);
    /// `out_of_memory`.
    pub(crate) fn next_frame(&mut self) -> Result<Option<ComposedFrame>, Rejection> {
        let Some(remaining) = self.remaining.checked_sub(1) else {
            return Ok(None);
        };
        self.remaining = remaining;
        let frame = self.frames.next_frame()?;
        let area = self.canvas.draw(&frame);
        Ok(Some(ComposedFrame {
            change: area.map(|area| self.change(area)).transpose()?,
            duration_ms: match frame.duration_ms {
                ..=MAX_UNSET_DURATION_MS => DEFAULT_DURATION_MS,
                duration_ms => duration_ms,
            },
        }))
    }

    /// Decodes the first frame only.
    ///
    /// # Errors
    /// As for [`AnimationDecoder::next_frame`]; `corrupt` if the animation does not have a frame.
    pub(crate) fn into_first_frame(mut self) -> Result<Decoded, Rejection> {
        if self.next_frame()?.is_none() {
            return Err(Rejection::corrupt("the animation has no frame"));
        }
        let whole = Area::from_size(self.canvas.pixels().size());
        Ok(self.change(whole)?.decoded)
    }

    /// Returns how many times the animation plays; 0 means forever. Only valid after the last frame.
    pub(crate) fn plays(&self) -> u16 {
        self.frames.plays()
    }

    /// Returns whether the encoding of all frames is lossless.
    pub(crate) fn is_lossless(&self) -> bool {
        self.frames.is_lossless()
    }

    /// Returns a description of minor damage in the frames decoded so far. Minor damage affects few
    /// pixels or none.
    pub(crate) fn damage(&self) -> Option<&'static str> {
        self.frames.damage()
    }

    fn change(&self, area: Area) -> Result<Change, Rejection> {
        let pixels = crop(self.canvas.pixels(), area.rect())?;
        let decoded = Decoded {
            width: pixels.width,
            height: pixels.height,
            channels: Channels::Rgba,
            samples: Samples::Eight(pixels.data),
            declared_color: DeclaredColor::default(),
            is_lossless: self.frames.is_lossless(),
            damage: self.frames.damage(),
        };
        Ok(Change { area, decoded })
    }
}
