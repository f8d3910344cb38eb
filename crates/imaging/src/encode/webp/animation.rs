//! Animated WebP files (RFC 9649, section 2.7.1.1).
//!
//! Every frame of the source stays a frame. libwebp's own animation encoder would merge frames that
//! look the same. A frame contains only the area of the canvas that changes, with either all of its
//! pixels or only the changed ones, whichever is smaller. No frame is disposed of.

use std::borrow::Cow;

use super::frame_diff::{Area, changed_area, changed_pixels};
use super::still::{WebpOptions, encode};
use crate::formats::webp::riff::{
    Features, chunks_of_file, extended_file, is_image_chunk, push_chunk, push_u24,
};
use crate::geometry::{Orientation, Size};
use crate::pixels::{Layout, Pixels, crop};
use crate::{Encoding, Rejection};

/// The longest duration, which has 24 bits.
const MAX_DURATION_MS: u32 = 0xff_ffff;

/// Encodes an animated WebP, one composed frame at a time.
pub(crate) struct AnimationEncoder {
    options: WebpOptions,
    previous: Option<Pixels>,
    size: Size,
    /// The `ANMF` chunks so far.
    frames: Vec<u8>,
    has_alpha: bool,
}

/// The blending method of a frame, a flag of `ANMF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blending {
    Over = 0x00,
    Replace = 0x02,
}

/// The encoded pixels of a frame.
struct EncodedFrame {
    /// The `ALPH`, `VP8 ` and `VP8L` chunks.
    chunks: Vec<u8>,
    blending: Blending,
    has_alpha: bool,
}

impl AnimationEncoder {
    /// Creates an encoder; `None` unless the encoding
    /// [supports animation](Encoding::supports_animation).
    pub(crate) fn new(encoding: Encoding, is_source_lossless: bool) -> Option<Self> {
        let Encoding::Webp {
            quality,
            effort,
            mode,
        } = encoding
        else {
            return None;
        };
        Some(Self {
            options: WebpOptions {
                quality,
                effort,
                mode,
                is_source_lossless,
            },
            previous: None,
            size: Size::new(0, 0),
            frames: Vec::new(),
            has_alpha: false,
        })
    }

    /// Adds a composed frame, which shows the whole canvas; all frames have the same size.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn add_frame(&mut self, frame: Pixels, duration_ms: u32) -> Result<(), Rejection> {
        let frame = frame.with_alpha()?;
        let (area, encoded) = match &self.previous {
            None => {
                let area = Area::from_size(frame.size());
                let pixels = crop(&frame, area.rect())?;
                (area, self.encode_frame(pixels, Blending::Replace)?)
            }
            Some(previous) => match changed_area(previous, &frame) {
                None => {
                    let transparent = Pixels::zeroed(Size::new(1, 1), Layout::Rgba)?;
                    (Area::MIN, self.encode_frame(transparent, Blending::Over)?)
                }
                Some(area) => (area, self.encode_smallest(previous, &frame, area)?),
            },
        };
        self.push(area, duration_ms, &encoded);
        self.size = frame.size();
        self.previous = Some(frame);
        Ok(())
    }

    /// Returns the file, which plays `plays` times; 0 means forever.
    pub(crate) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<u8> {
        let mut chunks = Vec::with_capacity(self.frames.len());
        if let Some(icc) = icc {
            push_chunk(&mut chunks, b"ICCP", icc);
        }
        // The background color, transparent here, is ignored by every browser.
        let mut parameters = vec![0; 4];
        parameters.extend(plays.to_le_bytes());
        push_chunk(&mut chunks, b"ANIM", &parameters);
        chunks.extend(self.frames);
        let features = Features {
            has_icc: icc.is_some(),
            has_alpha: self.has_alpha,
            is_animated: true,
        };
        extended_file(self.size, features, &chunks)
    }

    /// Encodes all pixels of an area, or only the changed ones if that is smaller.
    fn encode_smallest(
        &self,
        previous: &Pixels,
        frame: &Pixels,
        area: Area,
    ) -> Result<EncodedFrame, Rejection> {
        let (before, after) = (crop(previous, area.rect())?, crop(frame, area.rect())?);
        let changed = changed_pixels(&before, &after);
        let all = self.encode_frame(after, Blending::Replace)?;
        let Some(changed) = changed else {
            return Ok(all);
        };
        let changed = self.encode_frame(changed, Blending::Over)?;
        Ok(if changed.chunks.len() < all.chunks.len() {
            changed
        } else {
            all
        })
    }

    fn encode_frame(&self, pixels: Pixels, blending: Blending) -> Result<EncodedFrame, Rejection> {
        let pixels = pixels.without_opaque_alpha();
        let has_alpha = pixels.layout == Layout::Rgba;
        let file = encode(Cow::Owned(pixels), Orientation::UPRIGHT, self.options, None)?;
        let mut chunks = Vec::with_capacity(file.len());
        for chunk in chunks_of_file(&file).filter(|chunk| is_image_chunk(chunk.name)) {
            push_chunk(&mut chunks, chunk.name, chunk.data);
        }
        Ok(EncodedFrame {
            chunks,
            blending,
            has_alpha,
        })
    }

    fn push(&mut self, area: Area, duration_ms: u32, frame: &EncodedFrame) {
        let mut body = Vec::with_capacity(16 + frame.chunks.len());
        push_u24(&mut body, area.x / 2);
        push_u24(&mut body, area.y / 2);
        push_u24(&mut body, area.width - 1);
        push_u24(&mut body, area.height - 1);
        push_u24(&mut body, duration_ms.min(MAX_DURATION_MS));
        body.push(frame.blending as u8);
        body.extend_from_slice(&frame.chunks);
        push_chunk(&mut self.frames, b"ANMF", &body);
        self.has_alpha |= frame.has_alpha;
    }
}
