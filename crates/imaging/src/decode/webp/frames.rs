//! The frames of an animated WebP (RFC 9649, section 2.7.1.1).
//!
//! Each is decoded as the still picture that it is. `image-webp`'s own way through an animation
//! does not dispose of frames as the format says, so they are composed here.

use super::decode;
use crate::Rejection;
use crate::decode::canvas::{Blending, Disposal, Frame};
use crate::decode::{Channels, Samples, corrupt};
use crate::header::{u16_le, u24_le};
use crate::pixels::{Layout, Pixels};
use crate::riff::{
    Chunk, Features, chunks_of_file, chunks_of_frame, extended_file, is_of_the_picture, push_chunk,
};

const DISPOSE_FLAG: u8 = 0x01;
const REPLACE_FLAG: u8 = 0x02;

pub(in crate::decode) struct Frames<'a> {
    /// The data of the `ANMF` chunks that are still to come.
    left: std::vec::IntoIter<&'a [u8]>,
    plays: u16,
    lossless: bool,
}

impl<'a> Frames<'a> {
    pub(in crate::decode) fn of(bytes: &'a [u8]) -> Self {
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
        Self {
            lossless: !frames.iter().any(is_lossy),
            left: frames.into_iter(),
            plays,
        }
    }

    /// The next frame, of which there has to be one.
    pub(in crate::decode) fn next(&mut self) -> Result<Frame, Rejection> {
        let data = self
            .left
            .next()
            .ok_or_else(|| corrupt("a frame of the WebP is missing"))?;
        frame(data)?.ok_or_else(|| corrupt("the WebP is cut short"))
    }

    /// How often the animation is played; 0 is for ever.
    pub(in crate::decode) const fn plays(&self) -> u16 {
        self.plays
    }

    /// Whether all frames kept their pixels exactly.
    pub(in crate::decode) const fn lossless(&self) -> bool {
        self.lossless
    }
}

/// `None` if the frame's own fields are cut short.
fn frame(data: &[u8]) -> Result<Option<Frame>, Rejection> {
    let fields = || {
        Some((
            (u24_le(data, 0)? * 2, u24_le(data, 3)? * 2),
            (u24_le(data, 6)? + 1, u24_le(data, 9)? + 1),
            u24_le(data, 12)?,
            *data.get(15)?,
        ))
    };
    let Some(((x, y), size, duration_ms, flags)) = fields() else {
        return Ok(None);
    };
    Ok(Some(Frame {
        x,
        y,
        picture: picture(data, size)?,
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

/// Decodes the chunks of a frame as a file of their own.
fn picture(data: &[u8], size: (u32, u32)) -> Result<Pixels, Rejection> {
    let of_the_picture: Vec<Chunk<'_>> = chunks_of_frame(data)
        .filter(|chunk| is_of_the_picture(chunk.name))
        .collect();
    let features = Features {
        has_icc: false,
        has_alpha: of_the_picture.iter().any(|chunk| chunk.name != b"VP8 "),
        is_animated: false,
    };
    let mut chunks = Vec::new();
    for chunk in of_the_picture {
        push_chunk(&mut chunks, chunk.name, chunk.data);
    }
    let decoded = decode(&extended_file(size, features, &chunks))?;
    if (decoded.width, decoded.height) != size {
        return Err(corrupt(
            "a frame of the WebP is of another size than it says",
        ));
    }
    let Samples::Eight(data) = decoded.samples else {
        return Err(corrupt("a frame of the WebP has an unknown depth"));
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
