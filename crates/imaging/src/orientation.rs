//! The eight EXIF orientations (CIPA DC-008, tag 0x0112).

use std::borrow::Cow;

use crate::Rejection;
use crate::geometry::Rect;
use crate::pixels::Pixels;

/// How stored pixels have to be turned to stand upright.
///
/// Every one of the eight is made of up to three steps, in this order: swap the axes, mirror left
/// and right, mirror top and bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation {
    swap_axes: bool,
    mirror_x: bool,
    mirror_y: bool,
}

impl Orientation {
    /// Pixels that stand upright as they are stored.
    pub(crate) const UPRIGHT: Self = Self {
        swap_axes: false,
        mirror_x: false,
        mirror_y: false,
    };

    /// The orientation of an EXIF value; what is not 1 to 8 is upright.
    pub(crate) const fn from_exif(value: u8) -> Self {
        let (swap_axes, mirror_x, mirror_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            swap_axes,
            mirror_x,
            mirror_y,
        }
    }

    /// The size that a stored size has once upright, and the other way round.
    pub(crate) const fn turn_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swap_axes {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Where a rectangle of the upright picture lies in the stored one of `stored` size.
    pub(crate) fn to_stored(self, upright: Rect, stored: (u32, u32)) -> Rect {
        let (upright_width, upright_height) = self.turn_size(stored);
        let mut rect = upright;
        if self.mirror_x {
            rect.x = f64::from(upright_width) - rect.x - rect.width;
        }
        if self.mirror_y {
            rect.y = f64::from(upright_height) - rect.y - rect.height;
        }
        if self.swap_axes {
            rect = Rect {
                x: rect.y,
                y: rect.x,
                width: rect.height,
                height: rect.width,
            };
        }
        rect
    }

    /// The picture set upright; a borrowed one that is upright already stays borrowed.
    ///
    /// # Errors
    /// `out_of_memory`, where a second picture has to be made.
    pub(crate) fn upright(self, mut pixels: Cow<'_, Pixels>) -> Result<Cow<'_, Pixels>, Rejection> {
        if self == Self::UPRIGHT {
            return Ok(pixels);
        }
        if let (false, Cow::Owned(owned)) = (self.swap_axes, &mut pixels) {
            self.mirror_in_place(owned);
            return Ok(pixels);
        }
        let (width, height) = self.turn_size(pixels.size());
        let mut turned = Pixels::zeroed(width, height, pixels.layout)?;
        self.copy_rows(&pixels, 0, &mut turned.data);
        Ok(Cow::Owned(turned))
    }

    /// Copies upright rows, from the row `top` on, as many as `rows` has room for.
    pub(crate) fn copy_rows(self, stored: &Pixels, top: u32, rows: &mut [u8]) {
        match stored.layout.channels() {
            3 => self.copy::<3>(stored, top as usize, rows),
            _ => self.copy::<4>(stored, top as usize, rows),
        }
    }

    fn mirror_in_place(self, pixels: &mut Pixels) {
        let channels = pixels.layout.channels();
        let stride = pixels.stride();
        if self.mirror_y {
            let middle = pixels.height as usize / 2 * stride;
            let (top, bottom) = pixels.data.split_at_mut(middle);
            for (upper, lower) in top
                .chunks_exact_mut(stride)
                .zip(bottom.chunks_exact_mut(stride).rev())
            {
                upper.swap_with_slice(lower);
            }
        }
        if self.mirror_x {
            for row in pixels.data.chunks_exact_mut(stride) {
                mirror_row(row, channels);
            }
        }
    }

    fn copy<const CHANNELS: usize>(self, stored: &Pixels, top: usize, rows: &mut [u8]) {
        let (width, height) = self.turn_size(stored.size());
        let (width, height) = (width as usize, height as usize);
        let source = stored.data.as_chunks::<CHANNELS>().0;
        let target = rows.as_chunks_mut::<CHANNELS>().0;
        if self.swap_axes {
            let columns = Columns {
                source,
                stored_width: stored.width as usize,
                first: if self.mirror_y { height - 1 - top } else { top },
                leftward: self.mirror_y,
                bottom_up: self.mirror_x,
            };
            columns.copy_to(target, width);
            return;
        }
        let stored_line = |y: usize| if self.mirror_y { height - 1 - y } else { y };
        for (row, to) in target.chunks_exact_mut(width).enumerate() {
            let start = stored_line(top + row) * width;
            to.copy_from_slice(&source[start..start + width]);
            if self.mirror_x {
                to.reverse();
            }
        }
    }
}

/// Stored columns that are to become rows.
struct Columns<'a, P> {
    source: &'a [P],
    stored_width: usize,
    /// The column that the first row is made from.
    first: usize,
    /// Whether the following rows are made from the columns to the left of it.
    leftward: bool,
    /// Whether a row begins with the last stored line.
    bottom_up: bool,
}

/// Rows of a tile: as many stored pixels of a line are read one after the other.
const TILE_ROWS: usize = 32;
/// Stored lines that are woven into the rows of a tile at a time.
const LINES: usize = 4;

impl<P: Copy> Columns<'_, P> {
    /// Fills rows of `width` pixels, tile by tile: what a tile reads and writes stays in the cache.
    fn copy_to(&self, target: &mut [P], width: usize) {
        for (tile, rows) in target.chunks_mut(TILE_ROWS * width).enumerate() {
            let count = rows.len() / width;
            let passed = tile * TILE_ROWS;
            let start = if self.leftward {
                self.first + 1 - passed - count
            } else {
                self.first + passed
            };
            let line = |x: usize| {
                let lines = self.source.len() / self.stored_width;
                let y = if self.bottom_up { lines - 1 - x } else { x };
                &self.source[y * self.stored_width + start..][..count]
            };
            let whole = width / LINES * LINES;
            for x in (0..whole).step_by(LINES) {
                let woven = [line(x), line(x + 1), line(x + 2), line(x + 3)];
                self.weave(woven, rows, width, x);
            }
            for x in whole..width {
                self.weave([line(x)], rows, width, x);
            }
        }
    }

    /// Makes `lines`, each as long as there are `rows`, the columns from `x` on.
    fn weave<const N: usize>(&self, lines: [&[P]; N], rows: &mut [P], width: usize, x: usize) {
        let count = rows.len() / width;
        for (row, to) in rows.chunks_exact_mut(width).enumerate() {
            let from = if self.leftward { count - 1 - row } else { row };
            to[x..x + N].copy_from_slice(&lines.map(|line| line[from]));
        }
    }
}

fn mirror_row(row: &mut [u8], channels: usize) {
    let width = row.len() / channels;
    for x in 0..width / 2 {
        for channel in 0..channels {
            row.swap(x * channels + channel, (width - 1 - x) * channels + channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    fn picture(width: u32, height: u32, reds: &[u8]) -> Pixels {
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: reds.iter().flat_map(|red| [*red, 0, 0]).collect(),
        }
    }

    /// A picture of 3 x 2 with its pixels numbered from 1 as they stand upright, stored as a
    /// camera does that writes `value`: taken from the table in the EXIF specification.
    fn stored(value: u8) -> Pixels {
        match value {
            1 => picture(3, 2, &[1, 2, 3, 4, 5, 6]),
            2 => picture(3, 2, &[3, 2, 1, 6, 5, 4]),
            3 => picture(3, 2, &[6, 5, 4, 3, 2, 1]),
            4 => picture(3, 2, &[4, 5, 6, 1, 2, 3]),
            5 => picture(2, 3, &[1, 4, 2, 5, 3, 6]),
            6 => picture(2, 3, &[3, 6, 2, 5, 1, 4]),
            7 => picture(2, 3, &[6, 3, 5, 2, 4, 1]),
            _ => picture(2, 3, &[4, 1, 5, 2, 6, 3]),
        }
    }

    #[test]
    fn each_of_the_eight_comes_out_upright() {
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value);
            let owned = orientation.upright(Cow::Owned(stored(value))).unwrap();
            assert_eq!(*owned, stored(1), "orientation {value}");
            let lent = stored(value);
            let borrowed = orientation.upright(Cow::Borrowed(&lent)).unwrap();
            assert_eq!(*borrowed, stored(1), "orientation {value}, borrowed");
        }
    }

    #[test]
    fn rows_can_be_had_a_few_at_a_time() {
        for value in 1..=8 {
            let mut row = [0; 9];
            Orientation::from_exif(value).copy_rows(&stored(value), 1, &mut row);
            assert_eq!(row, [4, 0, 0, 5, 0, 0, 6, 0, 0], "orientation {value}");
        }
    }

    #[test]
    fn values_that_mean_nothing_leave_the_picture_as_it_is() {
        for value in [0, 9, 255] {
            assert_eq!(Orientation::from_exif(value), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn a_rectangle_of_the_upright_picture_is_found_in_the_stored_one() {
        let corner = Rect {
            x: 2.0,
            y: 0.0,
            width: 1.0,
            height: 1.0,
        };
        for value in 1..=8 {
            let stored = stored(value);
            let found = Orientation::from_exif(value).to_stored(corner, stored.size());
            assert_eq!((found.width, found.height), (1.0, 1.0));
            let (x, y) = found.corner();
            let index = (y * stored.width + x) as usize;
            assert_eq!(stored.data[index * 3], 3, "orientation {value}");
        }
    }
}
