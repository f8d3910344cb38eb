//! WebP files.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::animation::Animation;
use darkroom_testkit::fixture::motion::{pan, sprite};
use darkroom_testkit::fixture::{Webp, scene, table_profile};
use image::RgbImage;
use image::buffer::ConvertBuffer;

use super::bounds::Bounds;
use super::pixels::{
    animation, disguised_noise, equal_frames, noise, noisy_alpha, translucent_noise,
};
use super::source::CostlySource;

const FRAMES: u32 = 60;
/// The longest side of a VP8 image in pixels.
const MAX_SIDE: u32 = 16_383;

pub(super) fn sources() -> Vec<CostlySource> {
    [stills(), animations()].into_iter().flatten().collect()
}

fn stills() -> Vec<CostlySource> {
    vec![
        CostlySource::new("webp: a lossy photograph", |bounds| {
            Webp::lossy(&scene(bounds.square(), bounds.square()), 90).build()
        }),
        CostlySource::noise("webp: lossy noise", |bounds| {
            lossy_noise(bounds, noise((bounds.square(), bounds.square())))
        }),
        CostlySource::new("webp: the longest rows", |bounds| {
            let (width, height) = bounds.wide();
            Webp::lossy(&scene(width.min(MAX_SIDE), height), 90).build()
        }),
        CostlySource::new("webp: a lossless photograph", |bounds| {
            Webp::new(&scene(bounds.square(), bounds.square())).build()
        }),
        CostlySource::noise("webp: lossless noise", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 * 32 / 100);
            Webp::new(&noise((side, side))).build()
        }),
        CostlySource::noise("webp: lossless translucent noise", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 * 24 / 100);
            Webp::from_rgba(&translucent_noise((side, side), 1)).build()
        }),
        CostlySource::new("webp: lossless with all transforms", |bounds| {
            let side = bounds.square_of(bounds.pixels / 8);
            Webp::dense_lossless(&scene(side, side).convert()).build()
        }),
        CostlySource::new("webp: 65,536 groups of prefix codes", |bounds| {
            // A group, its entry in the map, and the pixels of its block take 80 bytes.
            let groups = (bounds.bytes as u64 / 80).min(65_536);
            Webp::code_groups(groups.isqrt() as u32 * 4).build()
        })
        .or(RejectionCode::OutOfMemory),
        CostlySource::noise(
            "webp: lossless noise of eight colors that looks like graphics",
            |bounds| {
                let side = bounds.square_of((bounds.bytes as u64 * 2).min(bounds.pixels));
                bounds.fit(side, |side| Webp::new(&disguised_noise(side, 2)).build())
            },
        ),
        CostlySource::noise("webp: lossy with an alpha of noise", |bounds| {
            let side = bounds.square_of((bounds.bytes as u64 * 8 / 10).min(bounds.pixels / 4));
            Webp::lossy_rgba(&noisy_alpha(side), 60).build()
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new(
            "webp: a photograph with a profile of large tables",
            |bounds| {
                let image = scene(bounds.square(), bounds.square());
                Webp::lossy(&image, 80).icc(&table_profile(3, 85)).build()
            },
        ),
    ]
}

fn animations() -> Vec<CostlySource> {
    vec![
        CostlySource::new("webp: a lossless pan over a photograph", |bounds| {
            bounds.fit(bounds.frame(FRAMES), |side| pan(side, FRAMES).webp())
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("webp: a lossy pan over a photograph", |bounds| {
            bounds.fit(bounds.frame(FRAMES), |side| {
                Webp::lossy_animation(&pan(side, FRAMES), 60).build()
            })
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("webp: few large frames of a lossless pan", |bounds| {
            bounds.fit(bounds.frame(6), |side| pan(side, 6).webp())
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("webp: a sprite on a photograph", |bounds| {
            bounds.fit(bounds.frame(FRAMES), |side| sprite(side, FRAMES).webp())
        }),
        CostlySource::new("webp: equal frames", |bounds| {
            let count = bounds.frames;
            bounds.fit(bounds.frame(count), |side| equal_frames(side, count).webp())
        }),
        CostlySource::noise("webp: translucent noise in few frames", |bounds| {
            translucent_frames(bounds, 6).webp()
        }),
        CostlySource::noise("webp: translucent noise in many frames", |bounds| {
            translucent_frames(bounds, bounds.frames).webp()
        }),
    ]
}

fn translucent_frames(bounds: &Bounds, count: u32) -> Animation {
    let pixels = bounds.bytes as u64 * 24 / 100 / u64::from(count);
    let side = bounds.square_of(pixels).min(bounds.frame(count));
    animation(side, count, |index| {
        translucent_noise((side, side), index.into())
    })
}

/// Returns noise at the highest quality that makes the file small enough.
fn lossy_noise(bounds: &Bounds, image: RgbImage) -> Vec<u8> {
    let sample = image::imageops::crop_imm(
        &image,
        0,
        0,
        bounds.square().min(512),
        bounds.square().min(512),
    );
    let sample = sample.to_image();
    let pixels = |image: &RgbImage| u64::from(image.width()) * u64::from(image.height());
    let fits = |quality: &u8| {
        let length = Webp::lossy(&sample, *quality).build().len() as u64;
        length * pixels(&image) / pixels(&sample) < bounds.bytes as u64
    };
    let quality = [90, 75, 60, 45, 30, 15, 5]
        .into_iter()
        .find(fits)
        .unwrap_or(0);
    Webp::lossy(&image, quality).build()
}
