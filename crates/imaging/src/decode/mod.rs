//! From a file's bytes to its samples, as they are stored.

mod animation;
mod canvas;
mod gif;
mod jpeg;
mod png;
mod webp;

pub(crate) use animation::{Animation, Shown};
pub(crate) use png::Declared;

use crate::header::Header;
use crate::riff::is_animated;
use crate::{Rejection, RejectionCode, SourceFormat, heif};

/// What the samples of a pixel stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Amounts of ink: 0 is none.
    Cmyk,
}

impl Channels {
    /// Samples of a pixel.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }
}

/// Samples at the depth of the source, the pixels of a row one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Samples {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

/// A decoded picture, neither upright nor in a known colour space yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decoded {
    /// Width in pixels, as stored.
    pub(crate) width: u32,
    /// Height in pixels, as stored.
    pub(crate) height: u32,
    /// What the samples of a pixel stand for.
    pub(crate) channels: Channels,
    /// `width * height * channels.count()` samples.
    pub(crate) samples: Samples,
    /// What the format itself says about colours, other than by an ICC profile.
    pub(crate) declared: Declared,
    /// Whether the source kept its pixels exactly.
    pub(crate) lossless: bool,
    /// Whether the file was damaged in a way that cost no pixel.
    pub(crate) damage: bool,
}

/// Decodes a still picture, or the first frame of an animation.
///
/// # Errors
/// `corrupt` if a pixel is missing or cannot be told; `out_of_memory`.
pub(crate) fn still(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    let decoded = match header.format {
        SourceFormat::Jpeg => jpeg::decode(bytes),
        SourceFormat::Png => png::decode(bytes),
        SourceFormat::Gif => first_frame(bytes, header),
        SourceFormat::Webp if is_animated(bytes) => first_frame(bytes, header),
        SourceFormat::Webp => webp::decode(bytes),
        SourceFormat::Heic | SourceFormat::Avif => heif::decode(bytes, header.format),
    }?;
    // The limits were checked against the header, so nothing else may come out.
    if (decoded.width, decoded.height) != (header.width, header.height) {
        return Err(corrupt(
            "the picture is of another size than its header says",
        ));
    }
    Ok(decoded)
}

fn first_frame(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    match Animation::open(bytes, header)?.next()? {
        Some(shown) => Ok(shown.decoded),
        None => Err(corrupt("there is no frame in the animation")),
    }
}

fn corrupt(message: &str) -> Rejection {
    Rejection::new(RejectionCode::Corrupt, message)
}
