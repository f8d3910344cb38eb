//! Animated WebP (RFC 9649, section 2.7.1.1).
//!
//! Every frame of the source stays one frame: libwebp's own animation encoder would merge those
//! that look alike. A frame holds only the part of the canvas that changes, and of that either all
//! pixels or only the changed ones, whichever is smaller. No frame is ever disposed of.

use std::borrow::Cow;

use super::still;
use crate::geometry::Rect;
use crate::orientation::Orientation;
use crate::pixels::{Layout, Pixels};
use crate::resample::cut;
use crate::riff::{
    Features, chunks_of_file, extended_file, is_of_the_picture, push_chunk, push_u24,
};
use crate::{Encoding, Rejection};

/// The largest number in the 24 bits of a duration.
const MAX_DURATION_MS: u32 = 0xff_ffff;
/// Leaving untouched pixels out is tried where they are at least one in so many.
const WORTH_LEAVING_OUT: usize = 8;

/// Writes an animated WebP, a composed frame at a time.
pub(crate) struct AnimationEncoder {
    encoding: Encoding,
    from_lossless: bool,
    /// The frame before.
    seen: Option<Pixels>,
    size: (u32, u32),
    /// The `ANMF` chunks so far.
    frames: Vec<u8>,
    has_alpha: bool,
}

/// How the pixels of a frame meet those of the canvas: a flag of `ANMF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blending {
    Over = 0x00,
    Replace = 0x02,
}

/// The picture of a frame.
struct Piece {
    /// Its `ALPH`, `VP8 ` and `VP8L` chunks.
    chunks: Vec<u8>,
    blending: Blending,
    has_alpha: bool,
}

/// A part of the canvas; it begins at even numbers, since the format halves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl AnimationEncoder {
    /// An encoder for an encoding that [can be animated](Encoding::can_be_animated).
    pub(crate) const fn new(encoding: Encoding, from_lossless: bool) -> Self {
        Self {
            encoding,
            from_lossless,
            seen: None,
            size: (0, 0),
            frames: Vec::new(),
            has_alpha: false,
        }
    }

    /// Adds what is seen of the whole canvas for `duration_ms`; all frames are of one size.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn add(&mut self, frame: Pixels, duration_ms: u32) -> Result<(), Rejection> {
        let frame = frame.with_alpha()?;
        let (part, piece) = match &self.seen {
            None => {
                let part = Part::whole(frame.size());
                (
                    part,
                    self.piece(cut(&frame, part.rect())?, Blending::Replace)?,
                )
            }
            Some(seen) => match changed(seen, &frame) {
                None => (Part::DOT, self.piece(nothing()?, Blending::Over)?),
                Some(part) => (part, self.smallest(seen, &frame, part)?),
            },
        };
        self.push(part, duration_ms, &piece);
        self.size = frame.size();
        self.seen = Some(frame);
        Ok(())
    }

    /// The file, to be played `plays` times, 0 is for ever.
    pub(crate) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<u8> {
        let mut chunks = Vec::with_capacity(self.frames.len());
        if let Some(icc) = icc {
            push_chunk(&mut chunks, b"ICCP", icc);
        }
        // The background colour, transparent here, counts in no browser.
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

    /// All pixels of a part, or the changed ones among them.
    fn smallest(&self, seen: &Pixels, frame: &Pixels, part: Part) -> Result<Piece, Rejection> {
        let (before, after) = (cut(seen, part.rect())?, cut(frame, part.rect())?);
        let changes = only_changes(&before, &after);
        let all = self.piece(after, Blending::Replace)?;
        let Some(changes) = changes else {
            return Ok(all);
        };
        let changes = self.piece(changes, Blending::Over)?;
        Ok(if changes.chunks.len() < all.chunks.len() {
            changes
        } else {
            all
        })
    }

    fn piece(&self, pixels: Pixels, blending: Blending) -> Result<Piece, Rejection> {
        let pixels = pixels.without_idle_alpha();
        let has_alpha = pixels.layout == Layout::Rgba;
        let upright = Orientation::UPRIGHT;
        let pixels = Cow::Owned(pixels);
        let file = still(pixels, upright, self.encoding, self.from_lossless, None)?;
        let mut chunks = Vec::with_capacity(file.len());
        for chunk in chunks_of_file(&file).filter(|chunk| is_of_the_picture(chunk.name)) {
            push_chunk(&mut chunks, chunk.name, chunk.data);
        }
        Ok(Piece {
            chunks,
            blending,
            has_alpha,
        })
    }

    fn push(&mut self, part: Part, duration_ms: u32, piece: &Piece) {
        let mut body = Vec::with_capacity(16 + piece.chunks.len());
        push_u24(&mut body, part.x / 2);
        push_u24(&mut body, part.y / 2);
        push_u24(&mut body, part.width - 1);
        push_u24(&mut body, part.height - 1);
        push_u24(&mut body, duration_ms.min(MAX_DURATION_MS));
        body.push(piece.blending as u8);
        body.extend_from_slice(&piece.chunks);
        push_chunk(&mut self.frames, b"ANMF", &body);
        self.has_alpha |= piece.has_alpha;
    }
}

impl Part {
    /// The smallest frame that there can be.
    const DOT: Self = Self::whole((1, 1));

    const fn whole((width, height): (u32, u32)) -> Self {
        Self {
            x: 0,
            y: 0,
            width,
            height,
        }
    }

    fn rect(self) -> Rect {
        Rect {
            x: self.x.into(),
            y: self.y.into(),
            width: self.width.into(),
            height: self.height.into(),
        }
    }
}

/// A pixel that leaves what is below.
fn nothing() -> Result<Pixels, Rejection> {
    Pixels::zeroed(1, 1, Layout::Rgba)
}

/// The smallest part that holds all pixels which are not the same in both.
fn changed(before: &Pixels, after: &Pixels) -> Option<Part> {
    let (width, stride) = (after.width as usize, after.stride());
    let (mut left, mut right) = (width, 0);
    let (mut top, mut bottom) = (None, 0);
    let rows = before
        .data
        .chunks_exact(stride)
        .zip(after.data.chunks_exact(stride));
    for (y, (old, new)) in (0..).zip(rows) {
        if old == new {
            continue;
        }
        let (old, new) = (old.as_chunks::<4>().0, new.as_chunks::<4>().0);
        let differs = |x: &usize| !alike(&old[*x], &new[*x]);
        let Some(first) = (0..width).find(differs) else {
            continue;
        };
        left = left.min(first);
        right = right.max((0..width).rfind(differs).unwrap_or(first));
        top.get_or_insert(y);
        bottom = y;
    }
    let y = top? & !1;
    // Within a picture whose sides are u32.
    let [left, right] = [left & !1, right].map(|x| u32::try_from(x).unwrap_or_default());
    Some(Part {
        x: left,
        y,
        width: right + 1 - left,
        height: bottom + 1 - y,
    })
}

/// A part with only its changed pixels; `None` where that cannot show the change or is not worth
/// a try.
fn only_changes(before: &Pixels, after: &Pixels) -> Option<Pixels> {
    let mut changes = after.clone();
    let mut untouched = 0;
    let pixels = changes.data.as_chunks_mut::<4>().0;
    for (pixel, old) in pixels.iter_mut().zip(before.data.as_chunks::<4>().0) {
        if alike(old, pixel) {
            *pixel = [0; 4];
            untouched += 1;
        } else if pixel[3] < 255 {
            return None;
        }
    }
    (untouched * WORTH_LEAVING_OUT >= pixels.len()).then_some(changes)
}

/// Whether two pixels look the same: the colour of a transparent one is not seen.
fn alike(one: &[u8; 4], other: &[u8; 4]) -> bool {
    one == other || (one[3] == 0 && other[3] == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: [&[u8]; 4]) -> Pixels {
        Pixels {
            width: u32::try_from(rows[0].len()).unwrap(),
            height: 4,
            layout: Layout::Rgba,
            data: rows
                .concat()
                .into_iter()
                .flat_map(|value| [value, value, value, 255])
                .collect(),
        }
    }

    #[test]
    fn a_part_holds_every_change_and_begins_at_even_numbers() {
        let before = picture([&[0; 6]; 4]);
        let after = picture([&[0; 6], &[0, 0, 0, 1, 0, 0], &[0, 0, 0, 0, 1, 0], &[0; 6]]);
        let part = Part {
            x: 2,
            y: 0,
            width: 3,
            height: 3,
        };
        assert_eq!(changed(&before, &after), Some(part));
        assert_eq!(changed(&before, &before), None);
    }

    #[test]
    fn what_is_not_seen_does_not_change() {
        let one = [1, 2, 3, 0].to_vec();
        let pixels = |data| Pixels {
            width: 1,
            height: 1,
            layout: Layout::Rgba,
            data,
        };
        assert_eq!(changed(&pixels(one), &nothing().unwrap()), None);
    }

    #[test]
    fn a_pixel_that_becomes_transparent_needs_its_part_replaced() {
        let before = picture([&[9; 6]; 4]);
        let mut after = before.clone();
        after.data[0] = 1;
        assert!(only_changes(&before, &after).is_some());
        after.data[7] = 0;
        assert!(only_changes(&before, &after).is_none());
    }
}
