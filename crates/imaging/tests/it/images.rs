//! Pixels of rendered variants, and differences between images.

use darkroom_imaging::{Recipe, Rejection, RenderedVariant, Variant, render};
use image::{Rgb, RgbImage, RgbaImage};

use crate::recipes::lossless;

/// Renders and decodes the only variant of a recipe.
pub(crate) fn only(bytes: &[u8], recipe: &Recipe) -> RgbaImage {
    let rendered = render(bytes, recipe).unwrap();
    decoded(&rendered.variants[0])
}

/// Returns the rejection of a file that is rendered without loss.
pub(crate) fn rejection(bytes: &[u8]) -> Rejection {
    render(bytes, &lossless()).unwrap_err()
}

/// Returns the recipe with `variant` as its only variant.
pub(crate) fn with(recipe: Recipe, variant: Variant) -> Recipe {
    Recipe {
        variants: vec![variant],
        ..recipe
    }
}

/// Returns the pixels of a variant.
pub(crate) fn decoded(variant: &RenderedVariant) -> RgbaImage {
    let image = image::load_from_memory(&variant.bytes).unwrap();
    assert_eq!(
        (image.width(), image.height()),
        (variant.width, variant.height)
    );
    image.into_rgba8()
}

/// Returns the mean absolute difference of red, green and blue, 0 to 255.
pub(crate) fn difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .pixels()
        .zip(b.pixels())
        .flat_map(|(a, b)| (0..3).map(|channel| u64::from(a[channel].abs_diff(b[channel]))))
        .sum();
    sum as f64 / (a.width() as f64 * a.height() as f64 * 3.0)
}

/// Returns the largest difference of two samples, including alpha.
pub(crate) fn worst(a: &RgbaImage, b: &RgbaImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    let samples = a.as_raw().iter().zip(b.as_raw());
    samples.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// Returns an image with fine stripes, gradients and flat areas. It is hard to resample, and
/// asymmetric.
pub(crate) fn chart(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let slope = (x * 255 / width.max(1)) as u8;
        let stripes = if (x * x / 40 + y * y / 60) % 2 == 0 {
            40
        } else {
            215
        };
        let flat = if (x / 16 + y / 16) % 3 == 0 { 200 } else { 90 };
        Rgb([slope, stripes, flat])
    })
}
