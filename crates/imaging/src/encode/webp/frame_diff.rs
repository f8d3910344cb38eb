//! The difference between two frames.

use crate::geometry::{Rect, Size};
use crate::pixels::Pixels;

/// Encoding only the changed pixels is tried if at least one in this many pixels is unchanged.
const MIN_UNCHANGED: usize = 8;

/// An area of the canvas in pixels. Its `x` and `y` are even, because the format stores them divided by
/// two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Area {
    /// The smallest possible area.
    pub(super) const MIN: Self = Self::from_size(Size::new(1, 1));

    /// Creates the area of this size at the origin.
    pub(super) const fn from_size(size: Size) -> Self {
        Self {
            x: 0,
            y: 0,
            width: size.width,
            height: size.height,
        }
    }

    /// Returns the area as a rectangle.
    pub(super) fn rect(self) -> Rect {
        Rect {
            x: self.x.into(),
            y: self.y.into(),
            width: self.width.into(),
            height: self.height.into(),
        }
    }
}

/// Returns the smallest area that contains every visible difference between two RGBA images.
pub(super) fn changed_area(before: &Pixels, after: &Pixels) -> Option<Area> {
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
        let differs = |x: &usize| !looks_equal(&old[*x], &new[*x]);
        let Some(first) = (0..width).find(differs) else {
            continue;
        };
        left = left.min(first);
        right = right.max((0..width).rfind(differs).unwrap_or(first));
        top.get_or_insert(y);
        bottom = y;
    }
    let y = top? & !1;
    // Both lie within an image whose sides are u32.
    let [left, right] = [left & !1, right].map(|x| u32::try_from(x).unwrap_or_default());
    Some(Area {
        x: left,
        y,
        width: right + 1 - left,
        height: bottom + 1 - y,
    })
}

/// Returns an RGBA image with its unchanged pixels made transparent.
///
/// `None` if a changed pixel is not opaque, because blending might then not yield `after`, or if too few
/// pixels are unchanged.
pub(super) fn changed_pixels(before: &Pixels, after: &Pixels) -> Option<Pixels> {
    let mut changed = after.clone();
    let mut unchanged_count = 0;
    let pixels = changed.data.as_chunks_mut::<4>().0;
    for (pixel, old) in pixels.iter_mut().zip(before.data.as_chunks::<4>().0) {
        if looks_equal(old, pixel) {
            *pixel = [0; 4];
            unchanged_count += 1;
        } else if pixel[3] < 255 {
            return None;
        }
    }
    (unchanged_count * MIN_UNCHANGED >= pixels.len()).then_some(changed)
}

/// Returns whether two pixels look equal: the color of a transparent pixel is invisible.
fn looks_equal(one: &[u8; 4], other: &[u8; 4]) -> bool {
    one == other || (one[3] == 0 && other[3] == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    fn image(rows: [&[u8]; 4]) -> Pixels {
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
    fn the_area_contains_every_change_and_has_an_even_position() {
        let before = image([&[0; 6]; 4]);
        let after = image([&[0; 6], &[0, 0, 0, 1, 0, 0], &[0, 0, 0, 0, 1, 0], &[0; 6]]);
        let area = Area {
            x: 2,
            y: 0,
            width: 3,
            height: 3,
        };
        assert_eq!(changed_area(&before, &after), Some(area));
        assert_eq!(changed_area(&before, &before), None);
    }

    #[test]
    fn an_invisible_change_is_ignored() {
        let transparent = |color: u8| Pixels {
            width: 1,
            height: 1,
            layout: Layout::Rgba,
            data: vec![color, color, color, 0],
        };
        assert_eq!(changed_area(&transparent(9), &transparent(0)), None);
    }

    #[test]
    fn a_pixel_that_becomes_transparent_needs_all_pixels_replaced() {
        let before = image([&[9; 6]; 4]);
        let mut after = before.clone();
        after.data[0] = 1;
        assert!(changed_pixels(&before, &after).is_some());
        after.data[7] = 0;
        assert!(changed_pixels(&before, &after).is_none());
    }
}
