//! The canvas that the frames of an animation are drawn on.

use crate::Rejection;
use crate::pixels::{Layout, Pixels};

/// A frame as it stands in a file: a part of the canvas that changes.
pub(super) struct Frame {
    /// Pixels from the canvas's left.
    pub(super) x: u32,
    /// Pixels from the canvas's top.
    pub(super) y: u32,
    /// What is drawn; some of it may lie outside of the canvas.
    pub(super) picture: Pixels,
    /// How it is drawn.
    pub(super) blending: Blending,
    /// What becomes of its rectangle before the next frame is drawn.
    pub(super) disposal: Disposal,
    /// How long it is shown.
    pub(super) duration_ms: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blending {
    /// Its pixels are laid over what is there.
    Over,
    /// Its pixels take the place of what is there, transparent ones too.
    Replace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposal {
    Keep,
    /// It becomes transparent. The background colour that a file may state counts in no browser.
    Clear,
    /// It becomes what it was before the frame.
    Restore,
}

/// What is seen: straight alpha, transparent at first.
pub(super) struct Canvas {
    seen: Pixels,
    /// What is to be done before the next frame.
    pending: Option<Undo>,
}

struct Undo {
    part: Part,
    /// What stood there; nothing where it is cleared.
    before: Option<Vec<u8>>,
}

/// A rectangle that lies within the canvas; it may be empty.
#[derive(Debug, Clone, Copy)]
struct Part {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Canvas {
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn new(width: u32, height: u32) -> Result<Self, Rejection> {
        Ok(Self {
            seen: Pixels::zeroed(width, height, Layout::Rgba)?,
            pending: None,
        })
    }

    /// What is seen since the last frame was drawn.
    pub(super) const fn seen(&self) -> &Pixels {
        &self.seen
    }

    /// Disposes of the frame before, then draws this one.
    pub(super) fn draw(&mut self, frame: &Frame) {
        if let Some(undo) = self.pending.take() {
            self.undo(&undo);
        }
        let part = self.part(frame);
        self.pending = match frame.disposal {
            Disposal::Keep => None,
            Disposal::Clear => Some(Undo { part, before: None }),
            Disposal::Restore => Some(Undo {
                part,
                before: Some(self.copy(part)),
            }),
        };
        for row in 0..part.height {
            let stride = frame.picture.stride();
            let from = &frame.picture.data[row * stride..][..stride];
            draw_row(
                from,
                frame.picture.layout,
                frame.blending,
                self.row(part, row),
            );
        }
    }

    /// The part of a frame that lies within the canvas.
    fn part(&self, frame: &Frame) -> Part {
        let side = |start: u32, length: u32, canvas: u32| {
            let start = start.min(canvas);
            (start as usize, length.min(canvas - start) as usize)
        };
        let (x, width) = side(frame.x, frame.picture.width, self.seen.width);
        let (y, height) = side(frame.y, frame.picture.height, self.seen.height);
        Part {
            x,
            y,
            width,
            height,
        }
    }

    fn row(&mut self, part: Part, row: usize) -> &mut [u8] {
        let start = (part.y + row) * self.seen.stride() + part.x * 4;
        &mut self.seen.data[start..start + part.width * 4]
    }

    fn copy(&mut self, part: Part) -> Vec<u8> {
        (0..part.height)
            .flat_map(|row| self.row(part, row).to_vec())
            .collect()
    }

    fn undo(&mut self, undo: &Undo) {
        let length = undo.part.width * 4;
        for row in 0..undo.part.height {
            let to = self.row(undo.part, row);
            match &undo.before {
                Some(before) => to.copy_from_slice(&before[row * length..][..length]),
                None => to.fill(0),
            }
        }
    }
}

/// Draws as much of a frame's row as `to` takes.
fn draw_row(from: &[u8], layout: Layout, blending: Blending, to: &mut [u8]) {
    let to = to.as_chunks_mut::<4>().0.iter_mut();
    match layout {
        Layout::Rgb => {
            for (below, pixel) in to.zip(from.as_chunks::<3>().0) {
                *below = [pixel[0], pixel[1], pixel[2], 255];
            }
        }
        Layout::Rgba => {
            for (below, pixel) in to.zip(from.as_chunks::<4>().0) {
                *below = match (blending, pixel[3]) {
                    (Blending::Replace, _) | (_, 255) => *pixel,
                    (Blending::Over, 0) => *below,
                    (Blending::Over, _) => over(*pixel, *below),
                };
            }
        }
    }
}

/// Lays a pixel over another (RFC 9649, section 2.7.1.1, "Alpha-blending"), rounding to nearest.
fn over(above: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    let [top, bottom] = [above, below].map(|pixel| u32::from(pixel[3]));
    // What each of the two gives to the sum, in 255ths of an alpha.
    let shares = (top * 255, bottom * (255 - top));
    let alpha = (shares.0 + shares.1).max(1);
    let channel = |index: usize| {
        let sum = u32::from(above[index]) * shares.0 + u32::from(below[index]) * shares.1;
        // A weighted mean of two bytes is a byte.
        u8::try_from((sum + alpha / 2) / alpha).unwrap_or(u8::MAX)
    };
    let opacity = u8::try_from((alpha + 127) / 255).unwrap_or(u8::MAX);
    [channel(0), channel(1), channel(2), opacity]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const NONE: [u8; 4] = [0; 4];

    fn frame(x: u32, pixels: &[[u8; 4]]) -> Frame {
        Frame {
            x,
            y: 0,
            picture: Pixels {
                width: u32::try_from(pixels.len()).unwrap(),
                height: 1,
                layout: Layout::Rgba,
                data: pixels.concat(),
            },
            blending: Blending::Over,
            disposal: Disposal::Keep,
            duration_ms: 100,
        }
    }

    fn seen(canvas: &Canvas) -> &[[u8; 4]] {
        canvas.seen().data.as_chunks().0
    }

    #[test]
    fn what_is_transparent_leaves_what_is_below_unless_it_replaces() {
        let mut canvas = Canvas::new(2, 1).unwrap();
        canvas.draw(&frame(0, &[RED, RED]));
        canvas.draw(&frame(0, &[NONE, BLUE]));
        assert_eq!(seen(&canvas), [RED, BLUE]);
        let replacing = Frame {
            blending: Blending::Replace,
            ..frame(0, &[NONE, BLUE])
        };
        canvas.draw(&replacing);
        assert_eq!(seen(&canvas), [NONE, BLUE]);
    }

    #[test]
    fn a_frame_is_disposed_of_before_the_next_one() {
        for (disposal, after) in [
            (Disposal::Keep, [BLUE, RED]),
            (Disposal::Clear, [NONE, RED]),
            (Disposal::Restore, [RED, RED]),
        ] {
            let mut canvas = Canvas::new(2, 1).unwrap();
            canvas.draw(&frame(0, &[RED, RED]));
            let disposed = Frame {
                disposal,
                ..frame(0, &[BLUE])
            };
            canvas.draw(&disposed);
            assert_eq!(seen(&canvas), [BLUE, RED]);
            canvas.draw(&frame(1, &[NONE]));
            assert_eq!(seen(&canvas), after, "{disposal:?}");
        }
    }

    #[test]
    fn what_lies_outside_of_the_canvas_is_cut_off() {
        let mut canvas = Canvas::new(2, 1).unwrap();
        for disposal in [Disposal::Clear, Disposal::Restore, Disposal::Keep] {
            let wide = Frame {
                disposal,
                ..frame(1, &[RED, BLUE, BLUE])
            };
            canvas.draw(&wide);
            assert_eq!(seen(&canvas), [NONE, RED]);
            canvas.draw(&Frame {
                disposal,
                ..frame(9, &[BLUE])
            });
        }
    }

    #[test]
    fn half_transparent_pixels_mix_by_their_alpha() {
        assert_eq!(over([255, 0, 0, 128], BLUE), [128, 0, 127, 255]);
        assert_eq!(over([255, 0, 0, 128], NONE), [255, 0, 0, 128]);
        assert_eq!(over([200, 0, 0, 128], [0, 100, 0, 128])[3], 192);
    }
}
