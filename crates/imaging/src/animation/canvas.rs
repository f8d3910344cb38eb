//! The canvas on which the frames of an animation are drawn.

use super::frame::{Blending, Disposal, Frame};
use crate::Rejection;
use crate::geometry::{Area, Size};
use crate::pixels::{Layout, Pixels};

/// The displayed pixels: straight alpha, initially transparent.
pub(super) struct Canvas {
    pixels: Pixels,
    /// The disposal to perform before the next frame.
    pending: Option<PendingDisposal>,
}

struct PendingDisposal {
    area: Area,
    /// The pixels to restore; `None` if the area is cleared.
    backup: Option<Vec<u8>>,
}

impl Canvas {
    /// Creates a transparent canvas.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn new(size: Size) -> Result<Self, Rejection> {
        Ok(Self {
            pixels: Pixels::zeroed(size, Layout::Rgba)?,
            pending: None,
        })
    }

    /// Returns the pixels that are displayed after the last drawn frame.
    pub(super) const fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Disposes of the previous frame, then draws `frame`. Returns the area that may have changed;
    /// `None` if nothing changed.
    pub(super) fn draw(&mut self, frame: &Frame) -> Option<Area> {
        let disposal = self.pending.take();
        let disposed = disposal.map(|disposal| {
            self.dispose(&disposal);
            disposal.area
        });
        let Some(area) = self.visible_area(frame) else {
            return disposed;
        };
        self.pending = match frame.disposal {
            Disposal::Keep => None,
            Disposal::Clear => Some(PendingDisposal { area, backup: None }),
            Disposal::Restore => Some(PendingDisposal {
                area,
                backup: Some(self.copy(area)),
            }),
        };
        let stride = frame.pixels.stride();
        let rows = frame.pixels.data.chunks_exact(stride);
        for (from, y) in rows.zip(area.y..area.bottom()) {
            let to = self.row(area, y);
            draw_row(from, frame.pixels.layout, frame.blending, to);
        }
        Some(disposed.map_or(area, |disposed| area.union(disposed)))
    }

    /// Returns the part of a frame that lies within the canvas; `None` if the whole frame lies
    /// outside.
    fn visible_area(&self, frame: &Frame) -> Option<Area> {
        let clip = |start: u32, length: u32, side: u32| {
            let start = start.min(side);
            (start, start + length.min(side - start))
        };
        Area::between(
            clip(frame.x, frame.pixels.width, self.pixels.width),
            clip(frame.y, frame.pixels.height, self.pixels.height),
        )
    }

    /// Returns the pixels of an area in one row of the canvas.
    fn row(&mut self, area: Area, y: u32) -> &mut [u8] {
        let start = y as usize * self.pixels.stride() + area.x as usize * 4;
        &mut self.pixels.data[start..start + area.width as usize * 4]
    }

    fn copy(&mut self, area: Area) -> Vec<u8> {
        (area.y..area.bottom())
            .flat_map(|y| self.row(area, y).to_vec())
            .collect()
    }

    fn dispose(&mut self, disposal: &PendingDisposal) {
        let area = disposal.area;
        let length = area.width as usize * 4;
        for (row, y) in (area.y..area.bottom()).enumerate() {
            let to = self.row(area, y);
            match &disposal.backup {
                Some(backup) => to.copy_from_slice(&backup[row * length..][..length]),
                None => to.fill(0),
            }
        }
    }
}

/// Draws the part of a frame's row that fits into `to`.
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
                    (Blending::Over, _) => blend(*pixel, *below),
                };
            }
        }
    }
}

/// Blends a pixel over another (RFC 9649, section 2.7.1.1, "Alpha-blending"), rounding to nearest.
fn blend(above: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    let [above_alpha, below_alpha] = [above, below].map(|pixel| u32::from(pixel[3]));
    // The weights of the two pixels and their sum. The weight of an opaque pixel is 255 * 255.
    let weights = (above_alpha * 255, below_alpha * (255 - above_alpha));
    let total = (weights.0 + weights.1).max(1);
    let channel = |index: usize| {
        let sum = u32::from(above[index]) * weights.0 + u32::from(below[index]) * weights.1;
        // A weighted mean of two bytes is a byte.
        u8::try_from((sum + total / 2) / total).unwrap_or(u8::MAX)
    };
    let alpha = u8::try_from((total + 127) / 255).unwrap_or(u8::MAX);
    [channel(0), channel(1), channel(2), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const CLEAR: [u8; 4] = [0; 4];

    fn canvas() -> Canvas {
        Canvas::new(Size::new(2, 1)).unwrap()
    }

    fn frame(x: u32, pixels: &[[u8; 4]]) -> Frame {
        Frame {
            x,
            y: 0,
            pixels: Pixels {
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

    fn displayed(canvas: &Canvas) -> &[[u8; 4]] {
        canvas.pixels().data.as_chunks().0
    }

    #[test]
    fn transparent_pixels_change_nothing_unless_the_blending_is_replace() {
        let mut canvas = canvas();
        canvas.draw(&frame(0, &[RED, RED]));
        canvas.draw(&frame(0, &[CLEAR, BLUE]));
        assert_eq!(displayed(&canvas), [RED, BLUE]);
        let replacing = Frame {
            blending: Blending::Replace,
            ..frame(0, &[CLEAR, BLUE])
        };
        canvas.draw(&replacing);
        assert_eq!(displayed(&canvas), [CLEAR, BLUE]);
    }

    #[test]
    fn a_frame_is_disposed_of_before_the_next_one() {
        for (disposal, after) in [
            (Disposal::Keep, [BLUE, RED]),
            (Disposal::Clear, [CLEAR, RED]),
            (Disposal::Restore, [RED, RED]),
        ] {
            let mut canvas = canvas();
            canvas.draw(&frame(0, &[RED, RED]));
            let disposed = Frame {
                disposal,
                ..frame(0, &[BLUE])
            };
            canvas.draw(&disposed);
            assert_eq!(displayed(&canvas), [BLUE, RED]);
            canvas.draw(&frame(1, &[CLEAR]));
            assert_eq!(displayed(&canvas), after, "{disposal:?}");
        }
    }

    #[test]
    fn pixels_outside_the_canvas_are_clipped() {
        let mut canvas = canvas();
        for disposal in [Disposal::Clear, Disposal::Restore, Disposal::Keep] {
            let wide = Frame {
                disposal,
                ..frame(1, &[RED, BLUE, BLUE])
            };
            canvas.draw(&wide);
            assert_eq!(displayed(&canvas), [CLEAR, RED]);
            canvas.draw(&Frame {
                disposal,
                ..frame(9, &[BLUE])
            });
        }
    }

    #[test]
    fn the_changed_area_contains_the_disposed_one() {
        let mut canvas = canvas();
        let cleared = Frame {
            disposal: Disposal::Clear,
            ..frame(0, &[BLUE])
        };
        let area = |x: u32, width: u32| Area::between((x, x + width), (0, 1));
        assert_eq!(canvas.draw(&cleared), area(0, 1));
        assert_eq!(canvas.draw(&frame(1, &[RED])), area(0, 2));
        assert_eq!(canvas.draw(&frame(9, &[RED])), None);
    }

    #[test]
    fn translucent_pixels_are_weighted_by_their_alpha() {
        assert_eq!(blend([255, 0, 0, 128], BLUE), [128, 0, 127, 255]);
        assert_eq!(blend([255, 0, 0, 128], CLEAR), [255, 0, 0, 128]);
        assert_eq!(blend([200, 0, 0, 128], [0, 100, 0, 128])[3], 192);
    }
}
