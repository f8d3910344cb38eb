//! HEIC and AVIF files.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::{Heic, avif_noise, avif_noise_with_alpha, heic_noise};
use image::GrayImage;

use super::bounds::Bounds;
use super::pixels::noise;
use super::source::CostlySource;

/// The side of a tile of noise in pixels.
const TILE: u32 = 256;
/// The pixels of each of 16 layers of uncompressed samples, which together are just cheap enough.
const LAYER_PIXELS: u64 = 4_200_000;
/// The pixels of HEIC tiles of noise that are just cheap enough.
const HEVC_PIXELS: u64 = 65_000_000;
/// The pixels of AVIF tiles of noise that are just cheap enough.
const AV1_PIXELS: u64 = 40_000_000;

pub(super) fn sources() -> Vec<CostlySource> {
    vec![
        CostlySource::noise("heic: a grid of noise", |bounds| {
            let [columns, rows] = tiles(area(bounds));
            heic_noise(columns, rows)
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::noise("heic: a grid of noise that is cheap enough", |bounds| {
            let [columns, rows] = tiles(area(bounds).min(HEVC_PIXELS));
            heic_noise(columns, rows)
        }),
        CostlySource::new("heic: uncompressed samples", |bounds| {
            uncompressed(bounds, 3).build()
        }),
        CostlySource::new("heic: a grid of uncompressed samples", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 / 4) / 128 * 128;
            let side = side.max(128);
            Heic::new(&noise((side, side))).grid(8, 8).build()
        }),
        CostlySource::new("heic: uncompressed samples and alpha", |bounds| {
            let heic = uncompressed(bounds, 5);
            let side = bounds.square_of(bounds.bytes as u64 / 5);
            heic.alpha(&GrayImage::from_fn(side, side, |x, _| {
                [(x % 256) as u8].into()
            }))
            .build()
        }),
        CostlySource::new("heic: an overlay of 16 layers", |bounds| {
            // Together, the layers have up to twice the pixels of the canvas.
            let side = bounds.square_of(LAYER_PIXELS.min(area(bounds) / 8));
            let size = (bounds.square() as u16, bounds.square() as u16);
            Heic::new(&noise((side, side)))
                .overlay(size, [u16::MAX; 4], &[(0, 0); 16])
                .build()
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("avif: a grid of noise", |bounds| {
            let [columns, rows] = tiles(area(bounds));
            avif_noise(columns, rows)
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::noise("avif: a grid of noise that is cheap enough", |bounds| {
            let [columns, rows] = tiles(area(bounds).min(AV1_PIXELS));
            avif_noise(columns, rows)
        }),
        CostlySource::noise("avif: a grid of noise with alpha", |bounds| {
            let [columns, rows] = tiles(area(bounds).min(AV1_PIXELS / 2));
            avif_noise_with_alpha(columns, rows)
        }),
    ]
}

/// Returns the pixels of the largest square.
fn area(bounds: &Bounds) -> u64 {
    u64::from(bounds.square()).pow(2)
}

/// Returns the columns and rows of a square grid with at most `pixels` pixels.
fn tiles(pixels: u64) -> [u16; 2] {
    let side = (pixels.isqrt() / u64::from(TILE)).max(1) as u16;
    [side, side]
}

fn uncompressed(bounds: &Bounds, pixel_bytes: u64) -> Heic {
    let side = bounds.square_of(bounds.bytes as u64 * 9 / 10 / pixel_bytes);
    Heic::new(&noise((side, side)))
}
