//! The measurement of rate-distortion curves.

use std::time::Instant;

use darkroom_bench_report::median;
use serde::Serialize;

use super::{EncoderChoice, Half, ImageSet, NamedImage, Yuv};
use crate::quality::{ssimulacra2, webp};

/// The options of a comparison.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The sets of images.
    pub sets: Vec<ImageSet>,
    /// The part of each set.
    pub half: Half,
    /// The longest side of the part in the middle that is encoded, or `None` for all of an image.
    pub crop: Option<u32>,
    /// The qualities of the curves.
    pub qualities: Vec<u8>,
    /// The encoders. BD-rates and ratios are relative to the first one.
    pub encoders: Vec<EncoderChoice>,
    /// The number of times that each image is encoded. The median time counts.
    pub runs: usize,
    /// `false` to measure only times and bytes.
    pub has_scores: bool,
}

/// The result for one image at one quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Point {
    /// The time of the encoder.
    pub seconds: f64,
    /// The size of the file.
    pub bytes: usize,
    /// SSIMULACRA2, or 0 without scores.
    pub score: f64,
}

/// The curve of one encoder and one image: a point for each quality.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// The name of the image.
    pub image: String,
    /// The number of its pixels.
    pub pixels: u64,
    /// The points, in the order of the qualities.
    pub points: Vec<Point>,
}

/// The curves of a set.
#[derive(Debug, Clone, Serialize)]
pub struct SetCurves {
    /// The set.
    pub set: ImageSet,
    /// The curves of each encoder, in the order of [`Comparison::encoders`].
    pub curves: Vec<Vec<Curve>>,
}

/// Measures all curves. `visit` gets each image and its files at each quality.
///
/// Errors if the images cannot be read, or an encoder fails.
pub fn compare(
    comparison: &Comparison,
    mut visit: impl FnMut(&NamedImage, u8, &[Vec<u8>]) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<SetCurves>> {
    let mut sets = Vec::new();
    for &set in &comparison.sets {
        let mut curves = vec![Vec::new(); comparison.encoders.len()];
        for image in set.load(comparison.half, comparison.crop)? {
            let yuv = Yuv::from_image(&image.pixels)?;
            let mut by_encoder = vec![Vec::new(); comparison.encoders.len()];
            for &quality in &comparison.qualities {
                let (points, files) = encode_in_turn(comparison, &image, &yuv, quality)?;
                for (points, point) in by_encoder.iter_mut().zip(points) {
                    points.push(point);
                }
                visit(&image, quality, &files)?;
            }
            for (curves, points) in curves.iter_mut().zip(by_encoder) {
                curves.push(Curve {
                    image: image.name.clone(),
                    pixels: image.pixels.samples().len() as u64 / 3,
                    points,
                });
            }
        }
        sets.push(SetCurves { set, curves });
    }
    Ok(sets)
}

/// Encodes an image with all encoders, which take turns. Returns their points and files.
fn encode_in_turn(
    comparison: &Comparison,
    image: &NamedImage,
    yuv: &Yuv,
    quality: u8,
) -> anyhow::Result<(Vec<Point>, Vec<Vec<u8>>)> {
    let encoders = &comparison.encoders;
    let mut times = vec![Vec::new(); encoders.len()];
    let mut files = vec![Vec::new(); encoders.len()];
    for _ in 0..comparison.runs.max(1) {
        for (index, encoder) in encoders.iter().enumerate() {
            let start = Instant::now();
            files[index] = encoder.encode(yuv, quality)?;
            times[index].push(start.elapsed().as_secs_f64());
        }
    }
    let mut points = Vec::new();
    for (file, times) in files.iter().zip(times) {
        let score = if comparison.has_scores {
            ssimulacra2(&image.pixels, &webp::decode(file)?)?
        } else {
            0.0
        };
        points.push(Point {
            seconds: median(times),
            bytes: file.len(),
            score,
        });
    }
    Ok((points, files))
}
