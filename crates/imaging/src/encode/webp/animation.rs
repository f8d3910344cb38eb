//! Animated WebP files (RFC 9649, section 2.7.1.1).
//!
//! Every frame of the source stays a frame. libwebp's own animation encoder would merge frames that
//! look the same. A frame contains only a rectangle of the canvas that encloses all changes. If
//! much of the rectangle is unchanged, the unchanged part is made transparent. Otherwise the whole
//! rectangle is encoded. Each frame is encoded once, except that the mode `auto` may encode the
//! first frame both with and without loss. No frame is disposed of before the next.

use std::borrow::Cow;

use super::affordable::is_lossless_affordable;
use super::flatness::is_flat;
use super::frame_mask::{changed_blocks, changed_pixels};
use super::still::{WebpOptions, encode};
use crate::formats::webp::riff::{
    Features, chunks_of_file, extended_file, is_image_chunk, push_chunk, push_u24,
};
use crate::geometry::{Area, Orientation, Size};
use crate::pixels::{Layout, Pixels, changed_area, crop};
use crate::{Encoding, Rejection, WebpMode};

/// The longest duration of a frame. The format stores it in 24 bits.
const MAX_DURATION_MS: u32 = 0xff_ffff;

/// A frame with at least this many pixels is large. Small frames take little time to encode,
/// whatever the effort.
const LARGE_FRAME: u64 = 512 * 512;
/// The number of levels by which the effort is lowered for large frames after the first, because
/// each of them is visible only for a moment. With effort 1 instead of 2, encoding an opaque frame
/// takes 0.8 times as long, and the frame has about 5 % more bytes.
const EFFORT_REDUCTION: u8 = 1;

/// An encoder of an animated WebP, one change of the canvas at a time.
pub(crate) struct AnimationEncoder {
    options: WebpOptions,
    /// The bitstream of the first frame, lossy or lossless. Later frames have the same bitstream,
    /// with two exceptions: in the mode `auto`, areas that are not [flat](is_flat), or not
    /// [affordable](is_lossless_affordable), are lossy, and a frame that looks like the previous
    /// one is always lossless.
    bitstream: WebpMode,
    /// The RGBA canvas after the last frame, as it was before lossy encoding.
    displayed: Pixels,
    /// The `ANMF` chunks so far.
    frames: Vec<u8>,
    has_alpha: bool,
}

/// The blending method of a frame, which is a flag in its `ANMF` chunk.
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

impl EncodedFrame {
    /// Returns the kind of the bitstream.
    fn bitstream(&self) -> WebpMode {
        match self.chunks.starts_with(b"VP8L") {
            true => WebpMode::Lossless,
            false => WebpMode::Lossy,
        }
    }
}

impl AnimationEncoder {
    /// Creates an encoder with the first frame, which has the size of the canvas; `None` if the
    /// encoding does not [support animation](Encoding::supports_animation).
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn new(
        encoding: Encoding,
        is_source_lossless: bool,
        first: Pixels,
        duration_ms: u32,
    ) -> Result<Option<Self>, Rejection> {
        let Encoding::Webp {
            quality,
            effort,
            mode,
        } = encoding
        else {
            return Ok(None);
        };
        let mut encoder = Self {
            options: WebpOptions {
                quality,
                effort,
                mode,
                is_source_lossless,
            },
            bitstream: mode,
            displayed: first.with_alpha()?,
            frames: Vec::new(),
            has_alpha: false,
        };
        let whole = Area::from_size(encoder.displayed.size());
        let first = crop(&encoder.displayed, whole.rect())?;
        let frame = encode_frame(first, Blending::Replace, encoder.options)?;
        encoder.bitstream = frame.bitstream();
        encoder.push(whole, duration_ms, &frame);
        Ok(Some(encoder))
    }

    /// Returns the RGBA canvas after the last frame, as it was before lossy encoding.
    pub(crate) const fn displayed(&self) -> &Pixels {
        &self.displayed
    }

    /// Returns the number of bytes of all frames so far.
    pub(crate) const fn byte_count(&self) -> usize {
        self.frames.len()
    }

    /// Adds a frame that shows the RGBA `pixels` in the area `place` and otherwise equals the
    /// previous frame. Returns the area in which the two frames differ; `None` if they look equal.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn add_change(
        &mut self,
        place: Area,
        pixels: Cow<'_, Pixels>,
        duration_ms: u32,
    ) -> Result<Option<Area>, Rejection> {
        let Some(changed) = changed_area(&self.displayed, place, &pixels) else {
            self.add_repetition(duration_ms)?;
            return Ok(None);
        };
        let area = changed.at_even_position();
        let before = crop(&self.displayed, area.rect())?;
        self.displayed.paste(&pixels, (place.x, place.y));
        drop(pixels);
        let after = crop(&self.displayed, area.rect())?;
        let frame = self.encode_change(before, after)?;
        self.push(area, duration_ms, &frame);
        Ok(Some(changed))
    }

    /// Adds a frame that looks like the previous one.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn add_repetition(&mut self, duration_ms: u32) -> Result<(), Rejection> {
        let size = Size::new(1, 1);
        let transparent = Pixels::zeroed(size, Layout::Rgba)?;
        let options = WebpOptions {
            mode: WebpMode::Lossless,
            ..self.options
        };
        let frame = encode_frame(transparent, Blending::Over, options)?;
        self.push(Area::from_size(size), duration_ms, &frame);
        Ok(())
    }

    /// Returns the file, which plays `plays` times; 0 means forever.
    pub(crate) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<u8> {
        let mut chunks = Vec::with_capacity(self.frames.len());
        if let Some(icc) = icc {
            push_chunk(&mut chunks, b"ICCP", icc);
        }
        // The background color. It is transparent, and every browser ignores it.
        let mut parameters = vec![0; 4];
        parameters.extend(plays.to_le_bytes());
        push_chunk(&mut chunks, b"ANIM", &parameters);
        chunks.extend(self.frames);
        let features = Features {
            has_icc: icc.is_some(),
            has_alpha: self.has_alpha,
            is_animated: true,
        };
        extended_file(self.displayed.size(), features, &chunks)
    }

    /// Encodes an area whose pixels change from `before` to `after`. Pixels are freed as early as
    /// possible, because the area may be as large as the canvas.
    fn encode_change(&self, before: Pixels, after: Pixels) -> Result<EncodedFrame, Rejection> {
        let bitstream = self.bitstream_for(&after)?;
        let mask = match bitstream {
            WebpMode::Lossless => changed_pixels,
            _ => changed_blocks,
        };
        let (pixels, blending) = match mask(&before, &after) {
            Some(changed) => {
                drop(after);
                (changed, Blending::Over)
            }
            None => (after, Blending::Replace),
        };
        drop(before);
        let effort = match pixels.size().area() {
            ..LARGE_FRAME => self.options.effort,
            _ => self.options.effort.saturating_sub(EFFORT_REDUCTION),
        };
        let options = WebpOptions {
            effort,
            mode: bitstream,
            ..self.options
        };
        encode_frame(pixels, blending, options)
    }

    /// Returns the bitstream for an area that changes to `after`.
    fn bitstream_for(&self, after: &Pixels) -> Result<WebpMode, Rejection> {
        let WebpOptions { mode, effort, .. } = self.options;
        if mode != WebpMode::Auto || self.bitstream == WebpMode::Lossy {
            return Ok(self.bitstream);
        }
        let is_lossless =
            is_flat(after) && is_lossless_affordable(after, effort, self.frames.len())?;
        Ok(match is_lossless {
            true => WebpMode::Lossless,
            false => WebpMode::Lossy,
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

/// Encodes the pixels of a frame.
fn encode_frame(
    pixels: Pixels,
    blending: Blending,
    options: WebpOptions,
) -> Result<EncodedFrame, Rejection> {
    let pixels = pixels.without_opaque_alpha();
    let has_alpha = pixels.layout == Layout::Rgba;
    let file = encode(Cow::Owned(pixels), Orientation::UPRIGHT, options, None)?;
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
