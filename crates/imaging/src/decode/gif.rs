//! The frames of a GIF.

use gif::{
    ColorOutput, DecodeOptions, Decoder, DecodingError, DisposalMethod, MemoryLimit, Repeat,
};

use super::canvas::{Blending, Disposal, Frame};
use super::corrupt;
use crate::Rejection;
use crate::pixels::{Layout, Pixels, out_of_memory};

pub(super) struct Frames<'a> {
    decoder: Decoder<&'a [u8]>,
}

impl<'a> Frames<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, Rejection> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::RGBA);
        // Frames were checked with the header, and metadata is no larger than the file.
        options.set_memory_limit(MemoryLimit::Unlimited);
        let decoder = options.read_info(bytes);
        Ok(Self {
            decoder: decoder.map_err(|error| rejection(&error))?,
        })
    }

    /// The next frame, of which there has to be one.
    pub(super) fn next(&mut self) -> Result<Frame, Rejection> {
        let info = self.decoder.next_frame_info();
        let info = info
            .map_err(|error| rejection(&error))?
            .ok_or_else(|| corrupt("a frame of the GIF is missing"))?;
        let mut frame = Frame {
            x: info.left.into(),
            y: info.top.into(),
            picture: Pixels::zeroed(info.width.into(), info.height.into(), Layout::Rgba)?,
            blending: Blending::Over,
            disposal: match info.dispose {
                DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
                DisposalMethod::Background => Disposal::Clear,
                DisposalMethod::Previous => Disposal::Restore,
            },
            duration_ms: u32::from(info.delay) * 10,
        };
        if !frame.picture.data.is_empty() {
            self.decoder
                .read_into_buffer(&mut frame.picture.data)
                .map_err(|error| rejection(&error))?;
        }
        Ok(frame)
    }

    /// How often the animation is played; 0 is for ever.
    ///
    /// GIF counts what comes after the first time, and a file that says nothing is played once.
    pub(super) fn plays(&self) -> u16 {
        match self.decoder.repeat() {
            Repeat::Infinite => 0,
            Repeat::Finite(again) => again.saturating_add(1),
        }
    }
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => out_of_memory(),
        DecodingError::UnexpectedEof | DecodingError::Io(_) => corrupt("the GIF is cut short"),
        _ => corrupt("the GIF is damaged"),
    }
}
