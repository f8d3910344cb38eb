//! Animations with typical kinds of motion: their quality and their size.

use darkroom_imaging::{Recipe, WebpMode, render};
use darkroom_testkit::fixture::animation::{Animation, Frame};
use darkroom_testkit::fixture::motion::{pan, sprite};
use darkroom_testkit::fixture::{Playback, Png, play};
use image::{Rgba, RgbaImage};

use super::{durations, on_white, played};
use crate::images::{difference, only, with};
use crate::recipes::{avatar, lossless, variant, webp, wide_limits};

const SIDE: u32 = 240;
const FRAMES: u32 = 12;
/// The side of a tile in pixels. Differences are measured by tile, because the mean over a whole
/// frame would not reveal an error in one tile.
const TILE: u32 = 8;

fn lossy(animation: &Animation) -> Playback {
    played(&animation.gif(), &lossy_recipe())
}

/// Returns the mean difference between two frames in the tile that differs most.
fn worst_tile(seen: &RgbaImage, expected: &RgbaImage) -> f64 {
    let (width, height) = seen.dimensions();
    let tile = |image: &RgbaImage, x, y| {
        let tile = image::imageops::crop_imm(image, x, y, TILE, TILE).to_image();
        on_white(&tile)
    };
    let tiles =
        (0..height / TILE).flat_map(|row| (0..width / TILE).map(move |column| (row, column)));
    tiles
        .map(|(row, column)| (column * TILE, row * TILE))
        .map(|(x, y)| difference(&tile(seen, x, y), &tile(expected, x, y)))
        .fold(0.0, f64::max)
}

#[test]
fn every_tile_of_every_frame_is_as_good_as_in_a_still_image() {
    for (name, animation) in [("pan", pan(SIDE, FRAMES)), ("sprite", sprite(SIDE, FRAMES))] {
        let played = lossy(&animation);
        let composed = animation.composed();
        assert_eq!(durations(&played).len(), composed.len());
        for (index, ((seen, _), expected)) in played.frames.iter().zip(&composed).enumerate() {
            let still = only(&Png::from_rgba(expected).build(), &lossy_recipe());
            let (worst, alone) = (worst_tile(seen, expected), worst_tile(&still, expected));
            assert!(
                worst <= alone + 3.0,
                "{name}, frame {index}: {worst}, alone {alone}"
            );
        }
    }
}

#[test]
fn frames_that_change_little_add_few_bytes() {
    let bytes = |frames| {
        let rendered = render(&sprite(SIDE, frames).gif(), &lossy_recipe()).unwrap();
        rendered.variants[0].bytes.len()
    };
    let (first, all) = (bytes(1), bytes(FRAMES));
    assert!(
        all <= first * 3,
        "{FRAMES} frames have {all} bytes, one has {first}"
    );
}

#[test]
fn scattered_changes_cost_only_their_blocks() {
    let still = pan(SIDE, 1);
    let mut sparks = still.frames[0].clone();
    for index in 0..6 {
        let place = 5 + index * (SIDE - 10) / 6;
        sparks
            .image
            .put_pixel(place, place, Rgba([255, 255, 0, 255]));
    }
    let animation = still.clone().frame(sparks);
    let bytes = |animation: &Animation| {
        let rendered = render(&animation.gif(), &lossy_recipe()).unwrap();
        rendered.variants[0].bytes.len()
    };
    let (one, two) = (bytes(&still), bytes(&animation));
    assert!(two <= one + one / 10 + 200, "{one}, then {two} bytes");
    let played = lossy(&animation);
    let last = &animation.composed()[1];
    assert!(worst_tile(&played.frames[1].0, last) < 30.0);
}

#[test]
fn an_opaque_animation_stays_opaque() {
    for animation in [pan(SIDE, 3), sprite(SIDE, 3)] {
        let rendered = render(&animation.gif(), &avatar_recipe()).unwrap();
        for variant in &rendered.variants {
            for (seen, _) in play(&variant.bytes).frames {
                assert!(
                    seen.pixels().all(|pixel| pixel[3] == 255),
                    "{}",
                    variant.name
                );
            }
        }
    }
}

#[test]
fn translucent_parts_stay_translucent_while_others_move() {
    let glass = Rgba([0, 102, 255, 128]);
    let mut first = Frame::solid(96, 96, [204, 51, 0]);
    for y in 40..96 {
        for x in 0..96 {
            first.image.put_pixel(x, y, glass);
        }
    }
    let animation = (0..4).fold(Animation::new(96, 96).frame(first), |animation, index| {
        animation.frame(Frame::solid(8, 8, [255, 255, 102]).at(index * 10, 34))
    });
    let seen = played(&animation.webp(), &lossy_recipe());
    let exact = played(&animation.webp(), &lossless());
    for ((seen, _), (exact, _)) in seen.frames.iter().zip(&exact.frames) {
        let alphas = seen.pixels().zip(exact.pixels());
        assert!(alphas.clone().all(|(seen, exact)| seen[3] == exact[3]));
        assert!(difference(&on_white(seen), &on_white(exact)) < 4.0);
    }
}

fn lossy_recipe() -> Recipe {
    with(
        lossless(),
        variant("lossy", None, webp(85, WebpMode::Lossy)),
    )
}

fn avatar_recipe() -> Recipe {
    Recipe {
        limits: wide_limits(),
        ..avatar()
    }
}
