//! JPEG XL: exact pixels of lossless files, colors, animations, and damaged files.

use darkroom_imaging::{Limits, MetadataKind, NoteCode, RejectionCode, inspect, render};
use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::bomb::giant_profile;
use darkroom_testkit::fixture::jxl_coder::JxlNoise;
use darkroom_testkit::fixture::{CANARY, Exif, Jxl, Png, damage, icc_profile, jxl, play, scene};
use image::{RgbaImage, imageops};

use crate::allocation::peak_bytes;
use crate::images::{difference, only, rejection, worst};
use crate::recipes::{avatar, lossless, wide_limits};

const MIB: usize = 1 << 20;

fn rendered(file: &[u8]) -> RgbaImage {
    only(file, &lossless())
}

fn opaque() -> RgbaImage {
    image::DynamicImage::from(scene(24, 18)).into_rgba8()
}

/// Returns the part of an image of 24 x 18 pixels in which alpha is at least 120.
fn mostly_opaque(image: &RgbaImage) -> RgbaImage {
    imageops::crop_imm(image, 12, 0, 12, 18).to_image()
}

#[test]
fn a_lossless_image_has_its_exact_pixels_bare_and_in_a_container() {
    assert_eq!(worst(&rendered(jxl::LOSSLESS), &opaque()), 0);
    let contained = Jxl::new(jxl::LOSSLESS).build();
    assert_eq!(worst(&rendered(&contained), &opaque()), 0);
}

#[test]
fn gray_alpha_and_16_bits_have_their_exact_samples() {
    for (x, y, pixel) in rendered(jxl::GRAY).enumerate_pixels() {
        let gray = (10 * x + y) as u8;
        assert_eq!(pixel.0, [gray, gray, gray, 255]);
    }
    for (x, y, pixel) in rendered(jxl::SIXTEEN).enumerate_pixels() {
        let gray = ((2_700 * x + 150 * y) as f64 / 257.0).round() as u8;
        assert_eq!(pixel.0, [gray, gray, gray, 255]);
    }
    let mut expected = opaque();
    for (x, _, pixel) in expected.enumerate_pixels_mut() {
        pixel[3] = (10 * x) as u8;
    }
    // Lossless WebP does not keep the color of invisible pixels.
    let visible = |image: &RgbaImage| imageops::crop_imm(image, 1, 0, 23, 18).to_image();
    let result = rendered(jxl::ALPHA);
    assert_eq!(worst(&visible(&result), &visible(&expected)), 0);
}

#[test]
fn premultiplied_colors_become_straight() {
    let mut expected = opaque();
    for (x, _, pixel) in expected.enumerate_pixels_mut() {
        for channel in 0..3 {
            let straight = f64::from(pixel[channel]) * 255.0 / f64::from(10 * x);
            pixel[channel] = straight.round().min(255.0) as u8;
        }
    }
    let off = difference(
        &mostly_opaque(&rendered(jxl::PREMULTIPLIED)),
        &mostly_opaque(&expected),
    );
    assert!(off < 0.6, "{off}");
}

#[test]
fn lossy_and_progressive_images_resemble_their_source() {
    for file in [jxl::LOSSY, jxl::PROGRESSIVE] {
        let off = difference(&rendered(file), &opaque());
        assert!(off < 3.0, "{off}");
    }
}

#[test]
fn colors_are_those_of_a_png_with_the_same_samples_and_color_space() {
    let png = || Png::new(&scene(24, 18));
    let gamma = png().chunk(b"gAMA", &55_000_u32.to_be_bytes());
    for (file, expected) in [
        (jxl::P3, png().chunk(b"cICP", &[12, 13, 0, 1])),
        (jxl::GAMMA, gamma),
        (jxl::PROFILE, png().icc("profile", &icc_profile(CANARY))),
    ] {
        let off = worst(&rendered(file), &rendered(&expected.build()));
        assert!(off <= 1, "{off}");
    }
    assert!(difference(&rendered(jxl::P3), &opaque()) > 2.0);
}

#[test]
fn a_profile_does_not_apply_to_samples_that_are_coded_independently_of_it() {
    let source = inspect(jxl::PROFILE_LOSSY, &wide_limits()).unwrap();
    assert_eq!(source.icc_profile.as_deref(), Some(CANARY));
    assert_eq!(source.metadata, [MetadataKind::Icc]);
    let off = difference(&rendered(jxl::PROFILE_LOSSY), &rendered(jxl::PROFILE));
    assert!(off < 3.0, "{off}");
}

#[test]
fn hdr_is_not_tone_mapped_and_noted() {
    let result = render(jxl::PQ, &lossless()).unwrap();
    assert_eq!(result.notes[0].code, NoteCode::IccIgnored);
    assert_eq!(worst(&rendered(jxl::PQ), &opaque()), 0);
}

#[test]
fn the_orientation_is_that_of_the_codestream() {
    let source = inspect(jxl::PACKED, &wide_limits()).unwrap();
    assert_eq!(source.source.orientation, 6);
    assert_eq!(source.upright_size, [24, 18]);
    let off = difference(&rendered(jxl::PACKED), &opaque());
    assert!(off < 12.0, "{off}");
    let turned_by_exif = Jxl::new(jxl::LOSSLESS).exif(&Exif::new().orientation(6));
    let source = inspect(&turned_by_exif.build(), &wide_limits()).unwrap();
    assert_eq!(source.source.orientation, 1);
    assert_eq!(source.metadata, [MetadataKind::Exif]);
}

#[test]
fn noise_is_decoded_with_every_feature() {
    for size in [(200, 120), (2060, 30)] {
        let exact = || JxlNoise::lossless(size, 8);
        let lossy = || JxlNoise::lossy(size, 4);
        let files = [
            ("lossless", exact()),
            ("alpha", exact().alpha()),
            ("decisions", exact().decisions(64)),
            ("level 10", exact().decisions(2000).level_10()),
            ("squeezed", JxlNoise::lossless(size, 0).squeezed()),
            ("layers", exact().layers(3)),
            ("patches", exact().patches(3)),
            ("animation", exact().animation(3)),
            ("lossy", lossy()),
            ("lossy, alpha", lossy().alpha()),
            ("lossy, filters", lossy().filters()),
            ("lossy, splines", lossy().splines(2)),
            ("lossy, animation", lossy().animation(2)),
        ];
        for (name, file) in files {
            let image = render(&file.build(), &lossless())
                .unwrap_or_else(|rejection| panic!("{name} {size:?}: {rejection}"));
            assert_eq!((image.source.width, image.source.height), size, "{name}");
        }
    }
}

#[test]
fn an_animation_has_its_frames_durations_and_plays() {
    let result = render(jxl::ANIMATION, &lossless()).unwrap();
    assert_eq!(result.source.frames, 3);
    let played = play(&result.variants[0].bytes);
    let durations: Vec<_> = played
        .frames
        .iter()
        .map(|(_, duration)| *duration)
        .collect();
    assert_eq!(durations, [70, 130, 100]);
    // `cjxl` clears more than the second frame before it draws the third, so only the part of the
    // third one counts.
    let composed = small_animation().composed();
    let area = [(0, 0, 32, 24), (0, 0, 32, 24), (20, 2, 8, 20)];
    for (((seen, _), expected), (x, y, width, height)) in
        played.frames.iter().zip(&composed).zip(area)
    {
        let part = |image| imageops::crop_imm(image, x, y, width, height).to_image();
        assert_eq!(worst(&part(seen), &part(expected)), 0);
    }
}

#[test]
fn frames_that_are_not_shown_do_not_count() {
    let result = render(jxl::PATCHES, &lossless()).unwrap();
    assert_eq!(result.source.frames, 3);
    let played = play(&result.variants[0].bytes);
    for ((seen, _), index) in played.frames.iter().zip(0..) {
        assert_eq!(
            seen.get_pixel(11 + 10 * index, 8).0,
            [200, 30 * index as u8, 10, 255]
        );
        assert_eq!(seen.get_pixel(95, 0).0, [255; 4]);
    }
    let limits = Limits {
        max_frames: 2,
        ..wide_limits()
    };
    let rejection = inspect(jxl::PATCHES, &limits).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::TooManyFrames);
}

#[test]
fn the_size_is_checked_before_frames_are_counted() {
    let limits = Limits {
        max_width: 95,
        ..wide_limits()
    };
    // Without its frames, the file cannot be counted.
    let rejection = inspect(&jxl::PATCHES[..64], &limits).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::DimensionsExceeded);
}

#[test]
fn a_file_that_ends_early_is_corrupt_wherever_it_ends() {
    let contained = Jxl::new(jxl::LOSSLESS).build();
    for file in [jxl::LOSSLESS, jxl::ANIMATION, jxl::PACKED, &contained] {
        for length in 12..file.len() {
            if let Err(rejection) = render(&file[..length], &lossless()) {
                assert_eq!(
                    rejection.code,
                    RejectionCode::Corrupt,
                    "{length}: {rejection}"
                );
            } else {
                // Only boxes after the codestream are missing.
                assert!(file == jxl::PACKED, "{length}");
            }
        }
    }
    assert_eq!(rejection(b"\xff\x0a").code, RejectionCode::Corrupt);
}

#[test]
fn a_giant_profile_takes_a_bounded_amount_of_memory() {
    let file = giant_profile();
    let (result, peak) = peak_bytes(|| inspect(&file, &wide_limits()));
    assert_eq!(result.unwrap_err().code, RejectionCode::Corrupt);
    // The decoder reserves the stated size of the profile, up to this limit of its own.
    assert!((200 * MIB..300 * MIB).contains(&peak), "{peak}");
}

#[test]
fn damaged_files_have_an_outcome() {
    for (_, file) in jxl::ALL {
        for seed in 0..150 {
            let _ = render(&damage::mutated(file, seed), &avatar());
        }
    }
}
