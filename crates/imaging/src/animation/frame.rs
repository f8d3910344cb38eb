//! Frames as files store them.

use crate::Rejection;
use crate::pixels::Pixels;

/// A frame as a file stores it: the part of the canvas that changes.
pub(crate) struct Frame {
    /// The distance in pixels from the canvas's left edge.
    pub(crate) x: u32,
    /// The distance in pixels from the canvas's top edge.
    pub(crate) y: u32,
    /// The pixels to draw; some may lie outside the canvas.
    pub(crate) pixels: Pixels,
    /// The way the frame is drawn.
    pub(crate) blending: Blending,
    /// The treatment of the frame's rectangle before the next frame is drawn.
    pub(crate) disposal: Disposal,
    /// The display time, as the file states it.
    pub(crate) duration_ms: u32,
}

/// The way a frame is drawn on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blending {
    /// The frame is alpha-blended over the canvas.
    Over,
    /// The frame's pixels replace those of the canvas, even where the frame is transparent.
    Replace,
}

/// The treatment of a frame's rectangle before the next frame is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// The rectangle is kept.
    Keep,
    /// The rectangle becomes transparent. As in every browser, the file's background color is ignored.
    Clear,
    /// The rectangle is restored to the content that it had before the frame was drawn.
    Restore,
}

/// The frames of a file, in order.
pub(crate) trait FrameSource {
    /// Decodes the next frame.
    ///
    /// # Errors
    /// `corrupt` if there is no further frame or the frame is damaged; `out_of_memory`.
    fn next_frame(&mut self) -> Result<Frame, Rejection>;

    /// Returns how many times the animation plays; 0 means forever.
    ///
    /// This is only valid after the last frame, because a file may state the number at its end.
    fn plays(&self) -> u16;

    /// Returns whether the encoding of all frames is lossless.
    fn is_lossless(&self) -> bool;

    /// Returns a description of minor damage in the frames decoded so far. Minor damage affects few
    /// pixels or none.
    fn damage(&self) -> Option<&'static str> {
        None
    }
}
