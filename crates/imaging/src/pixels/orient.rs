//! Turning stored pixels upright.

use std::borrow::Cow;

use super::raster::Pixels;
use super::transpose::ColumnCopier;
use crate::Rejection;
use crate::geometry::Orientation;

/// Turns an image upright. A borrowed image that is upright already stays borrowed.
///
/// # Errors
/// `out_of_memory` if a second image is needed.
pub(crate) fn to_upright(
    mut pixels: Cow<'_, Pixels>,
    orientation: Orientation,
) -> Result<Cow<'_, Pixels>, Rejection> {
    if orientation == Orientation::UPRIGHT {
        return Ok(pixels);
    }
    if let (false, Cow::Owned(owned)) = (orientation.swap_axes, &mut pixels) {
        mirror_in_place(owned, orientation);
        return Ok(pixels);
    }
    let size = orientation.apply_to_size(pixels.size());
    let mut upright = Pixels::zeroed(size, pixels.layout)?;
    copy_upright_rows(&pixels, orientation, 0, &mut upright.data);
    Ok(Cow::Owned(upright))
}

/// Copies upright rows of a stored image to `rows`, beginning with the upright row `top`. The length of
/// `rows` determines the number of rows.
pub(crate) fn copy_upright_rows(
    stored: &Pixels,
    orientation: Orientation,
    top: u32,
    rows: &mut [u8],
) {
    match stored.layout.channels() {
        3 => copy::<3>(stored, orientation, top as usize, rows),
        _ => copy::<4>(stored, orientation, top as usize, rows),
    }
}

fn copy<const CHANNELS: usize>(
    stored: &Pixels,
    orientation: Orientation,
    top: usize,
    rows: &mut [u8],
) {
    let size = orientation.apply_to_size(stored.size());
    let (width, height) = (size.width as usize, size.height as usize);
    let source = stored.data.as_chunks::<CHANNELS>().0;
    let target = rows.as_chunks_mut::<CHANNELS>().0;
    if orientation.swap_axes {
        let columns = ColumnCopier {
            source,
            stored_width: stored.width as usize,
            first_column: if orientation.mirror_y {
                height - 1 - top
            } else {
                top
            },
            right_to_left: orientation.mirror_y,
            bottom_up: orientation.mirror_x,
        };
        columns.copy_to(target, width);
        return;
    }
    let stored_row = |y: usize| {
        if orientation.mirror_y {
            height - 1 - y
        } else {
            y
        }
    };
    for (row, to) in target.chunks_exact_mut(width).enumerate() {
        let start = stored_row(top + row) * width;
        to.copy_from_slice(&source[start..start + width]);
        if orientation.mirror_x {
            to.reverse();
        }
    }
}

fn mirror_in_place(pixels: &mut Pixels, orientation: Orientation) {
    let channels = pixels.layout.channels();
    let stride = pixels.stride();
    if orientation.mirror_y {
        let middle = pixels.height as usize / 2 * stride;
        let (top, bottom) = pixels.data.split_at_mut(middle);
        for (upper, lower) in top
            .chunks_exact_mut(stride)
            .zip(bottom.chunks_exact_mut(stride).rev())
        {
            upper.swap_with_slice(lower);
        }
    }
    if orientation.mirror_x {
        for row in pixels.data.chunks_exact_mut(stride) {
            mirror_row(row, channels);
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

    fn image(width: u32, height: u32, reds: &[u8]) -> Pixels {
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: reds.iter().flat_map(|red| [*red, 0, 0]).collect(),
        }
    }

    /// Returns an image of 3 x 2 px as a camera with the orientation `value` stores it. Its upright
    /// pixels are numbered from 1. The order is from the table in the EXIF specification.
    fn stored(value: u8) -> Pixels {
        match value {
            1 => image(3, 2, &[1, 2, 3, 4, 5, 6]),
            2 => image(3, 2, &[3, 2, 1, 6, 5, 4]),
            3 => image(3, 2, &[6, 5, 4, 3, 2, 1]),
            4 => image(3, 2, &[4, 5, 6, 1, 2, 3]),
            5 => image(2, 3, &[1, 4, 2, 5, 3, 6]),
            6 => image(2, 3, &[3, 6, 2, 5, 1, 4]),
            7 => image(2, 3, &[6, 3, 5, 2, 4, 1]),
            _ => image(2, 3, &[4, 1, 5, 2, 6, 3]),
        }
    }

    #[test]
    fn each_of_the_eight_orientations_becomes_upright() {
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value);
            let owned = to_upright(Cow::Owned(stored(value)), orientation).unwrap();
            assert_eq!(*owned, stored(1), "orientation {value}");
            let source = stored(value);
            let borrowed = to_upright(Cow::Borrowed(&source), orientation).unwrap();
            assert_eq!(*borrowed, stored(1), "orientation {value}, borrowed");
        }
    }

    #[test]
    fn single_upright_rows_can_be_copied() {
        for value in 1..=8 {
            let mut row = [0; 9];
            copy_upright_rows(&stored(value), Orientation::from_exif(value), 1, &mut row);
            assert_eq!(row, [4, 0, 0, 5, 0, 0, 6, 0, 0], "orientation {value}");
        }
    }
}
