//! A sheet of the positions where one encoder is worst beside another.

use std::cmp::Reverse;
use std::path::Path;

use super::NamedImage;
use crate::quality::Image;

/// The width and height of a crop.
const SIDE: u32 = 96;
/// Crops are enlarged by this factor.
const ZOOM: u32 = 3;
/// The space between crops.
const GAP: u32 = 4;

/// A position in an image: the original, the reference encoder's version, and that of the other encoder.
struct Crop {
    position: String,
    /// The amount by which the squared error of the other encoder is larger.
    excess: i64,
    versions: [Image; 3],
}

/// The worst positions of all images, at most a few per image.
#[derive(Default)]
pub struct ContactSheet {
    crops: Vec<Crop>,
}

impl ContactSheet {
    /// Adds the `count` worst positions of an image.
    pub fn add(&mut self, image: &NamedImage, reference: &Image, other: &Image, count: usize) {
        let source = &image.pixels;
        let mut positions = Vec::new();
        for y in (0..source.height().saturating_sub(SIDE - 1)).step_by(SIDE as usize) {
            for x in (0..source.width().saturating_sub(SIDE - 1)).step_by(SIDE as usize) {
                let parts = [source, reference, other].map(|it| it.part(x, y, SIDE, SIDE));
                let excess = error(&parts[0], &parts[2]) - error(&parts[0], &parts[1]);
                positions.push((excess, x, y));
            }
        }
        positions.sort_by_key(|&(excess, ..)| Reverse(excess));
        for &(excess, x, y) in positions.iter().take(count) {
            self.crops.push(Crop {
                position: format!("{} at {x}, {y}", image.name),
                excess,
                versions: [source, reference, other].map(|it| it.part(x, y, SIDE, SIDE)),
            });
        }
    }

    /// Writes the `count` worst positions as PNG, a row for each, and returns their descriptions. A row shows the
    /// original, the reference, and the other encoder.
    ///
    /// Errors if the file cannot be written.
    pub fn write(mut self, path: &Path, count: usize) -> anyhow::Result<Vec<String>> {
        self.crops.sort_by_key(|crop| Reverse(crop.excess));
        self.crops.truncate(count);
        let cell = SIDE * ZOOM + GAP;
        let rows = self.crops.len() as u32;
        let sheet = image::RgbImage::from_fn(3 * cell, rows.max(1) * cell, |x, y| {
            let (column, row) = (x / cell, y / cell);
            let (x, y) = (x % cell / ZOOM, y % cell / ZOOM);
            let crop = self.crops.get(row as usize);
            let crop = crop.filter(|_| x < SIDE && y < SIDE);
            let pixel = crop.map(|crop| {
                let start = 3 * (y * SIDE + x) as usize;
                let samples = &crop.versions[column as usize].samples()[start..start + 3];
                [samples[0], samples[1], samples[2]]
            });
            image::Rgb(pixel.unwrap_or([255; 3]))
        });
        sheet.save(path)?;
        Ok(self.crops.into_iter().map(|crop| crop.position).collect())
    }
}

/// Returns the squared error of sums over 4 x 4 pixels, which shows banding and smears rather than noise.
fn error(source: &Image, decoded: &Image) -> i64 {
    let sum = |image: &Image, x: u32, y: u32, channel: u32| -> i64 {
        let samples = (0..16).map(|i| 3 * ((y + i / 4) * SIDE + x + i % 4) + channel);
        samples
            .map(|index| i64::from(image.samples()[index as usize]))
            .sum()
    };
    let per_row = SIDE / 4;
    let blocks = (0..per_row * per_row).map(|i| (i % per_row * 4, i / per_row * 4));
    blocks
        .flat_map(|(x, y)| (0..3).map(move |channel| (x, y, channel)))
        .map(|(x, y, channel)| sum(source, x, y, channel) - sum(decoded, x, y, channel))
        .map(|difference| difference.pow(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_place_is_first_and_other_places_are_left_out() {
        let gray = Image::new(192, 96, vec![100; 192 * 96 * 3]);
        let mut bright = gray.samples().to_vec();
        for row in bright.chunks_mut(192 * 3) {
            row[96 * 3..].fill(110);
        }
        let image = NamedImage {
            name: "gray".to_owned(),
            pixels: gray.clone(),
        };
        let mut sheet = ContactSheet::default();
        sheet.add(&image, &gray, &Image::new(192, 96, bright), 2);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.png");
        assert_eq!(sheet.write(&path, 1).unwrap(), ["gray at 96, 0"]);
        let written = image::open(&path).unwrap().into_rgb8();
        let cell = SIDE * ZOOM + GAP;
        assert_eq!(written.dimensions(), (3 * cell, cell));
        assert_eq!(written.get_pixel(2 * cell, 0).0, [110; 3]);
    }
}
