//! Tests of generated animations, each for one aspect.

use darkroom_imaging::{
    Color, CropBox, Encoding, Fit, IccPolicy, Recipe, Resize, Variant, WebpMode, render,
};
use darkroom_testkit::fixture::animation::{Animation, Disposal, Frame, small_animation};
use darkroom_testkit::fixture::{
    Exif, Png, Webp, icc_profile, play, rotated_for_orientation, scene,
};
use image::{DynamicImage, RgbaImage};

use super::{assert_seen, durations, on_white, one, played};
use crate::images::{difference, only, with, worst};
use crate::recipes::{lossless, variant, webp};

#[test]
fn every_disposal_of_a_gif_is_applied() {
    let back = Frame::solid(10, 10, [0, 255, 0])
        .at(3, 5)
        .disposal(Disposal::Previous);
    let beyond = Frame::solid(20, 20, [0, 153, 51]).at(25, 15);
    let animation = small_animation()
        .frame(back)
        .frame(Frame::solid(3, 3, [255, 0, 255]))
        .frame(beyond.disposal(Disposal::Background))
        .frame(Frame::solid(5, 5, [51, 51, 51]).at(2, 2).hollow());
    let played = played(&animation.gif(), &lossless());
    assert_seen(&played, &animation.composed());
    assert_eq!(durations(&played), [70, 130, 100, 100, 100, 100, 100]);
}

#[test]
fn every_disposal_of_a_webp_is_applied() {
    let cleared = Frame::solid(10, 10, [0, 255, 0])
        .at(4, 6)
        .disposal(Disposal::Background);
    let animation = small_animation()
        .frame(cleared)
        .frame(Frame::solid(3, 3, [255, 0, 255]))
        .frame(Frame::solid(32, 24, [51, 51, 51]).hollow());
    let played = played(&animation.webp(), &lossless());
    assert_seen(&played, &animation.composed());
    assert_eq!(durations(&played), [70, 130, 100, 100, 100, 100]);
}

#[test]
fn translucent_frames_are_blended() {
    let glass = RgbaImage::from_pixel(8, 8, [0, 0, 255, 128].into());
    let mut frame = Frame::solid(8, 8, [255, 0, 0]);
    let below = Animation::new(8, 8).frame(frame.clone());
    frame.image = glass;
    let played = played(&below.frame(frame).webp(), &lossless());
    assert!(
        played.frames[1]
            .0
            .pixels()
            .all(|pixel| pixel.0 == [127, 0, 128, 255])
    );
}

#[test]
fn frames_that_look_equal_stay_separate() {
    let frame = Frame::solid(9, 9, [204, 51, 0]);
    let animation = (1..=4).fold(Animation::new(9, 9), |animation, index| {
        animation.frame(frame.clone().delay_ms(index * 30))
    });
    for mode in [WebpMode::Lossless, WebpMode::Lossy, WebpMode::Auto] {
        let recipe = with(lossless(), variant("same", None, webp(80, mode)));
        let played = played(&animation.gif(), &recipe);
        assert_eq!(durations(&played), [30, 60, 90, 120]);
        let firsts = played.frames.iter().map(|(seen, _)| seen);
        assert!(firsts.clone().all(|seen| seen == &played.frames[0].0));
    }
}

#[test]
fn a_frame_without_a_duration_is_shown_as_long_as_in_browsers() {
    let animation = [0, 10, 20, 30]
        .into_iter()
        .fold(Animation::new(4, 4), |animation, delay_ms| {
            animation.frame(Frame::solid(4, 4, [255, 0, 0]).delay_ms(delay_ms))
        });
    for bytes in [animation.gif(), animation.webp()] {
        let played = played(&bytes, &lossless());
        assert_eq!(durations(&played), [100, 100, 20, 30]);
    }
}

#[test]
fn a_variant_plays_as_often_as_its_source() {
    // A GIF states the number of plays after the first, and a WebP the number of all plays. In
    // both, 0 means forever.
    let looping = |loops| small_animation().loops(loops);
    let plays = |bytes: &[u8]| played(bytes, &lossless()).plays;
    for (loops, times) in [(Some(0), 0), (Some(1), 2), (Some(3), 4), (None, 1)] {
        assert_eq!(plays(&looping(loops).gif()), times, "{loops:?} in GIF");
    }
    for loops in [0, 1, 3, 65_535] {
        assert_eq!(plays(&looping(Some(loops)).webp()), u32::from(loops));
    }
    // The 65,536 plays of this GIF are more than a WebP can state.
    assert_eq!(plays(&looping(Some(65_535)).gif()), 65_535);
}

#[test]
fn a_variant_that_is_not_animated_shows_the_first_frame() {
    let animation = small_animation();
    let still = Variant {
        animated: false,
        ..variant("still", None, webp(80, WebpMode::Lossless))
    };
    let png = variant("png", None, Encoding::Png);
    let jpeg = Encoding::Jpeg {
        quality: 95,
        background: Color::WHITE,
    };
    for bytes in [animation.gif(), animation.webp()] {
        let first = &animation.composed()[0];
        for variant in [&still, &png] {
            assert!(only(&bytes, &with(lossless(), variant.clone())) == *first);
        }
        let jpeg = only(&bytes, &with(lossless(), variant("jpeg", None, jpeg)));
        assert!(difference(&jpeg, first) < 8.0);
    }
}

#[test]
fn still_and_animated_variants_are_in_the_order_of_the_recipe() {
    let still = Variant {
        animated: false,
        ..variant("b", None, webp(80, WebpMode::Lossless))
    };
    let moving = |name| variant(name, None, webp(80, WebpMode::Lossless));
    let recipe = Recipe {
        variants: vec![moving("a"), still, moving("c")],
        ..lossless()
    };
    let rendered = render(&small_animation().gif(), &recipe).unwrap();
    assert_eq!(rendered.source.frames, 3);
    let frames = rendered.variants.iter().map(|variant| {
        let played = play(&variant.bytes);
        (variant.name.as_str(), played.frames.len())
    });
    assert_eq!(frames.collect::<Vec<_>>(), [("a", 3), ("b", 1), ("c", 3)]);
}

#[test]
fn composed_frames_are_resized_like_still_images() {
    let resize = |fit| Resize {
        width: Some(20),
        height: Some(9),
        fit,
        enlarge: false,
    };
    let gravity = darkroom_imaging::Gravity::SouthEast;
    let pad = Fit::Pad {
        gravity,
        background: None,
    };
    let animation = small_animation();
    for fit in [Fit::Inside, Fit::Cover(gravity), pad] {
        let thumb = variant("thumb", Some(resize(fit)), webp(80, WebpMode::Lossless));
        let recipe = with(lossless(), thumb);
        let played = played(&animation.gif(), &recipe);
        for ((seen, _), composed) in played.frames.iter().zip(animation.composed()) {
            let png = Png::from_rgba(&composed).build();
            let alone = only(&png, &recipe);
            assert!(worst(&on_white(seen), &on_white(&alone)) <= 1);
        }
    }
}

#[test]
fn an_animation_is_cropped_in_every_frame() {
    let crop = CropBox {
        x: 3,
        y: 5,
        width: 20,
        height: 11,
    };
    let recipe = Recipe {
        crop: Some(crop),
        ..lossless()
    };
    let animation = small_animation();
    let played = played(&animation.gif(), &recipe);
    let cropped: Vec<_> = animation
        .composed()
        .iter()
        .map(|frame| image::imageops::crop_imm(frame, 3, 5, 20, 11).to_image())
        .collect();
    assert_seen(&played, &cropped);
}

#[test]
fn a_rotated_animation_becomes_upright() {
    let upright = [
        scene(40, 30),
        DynamicImage::from(scene(40, 30)).fliph().into_rgb8(),
    ];
    let stored = upright
        .iter()
        .fold(Animation::new(30, 40), |animation, frame| {
            let mut stored = Frame::solid(30, 40, [0; 3]);
            stored.image = DynamicImage::from(rotated_for_orientation(frame, 6)).into_rgba8();
            animation.frame(stored)
        });
    let bytes = Webp::animated(&stored)
        .exif(&Exif::new().orientation(6))
        .build();
    let expected: Vec<_> = upright
        .into_iter()
        .map(|frame| DynamicImage::from(frame).into_rgba8())
        .collect();
    assert_seen(&played(&bytes, &lossless()), &expected);
}

#[test]
fn the_colors_of_an_animation_are_converted_or_kept() {
    let animation = small_animation();
    let bytes = Webp::animated(&animation)
        .icc(&icc_profile("swapped"))
        .build();
    let kept = Variant {
        icc: IccPolicy::Keep,
        ..variant("kept", None, webp(80, WebpMode::Lossless))
    };
    let kept = one(&bytes, &with(lossless(), kept));
    assert!(kept.bytes.windows(4).any(|name| name == b"ICCP"));
    assert_seen(&play(&kept.bytes), &animation.composed());
    let converted = played(&bytes, &lossless());
    let still = Variant {
        animated: false,
        ..variant("still", None, webp(80, WebpMode::Lossless))
    };
    let first = only(&bytes, &with(lossless(), still));
    assert!(converted.frames[0].0 == first);
}

#[test]
fn an_animation_with_one_frame_is_a_still_image() {
    let animation = Animation::new(12, 9).frame(Frame::solid(12, 9, [204, 51, 0]));
    for bytes in [animation.gif(), animation.webp()] {
        let rendered = one(&bytes, &lossless());
        assert!(!rendered.bytes.windows(4).any(|name| name == b"ANMF"));
        assert_seen(&play(&rendered.bytes), &animation.composed());
    }
}

#[test]
fn a_truncated_animation_is_corrupt() {
    let animation = small_animation();
    for bytes in [animation.gif(), animation.webp()] {
        let rejection = render(&bytes[..bytes.len() - 12], &lossless()).unwrap_err();
        assert_eq!(rejection.code.name(), "corrupt", "{rejection}");
    }
}

#[test]
fn a_gif_without_its_trailer_is_accepted() {
    let animation = small_animation();
    let mut bytes = animation.gif();
    assert_eq!(bytes.pop(), Some(b';'));
    assert_seen(&played(&bytes, &lossless()), &animation.composed());
}
