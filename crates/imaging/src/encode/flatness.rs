//! Whether a picture is drawn rather than photographed, told from a sample of its rows.

use std::collections::BTreeSet;

use crate::pixels::Pixels;

/// Rows that are looked at, spread evenly.
const ROWS: usize = 64;
/// As many colours as a palette has: lossless WebP stores such a picture as indices.
const PALETTE: usize = 256;
/// The share of pixels equal to their left neighbour from which on lossless may be smaller. In
/// photographs it is below a tenth, in screenshots above two thirds.
const FLAT_SHARE: f64 = 0.3;

/// Whether lossless WebP is worth a try: few colours, or large even parts.
pub(super) fn is_flat(pixels: &Pixels) -> bool {
    match pixels.layout.channels() {
        3 => sampled::<3>(pixels),
        _ => sampled::<4>(pixels),
    }
}

fn sampled<const CHANNELS: usize>(pixels: &Pixels) -> bool {
    let width = pixels.width as usize;
    let step = (pixels.height as usize).div_ceil(ROWS);
    let rows = pixels
        .data
        .as_chunks::<CHANNELS>()
        .0
        .chunks_exact(width)
        .step_by(step);
    let mut colours = BTreeSet::<&[u8; CHANNELS]>::new();
    let (mut even, mut pairs) = (0_u32, 0_u32);
    for row in rows {
        for pair in row.windows(2) {
            even += u32::from(pair[0] == pair[1]);
        }
        pairs += u32::try_from(width - 1).unwrap_or(u32::MAX);
        if colours.len() <= PALETTE {
            colours.extend(row.iter().take(PALETTE * 8));
        }
    }
    colours.len() <= PALETTE || f64::from(even) >= FLAT_SHARE * f64::from(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    fn picture(color: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
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

    /// A hash of the place: no two neighbours alike.
    fn noise(x: u32, y: u32) -> [u8; 3] {
        let mixed = x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263);
        let [a, b, c, _] = (mixed ^ (mixed >> 13))
            .wrapping_mul(1_274_126_177)
            .to_be_bytes();
        [a, b, c]
    }

    #[test]
    fn even_parts_and_few_colours_are_flat() {
        assert!(is_flat(&picture(|x, _| if x < 150 {
            [9; 3]
        } else {
            noise(x, 7)
        })));
        assert!(is_flat(&picture(
            |x, y| [u8::try_from((x + y) % 16).unwrap(); 3]
        )));
    }

    #[test]
    fn a_photograph_is_not() {
        assert!(!is_flat(&picture(noise)));
    }
}
