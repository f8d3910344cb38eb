//! What a picture's header says about its size, read without decoding a pixel.

mod gif;
mod jpeg;
mod png;
mod webp;

use crate::{Rejection, RejectionCode, SourceFormat, heif};

/// Size and frames of a picture, as its header claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The real format.
    pub(crate) format: SourceFormat,
    /// Stored width of the canvas in pixels, at least 1.
    pub(crate) width: u32,
    /// Stored height of the canvas in pixels, at least 1.
    pub(crate) height: u32,
    /// Frames of the animation, at least 1; counting stops one above the cap it was read with.
    pub(crate) frames: u32,
    /// Width of the widest frame where it is another than the canvas, as GIF allows.
    pub(crate) widest_frame: u32,
    /// Height of the highest frame where it is another than the canvas.
    pub(crate) highest_frame: u32,
}

impl Header {
    /// Reads the header of a file that [`sniff`](crate::sniff::sniff) took for `format`.
    ///
    /// Frames are counted by walking the blocks of the file, and no further than one above
    /// `frame_cap`.
    ///
    /// # Errors
    /// `corrupt` if the header is cut short, contradicts itself or says that there are no pixels;
    /// `unsupported_format` for a coding process of JPEG that is not read.
    pub(crate) fn read(
        bytes: &[u8],
        format: SourceFormat,
        frame_cap: u32,
    ) -> Result<Self, Rejection> {
        let header = match format {
            SourceFormat::Jpeg => jpeg::read(bytes),
            SourceFormat::Png => png::read(bytes),
            SourceFormat::Gif => gif::read(bytes, frame_cap),
            SourceFormat::Webp => webp::read(bytes, frame_cap),
            SourceFormat::Heic | SourceFormat::Avif => {
                let (width, height) = heif::size(bytes, format)?;
                Ok(Self::still(format, width, height))
            }
        }?;
        if header.width == 0 || header.height == 0 {
            return Err(corrupt("the picture has no pixels"));
        }
        Ok(header)
    }

    fn still(format: SourceFormat, width: u32, height: u32) -> Self {
        Self {
            format,
            width,
            height,
            frames: 1,
            widest_frame: width,
            highest_frame: height,
        }
    }
}

fn corrupt(message: &str) -> Rejection {
    Rejection::new(RejectionCode::Corrupt, message)
}

fn cut_short() -> Rejection {
    corrupt("the file ends within its header")
}

fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(field.try_into().ok()?))
}

pub(crate) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    u16_be(bytes, at).map(u16::swap_bytes)
}

pub(crate) fn u24_le(bytes: &[u8], at: usize) -> Option<u32> {
    let low = u16_le(bytes, at)?;
    let high = *bytes.get(at.checked_add(2)?)?;
    Some(u32::from(low) | u32::from(high) << 16)
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(field.try_into().ok()?))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    u32_be(bytes, at).map(u32::swap_bytes)
}
