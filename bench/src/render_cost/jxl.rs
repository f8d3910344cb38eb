//! JPEG XL files.

use darkroom_imaging::{RejectionCode, SourceFormat};
use darkroom_testkit::fixture::jxl_coder::JxlNoise;

use super::bounds::Bounds;
use super::source::CostlySource;

/// The decisions per sample that level 5 of the format allows.
const DECISIONS: u32 = 64;
/// The same for level 10.
const LEVEL_10_DECISIONS: u32 = 2000;
const FRAMES: u32 = 60;

pub(super) fn sources() -> Vec<CostlySource> {
    [lossless(), lossy(), frames(), features()]
        .into_iter()
        .flatten()
        .map(|source| source.unbounded(SourceFormat::Jxl))
        .collect()
}

fn lossless() -> Vec<CostlySource> {
    vec![
        CostlySource::noise("jxl: lossless noise", |bounds| {
            JxlNoise::lossless(square(bounds, 3), 8).build()
        }),
        CostlySource::noise("jxl: lossless noise with alpha", |bounds| {
            JxlNoise::lossless(square(bounds, 4), 8).alpha().build()
        }),
        CostlySource::new("jxl: the largest lossless image", |bounds| {
            JxlNoise::lossless(largest(bounds), 1).build()
        }),
        CostlySource::new("jxl: a lossless image of two colors with alpha", |bounds| {
            JxlNoise::lossless(largest(bounds), 0).alpha().build()
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("jxl: low and high frequencies without loss", |bounds| {
            JxlNoise::lossless(largest(bounds), 0).squeezed().build()
        }),
        CostlySource::new("jxl: 64 decisions per sample", |bounds| {
            let noise = JxlNoise::lossless(largest(bounds), 1);
            noise.decisions(DECISIONS).build()
        }),
        CostlySource::new("jxl: 2,000 decisions per sample", |bounds| {
            // A tree may have 1,024 nodes and one more for every 16 samples. Each decision takes two.
            let allowed = (500 + bounds.square().pow(2) * 3 / 32).min(LEVEL_10_DECISIONS);
            let noise = JxlNoise::lossless(largest(bounds), 1);
            noise.decisions(allowed).level_10().build()
        }),
    ]
}

fn lossy() -> Vec<CostlySource> {
    vec![
        CostlySource::noise("jxl: lossy noise", |bounds| {
            lossy_noise(bounds, |noise| noise)
        }),
        CostlySource::noise("jxl: lossy noise with alpha", |bounds| {
            lossy_noise(bounds, JxlNoise::alpha)
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::noise("jxl: lossy noise with filters", |bounds| {
            lossy_noise(bounds, JxlNoise::filters)
        }),
        CostlySource::new("jxl: the longest rows", |bounds| {
            JxlNoise::lossy(bounds.wide(), 2).build()
        }),
        CostlySource::new("jxl: the longest columns", |bounds| {
            JxlNoise::lossy(bounds.tall(), 2).build()
        }),
    ]
}

fn frames() -> Vec<CostlySource> {
    vec![
        CostlySource::noise("jxl: an animation of lossless noise", |bounds| {
            let pixels = bounds.bytes as u64 / 3 / u64::from(FRAMES) * 9 / 10;
            let side = bounds.square_of(pixels).min(bounds.frame(FRAMES));
            let noise = JxlNoise::lossless((side, side), 8);
            noise.animation(FRAMES).build()
        }),
        CostlySource::noise("jxl: an animation of lossy noise", |bounds| {
            let side = bounds.frame(FRAMES);
            let noise = JxlNoise::lossy((side, side), 2);
            noise.animation(FRAMES).build()
        }),
        CostlySource::new("jxl: equal frames", |bounds| {
            let side = bounds.frame(bounds.frames);
            let noise = JxlNoise::lossless((side, side), 0);
            noise.animation(bounds.frames).build()
        }),
        CostlySource::new("jxl: 100 layers", |bounds| {
            JxlNoise::lossless(largest(bounds), 0).layers(100).build()
        }),
    ]
}

fn features() -> Vec<CostlySource> {
    vec![
        CostlySource::new("jxl: 8 patches of the size of the image", |bounds| {
            JxlNoise::lossless(largest(bounds), 0).patches(8).build()
        }),
        CostlySource::new("jxl: 1,000 patches of the size of the image", |bounds| {
            let noise = JxlNoise::lossless(largest(bounds), 0);
            noise.patches(1000).level_10().build()
        }),
        CostlySource::new("jxl: thick splines", |bounds| {
            JxlNoise::lossy(largest(bounds), 1).splines(8).build()
        }),
        CostlySource::new("jxl: thick splines of level 10", |bounds| {
            let noise = JxlNoise::lossy(largest(bounds), 1);
            noise.level_10().splines(8).build()
        }),
    ]
}

fn largest(bounds: &Bounds) -> (u32, u32) {
    let side = bounds.square();
    (side, side)
}

/// Returns the size of the largest square whose pixels take `pixel_bytes` bytes.
fn square(bounds: &Bounds, pixel_bytes: u64) -> (u32, u32) {
    let side = bounds.square_of(bounds.bytes as u64 * 98 / 100 / pixel_bytes);
    (side, side)
}

/// Returns lossy noise with the most bits that fit into the file.
fn lossy_noise(bounds: &Bounds, change: impl Fn(JxlNoise) -> JxlNoise) -> Vec<u8> {
    let files = (1..=5)
        .rev()
        .map(|bits| change(JxlNoise::lossy(largest(bounds), bits)).build());
    let mut fitting = files.skip_while(|file| file.len() > bounds.bytes);
    fitting.next().unwrap_or_default()
}
