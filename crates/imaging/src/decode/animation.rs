//! What is seen of an animation, frame by frame.

use super::canvas::{Canvas, Frame};
use super::{Channels, Declared, Decoded, Samples, corrupt, gif, webp};
use crate::header::Header;
use crate::pixels::buffer;
use crate::{Rejection, SourceFormat};

/// Up to here a frame counts as one without a duration.
const NO_DURATION_MS: u32 = 10;
/// How long browsers show a frame without a duration.
const DEFAULT_DURATION_MS: u32 = 100;

/// The composed frames of an animation, or the one of a GIF that stands still.
pub(crate) struct Animation<'a> {
    frames: Frames<'a>,
    canvas: Canvas,
    left: u32,
}

enum Frames<'a> {
    Gif(Box<gif::Frames<'a>>),
    Webp(webp::Frames<'a>),
}

/// A composed frame: what is seen of the whole canvas while it is shown.
pub(crate) struct Shown {
    /// 8 bits of red, green, blue and alpha.
    pub(crate) decoded: Decoded,
    /// As browsers show it: one that says 10 ms or less is shown for 100.
    pub(crate) duration_ms: u32,
}

impl<'a> Animation<'a> {
    /// Opens a file with this header; no frame is decoded yet.
    ///
    /// # Errors
    /// `corrupt` where the file cannot hold frames; `out_of_memory`.
    pub(crate) fn open(bytes: &'a [u8], header: &Header) -> Result<Self, Rejection> {
        let frames = match header.format {
            SourceFormat::Gif => Frames::Gif(Box::new(gif::Frames::of(bytes)?)),
            SourceFormat::Webp => Frames::Webp(webp::Frames::of(bytes)),
            _ => return Err(corrupt("this is no animation")),
        };
        Ok(Self {
            frames,
            canvas: Canvas::new(header.width, header.height)?,
            left: header.frames,
        })
    }

    /// The next composed frame; `None` after as many as the header counted.
    ///
    /// # Errors
    /// `corrupt` if a pixel is missing or cannot be told; `out_of_memory`.
    pub(crate) fn next(&mut self) -> Result<Option<Shown>, Rejection> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let frame = match &mut self.frames {
            Frames::Gif(frames) => frames.next(),
            Frames::Webp(frames) => frames.next(),
        }?;
        self.canvas.draw(&frame);
        self.shown(&frame).map(Some)
    }

    /// How often it is played; 0 is for ever. To be asked after the last frame: a file may say so
    /// at its end.
    pub(crate) fn plays(&self) -> u16 {
        match &self.frames {
            Frames::Gif(frames) => frames.plays(),
            Frames::Webp(frames) => frames.plays(),
        }
    }

    fn shown(&self, frame: &Frame) -> Result<Shown, Rejection> {
        let seen = self.canvas.seen();
        let mut samples = buffer(seen.data.len() as u64)?;
        samples.copy_from_slice(&seen.data);
        Ok(Shown {
            decoded: Decoded {
                width: seen.width,
                height: seen.height,
                channels: Channels::Rgba,
                samples: Samples::Eight(samples),
                declared: Declared::default(),
                lossless: match &self.frames {
                    Frames::Gif(_) => true,
                    Frames::Webp(frames) => frames.lossless(),
                },
                damage: false,
            },
            duration_ms: match frame.duration_ms {
                ..=NO_DURATION_MS => DEFAULT_DURATION_MS,
                duration_ms => duration_ms,
            },
        })
    }
}
