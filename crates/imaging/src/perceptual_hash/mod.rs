//! Perceptual hashes, by which near duplicates are found.
//!
//! The algorithm is the DCT hash of pHash (Zauner, "Implementation and Benchmarking of Perceptual
//! Image Hash Functions", 2010) in the form of `phash` in Python's ImageHash: the luma at 32 x 32 pixels,
//! its discrete cosine transform, and one bit for each of the 8 x 8 lowest frequencies, which is 1 if
//! the coefficient is greater than the median of all 64.
//!
//! All arithmetic is in integers, so every machine computes the same hash.

mod hash;
mod luma;
mod spectrum;

pub use hash::{PerceptualHash, PerceptualHashError, PerceptualHashes};

use crate::Rejection;
use crate::pixels::Pixels;
use spectrum::Spectrum;

/// The minimum standard deviation of the luma, where 255 is the difference between black and white.
/// An image with less contrast is mostly a gradient, and many gradients look alike.
const MIN_DEVIATION: u64 = 6;

/// Returns the hashes of a small upright image, or `None` if it has too little contrast.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn perceptual_hashes(small: &Pixels) -> Result<Option<PerceptualHashes>, Rejection> {
    let luma = luma::square(small)?;
    let hashes = || PerceptualHashes::from(&Spectrum::new(&luma));
    Ok(has_contrast(&luma).then(hashes))
}

fn has_contrast(luma: &luma::Square) -> bool {
    let values = luma.iter().flatten().map(|value| u64::from(*value));
    let (count, sum, squares) = values.fold((0, 0, 0), |(count, sum, squares), value| {
        (count + 1, sum + value, squares + value * value)
    });
    // The variance is squares / count - (sum / count)^2.
    count * squares >= sum * sum + MIN_DEVIATION * MIN_DEVIATION * count * count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    fn image(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u32; 3]) -> Pixels {
        let positions = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let samples = positions.flat_map(|(x, y)| pixel(x, y));
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: samples.map(|sample| (sample % 256) as u8).collect(),
        }
    }

    fn parabola(x: u32, y: u32) -> [u32; 3] {
        [(x * x + 3 * y * y + 5 * x * y) / 8; 3]
    }

    fn colors(x: u32, y: u32) -> [u32; 3] {
        let blue = x.abs_diff(40).pow(2) / 16 + y.abs_diff(20).pow(2) / 8;
        [x * 255 / 99, y * 255 / 74, blue]
    }

    fn bands(x: u32, y: u32) -> [u32; 3] {
        [(x + y).pow(2) / 20, 3 * (y + 40 - 2 * x), 12 * x]
    }

    type Turn = fn(u32, u32) -> (u32, u32);

    fn hashes(small: &Pixels) -> PerceptualHashes {
        perceptual_hashes(small).unwrap().unwrap()
    }

    /// `docs/duplicates.md` has the same vectors, and a script that computes them with ImageHash.
    #[test]
    fn the_hash_is_that_of_imagehash() {
        for (small, expected) in [
            (image(32, 32, parabola), "810e3b7e614f5956"),
            (image(100, 75, colors), "aa2aca553d4af50b"),
            (image(20, 50, bands), "c07f807f007f00ff"),
        ] {
            assert_eq!(hashes(&small).upright.to_string(), expected);
        }
    }

    #[test]
    fn the_turned_hashes_are_those_of_the_turned_image() {
        const SIDE: u32 = 32;
        const END: u32 = SIDE - 1;
        // By EXIF orientation, the position in the image that each position of the turned image shows.
        let turned: [Turn; 7] = [
            |x, y| (END - x, y),
            |x, y| (END - x, END - y),
            |x, y| (x, END - y),
            |x, y| (y, x),
            |x, y| (y, END - x),
            |x, y| (END - y, END - x),
            |x, y| (END - y, x),
        ];
        let hashes_of_upright = hashes(&image(SIDE, SIDE, parabola));
        for (number, position) in turned.into_iter().enumerate() {
            let image = image(SIDE, SIDE, |x, y| {
                let (x, y) = position(x, y);
                parabola(x, y)
            });
            let expected = hashes_of_upright.turned[number];
            assert_eq!(
                hashes(&image).upright,
                expected,
                "orientation {}",
                number + 2
            );
        }
    }

    #[test]
    fn an_image_with_little_contrast_has_no_hash() {
        let gradient = |range: u32| image(100, 60, move |x, _| [100 + x * range / 99; 3]);
        assert_eq!(perceptual_hashes(&gradient(0)).unwrap(), None);
        assert_eq!(perceptual_hashes(&gradient(18)).unwrap(), None);
        assert!(perceptual_hashes(&gradient(24)).unwrap().is_some());
    }

    #[test]
    fn transparent_pixels_count_as_white() {
        let opaque = image(20, 50, |x, y| if x > y { [255; 3] } else { bands(x, y) });
        let mut with_alpha = opaque.clone().with_alpha().unwrap();
        let pixels = with_alpha.data.as_chunks_mut::<4>().0;
        for (index, pixel) in pixels.iter_mut().enumerate() {
            if index % 20 > index / 20 {
                *pixel = [9, 90, 9, 0];
            }
        }
        assert_eq!(hashes(&with_alpha), hashes(&opaque));
    }
}
