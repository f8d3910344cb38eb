//! The eight EXIF orientations (CIPA DC-008, tag 0x0112).

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

    /// The picture set upright.
    ///
    /// # Errors
    /// `out_of_memory`: but for the upright ones and the half turn, a second picture is made.
    pub(crate) fn apply(self, mut pixels: Pixels) -> Result<Pixels, Rejection> {
        if self == Self::UPRIGHT {
            return Ok(pixels);
        }
        if !self.swap_axes {
            self.mirror_in_place(&mut pixels);
            return Ok(pixels);
        }
        let (width, height) = self.turn_size(pixels.size());
        let mut turned = Pixels::zeroed(width, height, pixels.layout)?;
        match pixels.layout.channels() {
            3 => self.transpose::<3>(&pixels, &mut turned),
            _ => self.transpose::<4>(&pixels, &mut turned),
        }
        Ok(turned)
    }

    fn mirror_in_place(self, pixels: &mut Pixels) {
        let channels = pixels.layout.channels();
        let stride = pixels.stride();
        if self.mirror_y {
            let height = pixels.height as usize;
            let (top, bottom) = pixels.data.split_at_mut(height / 2 * stride);
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

    /// Walks the target in square tiles, so that the rows of the source that a tile reads stay in
    /// the cache.
    fn transpose<const CHANNELS: usize>(self, stored: &Pixels, upright: &mut Pixels) {
        const TILE: usize = 32;
        let (width, height) = (upright.width as usize, upright.height as usize);
        let source = stored.data.as_chunks::<CHANNELS>().0;
        let target = upright.data.as_chunks_mut::<CHANNELS>().0;
        let stored_width = stored.width as usize;
        for tile_y in (0..height).step_by(TILE) {
            for tile_x in (0..width).step_by(TILE) {
                for y in tile_y..height.min(tile_y + TILE) {
                    let stored_x = if self.mirror_y { height - 1 - y } else { y };
                    for x in tile_x..width.min(tile_x + TILE) {
                        let stored_y = if self.mirror_x { width - 1 - x } else { x };
                        target[y * width + x] = source[stored_y * stored_width + stored_x];
                    }
                }
            }
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
            let turned = Orientation::from_exif(value).apply(stored(value)).unwrap();
            assert_eq!(turned, stored(1), "orientation {value}");
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
