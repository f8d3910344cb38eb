//! The luma of a small image, scaled to a square.

use fast_image_resize::FilterType;
use fast_image_resize::pixels::U8;

use crate::Rejection;
use crate::geometry::{Rect, Size};
use crate::pixels::{Layout, Pixels, resample_samples};

/// The width and height of the square.
pub(super) const SIDE: usize = 32;

/// Rows of luma samples from top to bottom.
pub(super) type Square = [[u8; SIDE]; SIDE];

/// Returns the luma of an image, scaled to a square with Lanczos3. Transparent pixels count as white,
/// because that is what they most often become in a copy without alpha.
///
/// # Errors
/// `out_of_memory`.
pub(super) fn square(pixels: &Pixels) -> Result<Square, Rejection> {
    let luma: Vec<u8> = match pixels.layout {
        Layout::Rgb => pixels.data.as_chunks::<3>().0.iter().map(luma).collect(),
        Layout::Rgba => pixels
            .data
            .as_chunks::<4>()
            .0
            .iter()
            .map(on_white)
            .collect(),
    };
    let mut square = [[0; SIDE]; SIDE];
    let from = (pixels.size(), &*luma);
    let to = (
        Size::new(SIDE as u32, SIDE as u32),
        square.as_flattened_mut(),
    );
    let whole = Rect::from_size(pixels.size());
    resample_samples::<U8>(from, whole, to, FilterType::Lanczos3, false)?;
    Ok(square)
}

/// Returns the luma of BT.601 in the integer arithmetic of Pillow.
fn luma(pixel: &[u8; 3]) -> u8 {
    let [red, green, blue] = pixel.map(u32::from);
    ((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16) as u8
}

fn on_white(pixel: &[u8; 4]) -> u8 {
    let alpha = u32::from(pixel[3]);
    let blend = |sample: u8| ((u32::from(sample) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    luma(&[pixel[0], pixel[1], pixel[2]].map(blend))
}
