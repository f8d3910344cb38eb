//! The pixels of a frame: LZW-compressed indices into a color table (GIF 89a specification,
//! appendix F).

use super::blocks::Image;
use super::lzw;
use crate::Rejection;
use crate::geometry::Size;
use crate::pixels::{Layout, Pixels, zeroed_buffer};

/// The valid LZW minimum code sizes. The first codes have one bit more than this size, and no code
/// has more than 12 bits.
const LZW_MINIMUM_CODE_SIZES: std::ops::RangeInclusive<u8> = 1..=11;
/// The first row and the row step of each pass of an interlaced frame.
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

/// The pixels of a frame.
pub(super) struct FramePixels {
    /// RGBA; missing pixels are transparent.
    pub(super) pixels: Pixels,
    /// `true` if pixels are missing at the end, at most one row of them.
    pub(super) is_short: bool,
}

/// Decodes a frame. `palette` contains its colors.
///
/// Some encoders miscount and leave out a few pixels at the end. As in browsers, these are
/// transparent.
///
/// # Errors
/// `corrupt` if more than one row of pixels is missing or the code size is invalid;
/// `out_of_memory`.
pub(super) fn decode(
    image: &Image<'_>,
    palette: &[u8],
    transparent: Option<u8>,
) -> Result<FramePixels, Rejection> {
    let size = Size::new(image.width.into(), image.height.into());
    let mut pixels = Pixels::zeroed(size, Layout::Rgba)?;
    if pixels.data.is_empty() {
        return Ok(FramePixels {
            pixels,
            is_short: false,
        });
    }
    if !LZW_MINIMUM_CODE_SIZES.contains(&image.lzw_minimum_code_size) {
        return Err(Rejection::corrupt(
            "the code size of a frame of the GIF is out of range",
        ));
    }
    let mut indices: Vec<u8> = zeroed_buffer(size.area())?;
    let count = lzw::decode(image.data, image.lzw_minimum_code_size, &mut indices);
    let missing = indices.len() - count;
    if missing > usize::from(image.width) {
        return Err(Rejection::corrupt("a frame of the GIF is incomplete"));
    }
    let colors = color_table(palette, transparent);
    let rows = indices[..count].chunks(image.width.into());
    for (row, y) in rows.zip(row_order(image)) {
        let start = y * pixels.stride();
        let target = pixels.data[start..].as_chunks_mut::<4>().0;
        for (pixel, index) in target.iter_mut().zip(row) {
            *pixel = colors[usize::from(*index)];
        }
    }
    Ok(FramePixels {
        pixels,
        is_short: missing > 0,
    })
}

/// Returns the color of every index. An index outside the palette is black, as in browsers.
fn color_table(palette: &[u8], transparent: Option<u8>) -> [[u8; 4]; 256] {
    let mut table = [[0, 0, 0, 255]; 256];
    for (color, [red, green, blue]) in table.iter_mut().zip(palette.as_chunks::<3>().0) {
        *color = [*red, *green, *blue, 255];
    }
    if let Some(index) = transparent {
        table[usize::from(index)] = [0; 4];
    }
    table
}

/// Returns the rows of a frame in the order in which they are stored.
fn row_order(image: &Image<'_>) -> impl Iterator<Item = usize> {
    let height = usize::from(image.height);
    let passes = match image.is_interlaced {
        true => &PASSES[..],
        false => &[(0, 1)],
    };
    passes
        .iter()
        .flat_map(move |(first, step)| (*first..height).step_by(*step))
}
