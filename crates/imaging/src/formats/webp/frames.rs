//! The frames of an animated WebP (RFC 9649, section 2.7.1.1).
//!
//! Each frame is decoded as a still image. `image-webp` can decode animations too, but does not dispose
//! of frames as the format specifies. So [`crate::animation`] composes the frames.

use super::riff::{chunks_of_file, chunks_of_frame};
use super::still::decode_image;
use crate::Rejection;
use crate::animation::{Blending, Disposal, Frame, FrameSource};
use crate::decoded::{Channels, Samples};
use crate::formats::bytes::{u16_le, u24_le};
use crate::geometry::Size;
use crate::pixels::{Layout, Pixels};

const DISPOSE_FLAG: u8 = 0x01;
const REPLACE_FLAG: u8 = 0x02;

/// Opens the frames. This never fails, because damage is detected only when a frame is decoded.
pub(super) fn open<'a>(bytes: &'a [u8]) -> Result<Box<dyn FrameSource + 'a>, Rejection> {
    let mut frames = Vec::new();
    let mut plays = 0;
    for chunk in chunks_of_file(bytes) {
        match chunk.name {
            b"ANMF" => frames.push(chunk.data),
            b"ANIM" => plays = u16_le(chunk.data, 4).unwrap_or_default(),
            _ => {}
        }
    }
    let is_lossy = |frame: &&[u8]| chunks_of_frame(frame).any(|chunk| chunk.name == b"VP8 ");
    Ok(Box::new(WebpFrames {
        is_lossless: !frames.iter().any(is_lossy),
        remaining: frames.into_iter(),
        plays,
    }))
}

struct WebpFrames<'a> {
    /// The contents of the `ANMF` chunks that are not decoded yet.
    remaining: std::vec::IntoIter<&'a [u8]>,
    plays: u16,
    is_lossless: bool,
}

impl FrameSource for WebpFrames<'_> {
    fn next_frame(&mut self) -> Result<Frame, Rejection> {
        let frame = self
            .remaining
            .next()
            .ok_or_else(|| Rejection::corrupt("a frame of the WebP is missing"))?;
        read_frame(frame)?.ok_or_else(|| Rejection::corrupt("the WebP is truncated"))
    }

    fn plays(&self) -> u16 {
        self.plays
    }

    fn is_lossless(&self) -> bool {
        self.is_lossless
    }
}

/// Reads the content of an `ANMF` chunk; `None` if its fields are truncated.
fn read_frame(frame: &[u8]) -> Result<Option<Frame>, Rejection> {
    let fields = || {
        Some((
            (u24_le(frame, 0)? * 2, u24_le(frame, 3)? * 2),
            Size::new(u24_le(frame, 6)? + 1, u24_le(frame, 9)? + 1),
            u24_le(frame, 12)?,
            *frame.get(15)?,
        ))
    };
    let Some(((x, y), size, duration_ms, flags)) = fields() else {
        return Ok(None);
    };
    Ok(Some(Frame {
        x,
        y,
        pixels: decode_frame(frame, size)?,
        blending: match flags & REPLACE_FLAG {
            0 => Blending::Over,
            _ => Blending::Replace,
        },
        disposal: match flags & DISPOSE_FLAG {
            0 => Disposal::Keep,
            _ => Disposal::Clear,
        },
        duration_ms,
    }))
}

/// Decodes the image of a frame.
fn decode_frame(frame: &[u8], size: Size) -> Result<Pixels, Rejection> {
    let decoded = decode_image(chunks_of_frame(frame))?;
    if decoded.size() != size {
        return Err(Rejection::corrupt(
            "the size of a WebP frame differs from that in its header",
        ));
    }
    let Samples::Eight(data) = decoded.samples else {
        return Err(Rejection::corrupt(
            "a frame of the WebP has an unknown depth",
        ));
    };
    Ok(Pixels {
        width: decoded.width,
        height: decoded.height,
        layout: match decoded.channels {
            Channels::Rgba => Layout::Rgba,
            _ => Layout::Rgb,
        },
        data,
    })
}
