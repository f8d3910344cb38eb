//! Detection of flat graphics, as opposed to photographs, from a sample of rows.

use std::collections::BTreeSet;

use crate::pixels::Pixels;

/// The maximum number of sampled rows, spread evenly.
const ROWS: usize = 64;
/// The size of a palette: lossless WebP stores an image with at most this many colors as indices.
const PALETTE: usize = 256;
/// Lossless encoding is worth trying if at least this fraction of the pixels equal their left
/// neighbor. In photographs the fraction is below 0.1, in screenshots above 0.66.
const MIN_EQUAL_FRACTION: f64 = 0.3;

/// Returns whether lossless WebP may be smaller than lossy, because there are few colors or large
/// areas of one color.
pub(super) fn is_flat(pixels: &Pixels) -> bool {
    match pixels.layout.channels() {
        3 => is_flat_with::<3>(pixels),
        _ => is_flat_with::<4>(pixels),
    }
}

fn is_flat_with<const CHANNELS: usize>(pixels: &Pixels) -> bool {
    let width = pixels.width as usize;
    let step = (pixels.height as usize).div_ceil(ROWS);
    let rows = pixels
        .data
        .as_chunks::<CHANNELS>()
        .0
        .chunks_exact(width)
        .step_by(step);
    let mut colors = BTreeSet::<&[u8; CHANNELS]>::new();
    let (mut equal, mut pairs) = (0_u32, 0_u32);
    for row in rows {
        for pair in row.windows(2) {
            equal += u32::from(pair[0] == pair[1]);
        }
        pairs += u32::try_from(width - 1).unwrap_or(u32::MAX);
        if colors.len() <= PALETTE {
            colors.extend(row.iter().take(PALETTE * 8));
        }
    }
    colors.len() <= PALETTE || f64::from(equal) >= MIN_EQUAL_FRACTION * f64::from(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    fn image(color: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
        let (width, height) = (200, 200);
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: (0..height)
                .flat_map(|y| (0..width).map(move |x| (x, y)))
                .flat_map(|(x, y)| color(x, y))
                .collect(),
        }
    }

    /// Returns a hash of the position, different for any two neighbors.
    fn noise(x: u32, y: u32) -> [u8; 3] {
        let mixed = x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263);
        let [a, b, c, _] = (mixed ^ (mixed >> 13))
            .wrapping_mul(1_274_126_177)
            .to_be_bytes();
        [a, b, c]
    }

    #[test]
    fn areas_of_one_color_and_images_of_few_colors_are_flat() {
        assert!(is_flat(&image(|x, _| if x < 150 {
            [9; 3]
        } else {
            noise(x, 7)
        })));
        assert!(is_flat(&image(
            |x, y| [u8::try_from((x + y) % 16).unwrap(); 3]
        )));
    }

    #[test]
    fn noise_is_not_flat() {
        assert!(!is_flat(&image(noise)));
    }
}
