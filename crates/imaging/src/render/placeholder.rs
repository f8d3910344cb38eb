//! Placeholders that a page shows while the image loads.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fast_thumbhash::rgba_to_thumb_hash;

use crate::Placeholder;
use crate::pixels::{Layout, Pixels};

/// The maximum side, in pixels, of the image from which a placeholder is made. ThumbHash does not allow
/// a larger image.
pub(super) const MAX_SIDE: u32 = 100;

/// The number of bits of each channel that select a cell of the color histogram.
const BITS: u32 = 4;

/// Creates the placeholder of an upright image whose sides are at most [`MAX_SIDE`] long.
pub(super) fn placeholder(small: &Pixels) -> Placeholder {
    let rgba = with_alpha(small);
    let hash = rgba_to_thumb_hash(small.width as usize, small.height as usize, &rgba);
    let [red, green, blue] = dominant_color(&rgba);
    Placeholder {
        thumbhash: BASE64_STANDARD.encode(hash),
        dominant_color: format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn with_alpha(pixels: &Pixels) -> Vec<u8> {
    match pixels.layout {
        Layout::Rgba => pixels.data.clone(),
        Layout::Rgb => pixels
            .data
            .chunks_exact(3)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
            .collect(),
    }
}

/// Returns the mean color of the fullest cell of a color histogram; pixels are weighted by their
/// alpha.
fn dominant_color(rgba: &[u8]) -> [u8; 3] {
    const CELLS: usize = 1 << (3 * BITS);
    let mut cells = vec![[0_u64; 4]; CELLS];
    for pixel in rgba.chunks_exact(4) {
        let index = pixel[..3].iter().fold(0, |index, channel| {
            index << BITS | usize::from(channel >> (8 - BITS))
        });
        let weight = u64::from(pixel[3]);
        let cell = &mut cells[index];
        cell[3] += weight;
        for channel in 0..3 {
            cell[channel] += weight * u64::from(pixel[channel]);
        }
    }
    let fullest = cells.iter().fold(
        [0, 0, 0, 0],
        |best, cell| {
            if cell[3] > best[3] { *cell } else { best }
        },
    );
    let weight = fullest[3].max(1);
    [0, 1, 2].map(|channel| {
        // The mean of bytes is a byte.
        u8::try_from((fullest[channel] + weight / 2) / weight).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(layout: Layout, pixels: &[&[u8]]) -> Pixels {
        Pixels {
            width: u32::try_from(pixels.len()).unwrap(),
            height: 1,
            layout,
            data: pixels.concat(),
        }
    }

    #[test]
    fn the_most_frequent_color_wins_over_the_mean() {
        let small = image(
            Layout::Rgb,
            &[&[200, 10, 10], &[202, 10, 10], &[0, 0, 255], &[0, 255, 0]],
        );
        assert_eq!(placeholder(&small).dominant_color, "#c90a0a");
    }

    #[test]
    fn transparent_pixels_do_not_count() {
        let small = image(
            Layout::Rgba,
            &[&[9, 9, 9, 0], &[9, 9, 9, 0], &[1, 2, 250, 255]],
        );
        assert_eq!(placeholder(&small).dominant_color, "#0102fa");
    }

    #[test]
    fn a_thumbhash_is_base64_of_a_few_bytes() {
        let small = image(Layout::Rgb, &[&[200_u8, 10, 10][..]; 8]);
        let hash = BASE64_STANDARD
            .decode(placeholder(&small).thumbhash)
            .unwrap();
        assert!((5..=25).contains(&hash.len()));
    }
}
