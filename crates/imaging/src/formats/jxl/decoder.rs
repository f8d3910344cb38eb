//! A wrapper of the decoder in the crate `jxl`. It sets limits, and turns errors into rejections.

use std::io::Error as IoError;

use jxl::api::{
    AlphaMode, Event, JxlBasicInfo, JxlBitstreamInput, JxlColorProfile, JxlDecoder,
    JxlDecoderOptions, JxlOutputBuffer, ProfileLevel, VisibleFrameInfo,
};
use jxl::error::Error;

use super::sample_format::SampleFormat;
use crate::Rejection;
use crate::geometry::Size;
use crate::pixels::out_of_memory;

/// The maximum number of channels besides color. Level 5 of the format, which is enough for photos,
/// allows 4.
pub(super) const MAX_EXTRA_CHANNELS: usize = 8;
/// The number of samples that every frame may have, on top of the allowance for each pixel of the
/// image. A small image may use patches from a larger frame, which itself is not shown.
const SPARE_SAMPLES: u64 = 1 << 22;

/// The use of a decoder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Decoding pixels.
    Pixels,
    /// Reading the headers of all frames. The decoder skips the pixels of frames that are shown. It
    /// cannot skip frames that are not shown, so it decodes them.
    Frames,
}

/// A decoder that has read the header of a file.
pub(super) struct Decoder<I> {
    inner: JxlDecoder,
    input: I,
    /// The header.
    pub(super) info: JxlBasicInfo,
    /// The color space that the file states.
    pub(super) profile: JxlColorProfile,
}

impl<I: JxlBitstreamInput> Decoder<I> {
    /// Reads the header of a file. `size` is the size of the image, which has been checked against
    /// the limits. The decoder refuses a frame that is much larger. A caller that passes no `size`
    /// may use only the header.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn open(mut input: I, mode: Mode, size: Option<Size>) -> Result<Self, Rejection> {
        let mut options = JxlDecoderOptions::default();
        options.adjust_orientation = false;
        options.alpha_mode = AlphaMode::Unpremultiplied;
        options.max_profile_level = ProfileLevel::Main10;
        options.scan_frames_only = mode == Mode::Frames;
        options.sample_limit = size.map(sample_limit);
        let mut inner = JxlDecoder::new(options);
        let event = inner.process(&mut input, None, None);
        match (
            event.map_err(|error| rejection(&error))?,
            inner.basic_info().cloned(),
            inner.embedded_color_profile().cloned(),
        ) {
            (Event::BasicInfo, Some(info), Some(profile)) => Ok(Self {
                inner,
                input,
                info,
                profile,
            }),
            _ => Err(truncated()),
        }
    }

    /// Returns the color space of the decoded samples. It differs from the stated color space if
    /// the file has an ICC profile but codes its samples as XYB, independently of that profile.
    pub(super) fn output_profile(&self) -> &JxlColorProfile {
        self.inner.output_color_profile().unwrap_or(&self.profile)
    }

    /// Sets the format of the decoded samples.
    ///
    /// # Errors
    /// `unsupported_format`.
    pub(super) fn set_format(&mut self, format: &SampleFormat) -> Result<(), Rejection> {
        let format = format.to_jxl(self.info.extra_channels.len());
        self.inner
            .set_pixel_format(format)
            .map_err(|error| rejection(&error))
    }

    /// Continues to the decoder's next event.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn advance(&mut self) -> Result<Event, Rejection> {
        self.process(None)
    }

    /// Decodes the next frame that is shown into `pixels`, which must have exactly the length of
    /// the whole image. Returns the display time of the frame in milliseconds.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn decode_frame(&mut self, pixels: &mut [u8]) -> Result<f64, Rejection> {
        let mut duration = 0.0;
        loop {
            match self.process(Some(pixels))? {
                Event::FrameHeader => {
                    let header = self.inner.frame_header();
                    duration = header.and_then(|header| header.duration).unwrap_or(0.0);
                }
                Event::FrameComplete { .. } => return Ok(duration),
                _ => return Err(Rejection::corrupt("a frame of the image is missing")),
            }
        }
    }

    /// Returns the frames that have been read so far, except those that are not shown.
    pub(super) fn frames(&self) -> &[VisibleFrameInfo] {
        self.inner.scanned_frames()
    }

    /// Returns the length of the image file in bytes, without any bytes after the image; `None`
    /// until the last frame has been read.
    pub(super) fn file_length(&self) -> Option<usize> {
        let length = self.inner.file_length()?;
        usize::try_from(length).ok()
    }

    fn process(&mut self, pixels: Option<&mut [u8]>) -> Result<Event, Rejection> {
        let (_, height) = self.info.size;
        let event = match pixels {
            Some(pixels) => {
                let row = pixels.len() / height;
                let mut buffer = [JxlOutputBuffer::new(pixels, height, row)];
                self.inner.process(&mut self.input, Some(&mut buffer), None)
            }
            None => self.inner.process(&mut self.input, None, None),
        };
        match event {
            Ok(Event::NeedMoreInput { .. }) => Err(truncated()),
            Ok(event) => Ok(event),
            Err(error) => Err(rejection(&error)),
        }
    }
}

/// Returns the limit on the samples of one frame. The decoder refuses a frame that reaches it.
fn sample_limit(size: Size) -> usize {
    let samples = size.area().saturating_mul(3 + MAX_EXTRA_CHANNELS as u64);
    usize::try_from(samples.saturating_add(SPARE_SAMPLES)).unwrap_or(usize::MAX)
}

fn truncated() -> Rejection {
    Rejection::corrupt("the image is truncated")
}

fn rejection(error: &Error) -> Rejection {
    match error {
        Error::OutOfMemory(_) | Error::ImageOutOfMemory(..) => out_of_memory(),
        Error::LevelLimitExceeded { .. } => {
            Rejection::unsupported("the image exceeds the limits of its JPEG XL level")
        }
        Error::ImageSizeTooLarge(..) => {
            Rejection::corrupt("a frame of the image is much larger than the image")
        }
        // The decoder's message is left out, because it may quote values of the file.
        _ => Rejection::corrupt("the image is damaged"),
    }
}

/// Returns the error of an input that does not provide the content of frames.
pub(super) fn no_content() -> IoError {
    IoError::other("the content of frames is not read")
}
