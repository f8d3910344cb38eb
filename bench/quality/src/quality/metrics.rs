//! SSIMULACRA2 and Butteraugli.

use anyhow::Context;
use butteraugli::{ButteraugliParams, butteraugli};
use fast_ssim2::{PixelDescriptor, PixelSlice, compute_ssimulacra2};
use imgref::Img;
use rgb::RGB8;
use serde::Serialize;

use super::Image;

/// The scores of one variant against its source.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// SSIMULACRA2: 100 for equal images, about 90 if no difference is visible, 70 for high quality.
    pub ssimulacra2: f64,
    /// The 3-norm of Butteraugli: 0 for equal images, more for larger differences.
    pub butteraugli: f64,
}

impl Scores {
    /// Compares a variant with its source, or returns `None` if their sizes differ.
    ///
    /// Errors if the images are smaller than 8 x 8.
    pub fn new(source: &Image, variant: &Image) -> anyhow::Result<Option<Self>> {
        if (source.width(), source.height()) != (variant.width(), variant.height()) {
            return Ok(None);
        }
        let ssimulacra2 = ssimulacra2(source, variant)?;
        let (source, variant) = (pixels(source), pixels(variant));
        let parameters = ButteraugliParams::new();
        let butteraugli = butteraugli(source.as_ref(), variant.as_ref(), &parameters);
        Ok(Some(Self {
            ssimulacra2,
            butteraugli: butteraugli.context("Butteraugli failed")?.pnorm_3,
        }))
    }
}

/// Returns SSIMULACRA2 of two images of the same size.
///
/// Errors if the sizes differ, or the images are smaller than 8 x 8.
pub fn ssimulacra2(source: &Image, variant: &Image) -> anyhow::Result<f64> {
    compute_ssimulacra2(&slice(source)?, &slice(variant)?).context("SSIMULACRA2 failed")
}

fn slice(image: &Image) -> anyhow::Result<PixelSlice<'_>> {
    let (width, height) = (image.width(), image.height());
    let stride = width as usize * 3;
    let srgb = PixelDescriptor::RGB8_SRGB;
    PixelSlice::new(image.samples(), width, height, stride, srgb)
        .map_err(|error| anyhow::anyhow!("SSIMULACRA2 refuses the image: {error}"))
}

fn pixels(image: &Image) -> Img<Vec<RGB8>> {
    let pixels = image.samples().chunks_exact(3);
    let pixels = pixels.map(|pixel| RGB8::new(pixel[0], pixel[1], pixel[2]));
    Img::new(
        pixels.collect(),
        image.width() as usize,
        image.height() as usize,
    )
}

/// The scores of all variants of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QualitySummary {
    /// The mean of SSIMULACRA2.
    pub ssimulacra2_mean: f64,
    /// The lowest SSIMULACRA2.
    pub ssimulacra2_worst: f64,
    /// The mean of Butteraugli.
    pub butteraugli_mean: f64,
    /// The highest Butteraugli.
    pub butteraugli_worst: f64,
}

impl QualitySummary {
    /// Summarizes scores, or returns `None` if there are none.
    pub fn new(scores: &[Scores]) -> Option<Self> {
        let ssimulacra2 = || scores.iter().map(|score| score.ssimulacra2);
        let butteraugli = || scores.iter().map(|score| score.butteraugli);
        let count = scores.len() as f64;
        (!scores.is_empty()).then(|| Self {
            ssimulacra2_mean: ssimulacra2().sum::<f64>() / count,
            ssimulacra2_worst: ssimulacra2().fold(f64::INFINITY, f64::min),
            butteraugli_mean: butteraugli().sum::<f64>() / count,
            butteraugli_worst: butteraugli().fold(0.0, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(amplitude: u32) -> Image {
        let samples = (0..64 * 64 * 3).map(|index| (index * amplitude % 251) as u8);
        Image::new(64, 64, samples.collect())
    }

    #[test]
    fn equal_images_have_the_best_scores() {
        let scores = Scores::new(&waves(3), &waves(3)).unwrap().unwrap();
        assert!((scores.ssimulacra2 - 100.0).abs() < 1e-6, "{scores:?}");
        assert!(scores.butteraugli.abs() < 1e-6, "{scores:?}");
    }

    #[test]
    fn lower_quality_has_worse_scores() {
        let image = waves(3);
        let [low, high] = [20, 95].map(|quality| {
            let file = super::super::webp::encode(&image, quality, 4).unwrap();
            let variant = super::super::webp::decode(&file).unwrap();
            Scores::new(&image, &variant).unwrap().unwrap()
        });
        assert!(low.ssimulacra2 < high.ssimulacra2, "{low:?} {high:?}");
        assert!(low.butteraugli > high.butteraugli, "{low:?} {high:?}");
    }

    #[test]
    fn images_of_different_sizes_have_no_scores() {
        let other = Image::new(8, 8, vec![0; 8 * 8 * 3]);
        assert_eq!(Scores::new(&waves(3), &other).unwrap(), None);
    }

    #[test]
    fn a_summary_contains_means_and_the_worst_scores() {
        let score = |ssimulacra2, butteraugli| Scores {
            ssimulacra2,
            butteraugli,
        };
        let summary = QualitySummary::new(&[score(80.0, 1.0), score(70.0, 2.0)]);
        let expected = QualitySummary {
            ssimulacra2_mean: 75.0,
            ssimulacra2_worst: 70.0,
            butteraugli_mean: 1.5,
            butteraugli_worst: 2.0,
        };
        assert_eq!(summary, Some(expected));
        assert_eq!(QualitySummary::new(&[]), None);
    }
}
