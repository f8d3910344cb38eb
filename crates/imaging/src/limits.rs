//! The bounds that a source has to keep before a pixel of it is decoded.

use crate::header::Header;
use crate::{Limits, Rejection, RejectionCode, SourceFormat};

impl Limits {
    /// Creates limits for [`inspect`](crate::inspect): only the file size and the number of counted
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

    /// # Errors
    /// `too_many_bytes`.
    pub(crate) fn check_bytes(&self, bytes: &[u8]) -> Result<(), Rejection> {
        let length = bytes.len() as u64;
        refuse_if(length > self.max_bytes, RejectionCode::TooManyBytes, || {
            format!("{length} bytes is over the limit of {}", self.max_bytes)
        })
    }

    /// # Errors
    /// `unsupported_format` for a format that is read but not let in.
    pub(crate) fn check_format(&self, format: SourceFormat) -> Result<(), Rejection> {
        let allowed = self.formats.contains(&format);
        refuse_if(!allowed, RejectionCode::UnsupportedFormat, || {
            let names: Vec<_> = self.formats.iter().map(|format| format.name()).collect();
            format!(
                "{} is not among the accepted formats: {}",
                format.name(),
                names.join(", ")
            )
        })
    }

    /// # Errors
    /// `dimensions_exceeded`, `too_many_pixels` or `too_many_frames`.
    pub(crate) fn check_header(&self, header: &Header) -> Result<(), Rejection> {
        let width = header.width.max(header.widest_frame);
        let height = header.height.max(header.highest_frame);
        let too_large = width > self.max_width || height > self.max_height;
        refuse_if(too_large, RejectionCode::DimensionsExceeded, || {
            let limit = format!("{} x {}", self.max_width, self.max_height);
            format!("{width} x {height} px is over the limit of {limit}")
        })?;
        let pixels = u64::from(width) * u64::from(height);
        refuse_if(
            pixels > self.max_pixels,
            RejectionCode::TooManyPixels,
            || format!("{pixels} px is over the limit of {}", self.max_pixels),
        )?;
        let frames = header.frames;
        refuse_if(
            frames > self.max_frames,
            RejectionCode::TooManyFrames,
            || format!("more than {} frames is over the limit", self.max_frames),
        )?;
        self.check_total(pixels.saturating_mul(u64::from(frames)), frames)
    }

    /// A still picture is bound by its own pixels only.
    fn check_total(&self, total: u64, frames: u32) -> Result<(), Rejection> {
        let too_many = frames > 1 && total > self.max_total_pixels;
        refuse_if(too_many, RejectionCode::TooManyPixels, || {
            let limit = self.max_total_pixels;
            format!("{total} px in {frames} frames is over the limit of {limit}")
        })
    }
}

fn refuse_if(
    over: bool,
    code: RejectionCode,
    message: impl FnOnce() -> String,
) -> Result<(), Rejection> {
    if over {
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
            format: SourceFormat::Gif,
            width,
            height,
            frames,
            widest_frame: width,
            highest_frame: height,
        }
    }

    fn refusal(width: u32, height: u32, frames: u32) -> Rejection {
        limits()
            .check_header(&header(width, height, frames))
            .unwrap_err()
    }

    #[test]
    fn a_picture_at_its_limits_passes() {
        assert_eq!(limits().check_bytes(&[0; 1000]), Ok(()));
        assert_eq!(limits().check_header(&header(4096, 2441, 1)), Ok(()));
        assert_eq!(limits().check_header(&header(1000, 500, 100)), Ok(()));
    }

    #[test]
    fn each_limit_has_its_code() {
        let bytes = limits().check_bytes(&[0; 1001]).unwrap_err();
        assert_eq!(bytes.code, RejectionCode::TooManyBytes);
        assert_eq!(refusal(4097, 1, 1).code, RejectionCode::DimensionsExceeded);
        assert_eq!(refusal(4000, 4000, 1).code, RejectionCode::TooManyPixels);
        assert_eq!(refusal(10, 10, 101).code, RejectionCode::TooManyFrames);
        assert_eq!(refusal(1000, 1000, 51).code, RejectionCode::TooManyPixels);
        let format = limits().check_format(SourceFormat::Png).unwrap_err();
        assert_eq!(format.code, RejectionCode::UnsupportedFormat);
    }

    #[test]
    fn the_message_says_the_size_and_the_limit() {
        let expected = "5000 x 3000 px is over the limit of 4096 x 4096";
        assert_eq!(refusal(5000, 3000, 1).message, expected);
    }

    #[test]
    fn a_frame_larger_than_its_canvas_counts_as_large_as_it_is() {
        let mut frame = header(10, 10, 1);
        frame.widest_frame = 65_535;
        let refused = limits().check_header(&frame).unwrap_err();
        assert_eq!(refused.code, RejectionCode::DimensionsExceeded);
    }
}
