//! Crops of the places where a peer is worst, beside the first.

use std::path::Path;

use crate::images::Image;

/// The width and height of a crop.
const SIZE: u32 = 96;
/// Crops are enlarged by this factor.
const ZOOM: u32 = 4;

/// Writes the `count` worst crops of an image: the original, the first peer, the other peer.
pub(crate) fn write(folder: &Path, image: &Image, first: &[u8], other: &[u8], count: usize) {
    let mut tiles = Vec::new();
    for y in (0..image.height.saturating_sub(SIZE)).step_by(SIZE as usize) {
        for x in (0..image.width.saturating_sub(SIZE)).step_by(SIZE as usize) {
            let worse = error(image, other, x, y) - error(image, first, x, y);
            tiles.push((worse, x, y));
        }
    }
    tiles.sort_by_key(|&(worse, ..)| std::cmp::Reverse(worse));
    for (index, &(_, x, y)) in tiles.iter().take(count).enumerate() {
        let path = folder.join(format!("{}-{index}-at-{x}-{y}.png", image.name));
        let versions = [&image.rgb[..], first, other];
        let sheet = image::RgbImage::from_fn(3 * SIZE * ZOOM, SIZE * ZOOM, |column, row| {
            let version = versions[(column / (SIZE * ZOOM)) as usize];
            let (x, y) = (x + column % (SIZE * ZOOM) / ZOOM, y + row / ZOOM);
            let start = 3 * (y as usize * image.width as usize + x as usize);
            image::Rgb([version[start], version[start + 1], version[start + 2]])
        });
        sheet.save(path).unwrap();
    }
}

/// Returns the error of sums over 4 x 4 pixels, which shows banding and smears rather than noise.
fn error(image: &Image, decoded: &[u8], x: u32, y: u32) -> i64 {
    let sum = |rgb: &[u8], x: u32, y: u32, channel: usize| -> i64 {
        let pixels =
            (0..16).map(|i| (y + i / 4) as usize * image.width as usize + (x + i % 4) as usize);
        pixels
            .map(|pixel| i64::from(rgb[3 * pixel + channel]))
            .sum()
    };
    let blocks =
        (0..SIZE / 4 * (SIZE / 4)).map(|i| (x + i % (SIZE / 4) * 4, y + i / (SIZE / 4) * 4));
    blocks
        .flat_map(|(x, y)| (0..3).map(move |channel| (x, y, channel)))
        .map(|(x, y, channel)| {
            (sum(&image.rgb, x, y, channel) - sum(decoded, x, y, channel)).pow(2)
        })
        .sum()
}
