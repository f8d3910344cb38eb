//! Decoding of the frames of a GIF.

use gif::{
    ColorOutput, DecodeOptions, Decoder, DecodingError, DisposalMethod, MemoryLimit, Repeat,
};

use crate::Rejection;
use crate::animation::{AnimationDecoder, Blending, Disposal, Frame, FrameSource};
use crate::decoded::Decoded;
use crate::formats::Header;
use crate::geometry::Size;
use crate::pixels::{Layout, Pixels, out_of_memory};

/// Decodes the first frame.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    AnimationDecoder::new(open_frames(bytes)?, header.size(), header.frames)?.into_first_frame()
}

/// Opens the frames.
pub(super) fn open_frames<'a>(bytes: &'a [u8]) -> Result<Box<dyn FrameSource + 'a>, Rejection> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    // The frames were checked with the header, and metadata is no larger than the file.
    options.set_memory_limit(MemoryLimit::Unlimited);
    let decoder = options.read_info(bytes);
    Ok(Box::new(GifFrames {
        decoder: decoder.map_err(|error| rejection(&error))?,
    }))
}

struct GifFrames<'a> {
    decoder: Decoder<&'a [u8]>,
}

impl FrameSource for GifFrames<'_> {
    fn next_frame(&mut self) -> Result<Frame, Rejection> {
        let info = self.decoder.next_frame_info();
        let info = info
            .map_err(|error| rejection(&error))?
            .ok_or_else(|| Rejection::corrupt("a frame of the GIF is missing"))?;
        let size = Size::new(info.width.into(), info.height.into());
        let mut frame = Frame {
            x: info.left.into(),
            y: info.top.into(),
            pixels: Pixels::zeroed(size, Layout::Rgba)?,
            blending: Blending::Over,
            disposal: match info.dispose {
                DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
                DisposalMethod::Background => Disposal::Clear,
                DisposalMethod::Previous => Disposal::Restore,
            },
            duration_ms: u32::from(info.delay) * 10,
        };
        if !frame.pixels.data.is_empty() {
            self.decoder
                .read_into_buffer(&mut frame.pixels.data)
                .map_err(|error| rejection(&error))?;
        }
        Ok(frame)
    }

    /// Returns the number of plays. GIF counts the repetitions after the first play, and a file
    /// without a count plays once.
    fn plays(&self) -> u16 {
        match self.decoder.repeat() {
            Repeat::Infinite => 0,
            Repeat::Finite(repetitions) => repetitions.saturating_add(1),
        }
    }

    fn is_lossless(&self) -> bool {
        true
    }
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => out_of_memory(),
        DecodingError::UnexpectedEof | DecodingError::Io(_) => {
            Rejection::corrupt("the GIF is truncated")
        }
        _ => Rejection::corrupt("the GIF is damaged"),
    }
}
