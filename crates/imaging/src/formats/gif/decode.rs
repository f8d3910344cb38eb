//! Decoding of the frames of a GIF.

use super::blocks::{Block, Blocks, Image};
use super::extension::{GraphicControl, label, loop_count};
use super::pixels::{self, FramePixels};
use crate::Rejection;
use crate::animation::{AnimationDecoder, Blending, Frame, FrameSource};
use crate::decoded::Decoded;
use crate::formats::Header;
use crate::formats::header::truncated;

/// The color table for a frame without a local or global one: all black, as in Chromium.
const BLACK: &[u8] = &[0; 256 * 3];

/// Decodes the first frame.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    AnimationDecoder::new(open_frames(bytes)?, header.size(), header.frames)?.into_first_frame()
}

/// Opens the frames.
pub(super) fn open_frames<'a>(bytes: &'a [u8]) -> Result<Box<dyn FrameSource + 'a>, Rejection> {
    let (screen, blocks) = Blocks::new(bytes).ok_or_else(truncated)?;
    let loops = blocks.clone().filter_map(|block| match block {
        Block::Extension {
            label: label::APPLICATION,
            data,
        } => loop_count(data),
        _ => None,
    });
    Ok(Box::new(GifFrames {
        // In the file, a loop count of 0 means forever, and any other count is the number of
        // repetitions after the first play. A file without a loop count plays once.
        plays: match loops.last() {
            None => 1,
            Some(0) => 0,
            Some(repetitions) => repetitions.saturating_add(1),
        },
        palette: screen.palette,
        blocks,
        has_short_frame: false,
    }))
}

struct GifFrames<'a> {
    /// The blocks after the last decoded frame.
    blocks: Blocks<'a>,
    /// The global color table; empty if there is none.
    palette: &'a [u8],
    plays: u16,
    /// `true` if a decoded frame lacked pixels.
    has_short_frame: bool,
}

impl GifFrames<'_> {
    fn decode(&mut self, image: &Image<'_>, control: GraphicControl) -> Result<Frame, Rejection> {
        let palette = match (image.palette, self.palette) {
            ([], []) => BLACK,
            ([], global) => global,
            (local, _) => local,
        };
        let FramePixels { pixels, is_short } = pixels::decode(image, palette, control.transparent)?;
        self.has_short_frame |= is_short;
        Ok(Frame {
            x: image.left.into(),
            y: image.top.into(),
            pixels,
            blending: Blending::Over,
            disposal: control.disposal,
            duration_ms: control.duration_ms,
        })
    }
}

impl FrameSource for GifFrames<'_> {
    fn next_frame(&mut self) -> Result<Frame, Rejection> {
        let mut control = GraphicControl::default();
        while let Some(block) = self.blocks.next() {
            match block {
                Block::Extension {
                    label: label::GRAPHIC_CONTROL,
                    data,
                } => control = GraphicControl::read(data).unwrap_or_default(),
                Block::Extension { .. } => {}
                Block::Image(image) => return self.decode(&image, control),
            }
        }
        Err(Rejection::corrupt("a frame of the GIF is missing"))
    }

    fn plays(&self) -> u16 {
        self.plays
    }

    fn is_lossless(&self) -> bool {
        true
    }

    fn damage(&self) -> Option<&'static str> {
        self.has_short_frame
            .then_some("a frame of the GIF lacks its last pixels")
    }
}
