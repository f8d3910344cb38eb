//! HEIC and AVIF files.

use darkroom_testkit::fixture::{Heic, avif_noise, heic_noise, scene};
use image::GrayImage;

use super::bounds::Bounds;
use super::pixels::noise;
use super::source::CostlySource;

/// The side of a tile of noise in pixels.
const TILE: u32 = 256;

pub(super) fn sources() -> Vec<CostlySource> {
    vec![
        CostlySource::new("heic: a grid of noise", |bounds| {
            let [columns, rows] = tiles(bounds);
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
            let side = bounds.square_of((bounds.bytes as u64 / 4).min(bounds.pixels / 8));
            let layers = [(0, 0); 16];
            let size = (side as u16, side as u16);
            Heic::new(&scene(side, side))
                .overlay(size, [0; 4], &layers)
                .build()
        }),
        CostlySource::new("avif: a grid of noise", |bounds| {
            let [columns, rows] = tiles(bounds);
            avif_noise(columns, rows)
        }),
    ]
}

fn tiles(bounds: &Bounds) -> [u16; 2] {
    let side = (bounds.square() / TILE).max(1) as u16;
    [side, side]
}

fn uncompressed(bounds: &Bounds, pixel_bytes: u64) -> Heic {
    let side = bounds.square_of(bounds.bytes as u64 * 9 / 10 / pixel_bytes);
    Heic::new(&noise((side, side)))
}
