//! The limits on a source, which are checked before any pixel is decoded.

use serde::{Deserialize, Serialize};

use crate::formats::{Header, sniff};
use crate::{Rejection, RejectionCode, SourceFormat};

/// Limits on a source. They are compared with its number of bytes, its format and its header before
/// any pixel is decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The maximum size of the file in bytes.
    pub max_bytes: u64,
    /// The maximum stored width in pixels of the canvas and of every frame, before orientation is
    /// applied.
    pub max_width: u32,
    /// The maximum stored height in pixels of the canvas and of every frame, before orientation is
    /// applied.
    pub max_height: u32,
    /// The maximum number of pixels of the canvas. If a frame is wider or taller than the canvas,
    /// the frame's width or height counts instead.
    pub max_pixels: u64,
    /// The maximum number of frames of an animation.
    pub max_frames: u32,
    /// The maximum number of pixels of all frames of an animation together. Every frame counts as a
    /// full canvas, because composing it costs that much.
    pub max_total_pixels: u64,
    /// The accepted formats.
    pub formats: Vec<SourceFormat>,
}

impl Limits {
    /// Creates limits for [`inspect`](crate::inspect): only the number of bytes and the number of
    /// frames are bounded, and every format is accepted.
    pub fn for_inspection(max_bytes: u64, max_frames: u32) -> Self {
        Self {
            max_bytes,
            max_width: u32::MAX,
            max_height: u32::MAX,
            max_pixels: u64::MAX,
            max_frames,
            max_total_pixels: u64::MAX,
            formats: SourceFormat::ALL.to_vec(),
        }
    }

    /// Checks a file by its first bytes and its header, and returns its format and header.
    ///
    /// # Errors
    /// `too_many_bytes`, the errors of [`sniff`] and [`SourceFormat::read_header`],
    /// `unsupported_format`, `dimensions_exceeded`, `too_many_pixels` or `too_many_frames`.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(SourceFormat, Header), Rejection> {
        self.check_bytes(bytes)?;
        let format = sniff(bytes)?;
        self.check_format(format)?;
        let header = format.read_header(bytes, self.max_frames)?;
        self.check_header(&header)?;
        let header = format.count_frames(bytes, header, self.max_frames)?;
        self.check_header(&header)?;
        Ok((format, header))
    }

    fn check_bytes(&self, bytes: &[u8]) -> Result<(), Rejection> {
        let length = bytes.len() as u64;
        if length > self.max_bytes {
            return Err(Rejection::too_many_bytes(length, self.max_bytes));
        }
        Ok(())
    }

    fn check_format(&self, format: SourceFormat) -> Result<(), Rejection> {
        let is_accepted = self.formats.contains(&format);
        reject_if(!is_accepted, RejectionCode::UnsupportedFormat, || {
            let names: Vec<_> = self.formats.iter().map(|format| format.name()).collect();
            format!(
                "{} is not an accepted format; the accepted formats are {}",
                format.name(),
                names.join(", ")
            )
        })
    }

    fn check_header(&self, header: &Header) -> Result<(), Rejection> {
        let width = header.width.max(header.max_frame_width);
        let height = header.height.max(header.max_frame_height);
        let is_too_large = width > self.max_width || height > self.max_height;
        reject_if(is_too_large, RejectionCode::DimensionsExceeded, || {
            let limit = format!("{} x {} px", self.max_width, self.max_height);
            format!("{width} x {height} px exceed the limit of {limit}")
        })?;
        let pixels = u64::from(width) * u64::from(height);
        let limit = self.max_pixels;
        reject_if(pixels > limit, RejectionCode::TooManyPixels, || {
            format!("{pixels} px exceed the limit of {limit}")
        })?;
        let limit = self.max_frames;
        reject_if(header.frames > limit, RejectionCode::TooManyFrames, || {
            format!("the animation has more than {limit} frames")
        })?;
        self.check_total_pixels(pixels, header.frames)
    }

    /// Checks the number of pixels of all frames together. This limit does not apply to still
    /// images.
    fn check_total_pixels(&self, pixels: u64, frames: u32) -> Result<(), Rejection> {
        let total = pixels.saturating_mul(u64::from(frames));
        let limit = self.max_total_pixels;
        let is_too_large = frames > 1 && total > limit;
        reject_if(is_too_large, RejectionCode::TooManyPixels, || {
            format!("{total} px in {frames} frames exceed the limit of {limit}")
        })
    }
}

fn reject_if(
    is_exceeded: bool,
    code: RejectionCode,
    message: impl FnOnce() -> String,
) -> Result<(), Rejection> {
    if is_exceeded {
        Err(Rejection::new(code, message()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            max_bytes: 1000,
            max_width: 4096,
            max_height: 4096,
            max_pixels: 10_000_000,
            max_frames: 100,
            max_total_pixels: 50_000_000,
            formats: vec![SourceFormat::Jpeg, SourceFormat::Gif],
        }
    }

    fn header(width: u32, height: u32, frames: u32) -> Header {
        Header {
            frames,
            ..Header::still(width, height)
        }
    }

    fn rejection(width: u32, height: u32, frames: u32) -> Rejection {
        limits()
            .check_header(&header(width, height, frames))
            .unwrap_err()
    }

    #[test]
    fn a_source_at_its_limits_is_accepted() {
        assert_eq!(limits().check_bytes(&[0; 1000]), Ok(()));
        assert_eq!(limits().check_header(&header(4096, 2441, 1)), Ok(()));
        assert_eq!(limits().check_header(&header(1000, 500, 100)), Ok(()));
    }

    #[test]
    fn each_limit_has_its_code() {
        let bytes = limits().check_bytes(&[0; 1001]).unwrap_err();
        assert_eq!(bytes.code, RejectionCode::TooManyBytes);
        let code = |width, height, frames| rejection(width, height, frames).code;
        assert_eq!(code(4097, 1, 1), RejectionCode::DimensionsExceeded);
        assert_eq!(code(4000, 4000, 1), RejectionCode::TooManyPixels);
        assert_eq!(code(10, 10, 101), RejectionCode::TooManyFrames);
        assert_eq!(code(1000, 1000, 51), RejectionCode::TooManyPixels);
        let format = limits().check_format(SourceFormat::Png).unwrap_err();
        assert_eq!(format.code, RejectionCode::UnsupportedFormat);
    }

    #[test]
    fn the_message_states_the_size_and_the_limit() {
        let expected = "5000 x 3000 px exceed the limit of 4096 x 4096 px";
        assert_eq!(rejection(5000, 3000, 1).message, expected);
    }

    #[test]
    fn a_frame_larger_than_its_canvas_counts_with_its_own_size() {
        let mut frame = header(10, 10, 1);
        frame.max_frame_width = 65_535;
        let rejection = limits().check_header(&frame).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::DimensionsExceeded);
    }
}
