//! From a file's bytes to its samples, as they are stored.

mod gif;
mod jpeg;
mod png;
mod webp;

pub(crate) use png::Declared;

use image::{ImageDecoder, ImageError};

use crate::header::Header;
use crate::pixels::{buffer, out_of_memory};
use crate::{Rejection, RejectionCode, SourceFormat};

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
        SourceFormat::Gif => gif::decode(bytes, header),
        SourceFormat::Webp => webp::decode(bytes),
        SourceFormat::Heic | SourceFormat::Avif => Err(corrupt("this build reads no HEIF")),
    }?;
    // The limits were checked against the header, so nothing else may come out.
    if (decoded.width, decoded.height) != (header.width, header.height) {
        return Err(corrupt(
            "the picture is of another size than its header says",
        ));
    }
    Ok(decoded)
}

fn corrupt(message: &str) -> Rejection {
    Rejection::new(RejectionCode::Corrupt, message)
}

/// Reads all pixels of one of `image`'s decoders.
fn read_all(decoder: impl ImageDecoder) -> Result<Vec<u8>, Rejection> {
    let mut data = buffer(decoder.total_bytes())?;
    decoder
        .read_image(&mut data)
        .map_err(|error| image_error(&error))?;
    Ok(data)
}

fn image_error(error: &ImageError) -> Rejection {
    match error {
        ImageError::Limits(_) => out_of_memory(),
        ImageError::IoError(_) => corrupt("the picture is cut short"),
        // Further words of the decoder may quote what it read.
        _ => corrupt("the picture is damaged"),
    }
}
