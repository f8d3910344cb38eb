//! Color conversion, compared with Little CMS.

use std::path::Path;

use darkroom_imaging::{IccPolicy, NoteCode, render};
use darkroom_testkit::fixture::{Jpeg, Png};
use image::{Rgb, RgbImage, RgbaImage};

use crate::ciede2000;
use crate::corpus;
use crate::images::{chart, decoded, only, worst};
use crate::recipes::{every_encoding, lossless};

/// The largest accepted mean and 99th percentile of CIEDE2000.
const MEAN: f64 = 1.0;
const P99: f64 = 2.5;

fn reference(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/color");
    std::fs::read(folder.join(name)).unwrap()
}

fn expected(name: &str) -> RgbaImage {
    image::load_from_memory(&reference(name))
        .unwrap()
        .into_rgba8()
}

fn assert_close(name: &str, actual: &RgbaImage, expected: &RgbaImage) {
    assert_eq!(actual.dimensions(), expected.dimensions(), "{name}");
    let rgb = |pixel: &image::Rgba<u8>| [pixel[0], pixel[1], pixel[2]];
    let mut differences: Vec<f64> = actual
        .pixels()
        .zip(expected.pixels())
        .map(|(a, b)| ciede2000::difference(rgb(a), rgb(b)))
        .collect();
    differences.sort_by(f64::total_cmp);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let p99 = differences[(differences.len() - 1) * 99 / 100];
    assert!(
        mean <= MEAN && p99 <= P99,
        "{name}: mean {mean:.3}, p99 {p99:.3}"
    );
}

fn assert_reference(name: &str, extension: &str) {
    let source = reference(&format!("{name}.source.{extension}"));
    let rendered = render(&source, &lossless()).unwrap();
    assert_eq!(rendered.notes, []);
    let actual = decoded(&rendered.variants[0]);
    assert_close(name, &actual, &expected(&format!("{name}.expected.png")));
}

#[test]
fn display_p3_is_converted_to_srgb() {
    assert_reference("display_p3", "png");
}

#[test]
fn adobe_rgb_is_converted_to_srgb() {
    assert_reference("adobe_rgb", "png");
}

#[test]
fn prophoto_is_converted_to_srgb() {
    assert_reference("prophoto", "png");
}

#[test]
fn a_gray_profile_is_applied() {
    assert_reference("gray_gamma", "png");
}

#[test]
fn a_cmyk_profile_is_applied() {
    assert_reference("cmyk", "jpg");
}

#[test]
fn profiles_of_the_corpus_are_applied() {
    for (file, name, step) in [
        ("p3.png", "corpus-p3.every1.png", 1),
        ("prophoto.png", "corpus-prophoto.every1.png", 1),
        ("cmyk-icc.jpg", "corpus-cmyk-icc.every8.png", 8),
    ] {
        let Some(source) = corpus::read(&format!("colour/{file}")) else {
            continue;
        };
        let whole = only(&source, &lossless());
        let expected = expected(name);
        let sampled = RgbaImage::from_fn(expected.width(), expected.height(), |x, y| {
            *whole.get_pixel(x * step, y * step)
        });
        assert_close(file, &sampled, &expected);
    }
}

/// Renders a PNG of one gray level with these chunks and returns the resulting level.
fn gray_after(level: u8, chunks: &[(&[u8; 4], &[u8])]) -> u8 {
    let image = RgbImage::from_pixel(4, 4, Rgb([level; 3]));
    let mut file = Png::new(&image);
    for (name, data) in chunks {
        file = file.chunk(name, data);
    }
    only(&file.build(), &lossless()).get_pixel(0, 0)[0]
}

const LINEAR_GAMMA: (&[u8; 4], &[u8]) = (b"gAMA", &100_000_u32.to_be_bytes());
const SRGB: (&[u8; 4], &[u8]) = (b"sRGB", &[0]);
/// BT.709 primaries with a linear transfer, full range (ITU-T H.273).
const LINEAR_CODE_POINTS: (&[u8; 4], &[u8]) = (b"cICP", &[1, 8, 0, 1]);
const SRGB_CODE_POINTS: (&[u8; 4], &[u8]) = (b"cICP", &[1, 13, 0, 1]);
/// BT.2100 PQ.
const HDR_CODE_POINTS: (&[u8; 4], &[u8]) = (b"cICP", &[9, 16, 0, 1]);

#[test]
fn the_most_specific_color_chunk_of_a_png_wins() {
    // Linear 64 of 255 is 137 on the sRGB curve.
    assert_eq!(gray_after(64, &[]), 64);
    assert_eq!(gray_after(64, &[LINEAR_GAMMA]), 137);
    assert_eq!(gray_after(64, &[LINEAR_GAMMA, SRGB]), 64);
    assert_eq!(gray_after(64, &[LINEAR_CODE_POINTS, SRGB]), 137);
    assert_eq!(gray_after(64, &[SRGB_CODE_POINTS, LINEAR_GAMMA]), 64);
    assert_eq!(gray_after(64, &[HDR_CODE_POINTS, LINEAR_GAMMA]), 137);
}

#[test]
fn a_profile_overrides_gamma_and_code_points_override_a_profile() {
    let image = RgbImage::from_pixel(4, 4, Rgb([200, 80, 40]));
    let profile = profile_in(&reference("prophoto.source.png"));
    let pixel = |file: &Png| *only(&file.build(), &lossless()).get_pixel(0, 0);
    let by_profile = pixel(&Png::new(&image).icc("p", &profile));
    assert_ne!(by_profile, image::Rgba([200, 80, 40, 255]));
    let (name, data) = LINEAR_GAMMA;
    let with_gamma = Png::new(&image).icc("p", &profile).chunk(name, data);
    assert_eq!(pixel(&with_gamma), by_profile);
    let (name, data) = SRGB_CODE_POINTS;
    let with_points = Png::new(&image).icc("p", &profile).chunk(name, data);
    assert_eq!(pixel(&with_points), image::Rgba([200, 80, 40, 255]));
}

/// Returns the ICC profile of a PNG or JPEG, as the decoders of `image` read it.
fn profile_in(file: &[u8]) -> Vec<u8> {
    let reader = image::ImageReader::new(std::io::Cursor::new(file));
    let mut decoder = reader
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap();
    image::ImageDecoder::icc_profile(&mut decoder)
        .unwrap()
        .unwrap()
}

#[test]
fn an_invalid_profile_is_ignored_with_a_note() {
    let image = chart(16, 16);
    let plain = only(&Png::new(&image).build(), &lossless());
    let whole = profile_in(&reference("prophoto.source.png"));
    let broken = [
        b"not a profile".to_vec(),
        whole[..150].to_vec(),
        profile_in(&reference("gray_gamma.source.png")),
    ];
    for profile in broken {
        let file = Png::new(&image).icc("p", &profile).build();
        let rendered = render(&file, &lossless()).unwrap();
        let codes: Vec<_> = rendered.notes.iter().map(|note| note.code).collect();
        assert_eq!(codes, [NoteCode::IccIgnored]);
        assert_eq!(decoded(&rendered.variants[0]), plain);
    }
}

#[test]
fn a_profile_equivalent_to_srgb_changes_nothing() {
    let image = chart(32, 32);
    let file = Png::new(&image).icc("p", &reference("srgb.icc")).build();
    let rendered = render(&file, &lossless()).unwrap();
    assert_eq!(rendered.notes, []);
    let plain = only(&Png::new(&image).build(), &lossless());
    assert_eq!(decoded(&rendered.variants[0]), plain);
}

#[test]
fn a_variant_that_keeps_the_profile_keeps_pixels_and_profile() {
    let source = reference("prophoto.source.png");
    let profile = profile_in(&source);
    let stored = image::load_from_memory(&source).unwrap().into_rgba8();
    let mut recipe = every_encoding();
    for variant in &mut recipe.variants {
        variant.icc = IccPolicy::Keep;
    }
    let rendered = render(&source, &recipe).unwrap();
    assert_eq!(rendered.removed_metadata, []);
    for variant in &rendered.variants {
        assert_eq!(profile_in(&variant.bytes), profile, "{}", variant.name);
    }
    for lossless in [1, 4] {
        assert_eq!(worst(&decoded(&rendered.variants[lossless]), &stored), 0);
    }
}

#[test]
fn a_profile_that_is_not_rgb_is_not_kept() {
    let mut recipe = lossless();
    recipe.variants[0].icc = IccPolicy::Keep;
    let kept = render(&reference("cmyk.source.jpg"), &recipe).unwrap();
    let converted = render(&reference("cmyk.source.jpg"), &lossless()).unwrap();
    assert_eq!(kept.variants, converted.variants);
}

#[test]
fn one_recipe_can_keep_the_profile_in_one_variant_and_convert_another() {
    let source = reference("display_p3.source.png");
    let mut recipe = every_encoding();
    recipe.variants[1].icc = IccPolicy::Keep;
    let rendered = render(&source, &recipe).unwrap();
    let names: Vec<_> = rendered.variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["lossy", "lossless", "auto", "jpeg", "png"]);
    let stored = image::load_from_memory(&source).unwrap().into_rgba8();
    assert_eq!(decoded(&rendered.variants[1]), stored);
    assert_close(
        "display_p3",
        &decoded(&rendered.variants[4]),
        &expected("display_p3.expected.png"),
    );
}

#[test]
fn cmyk_without_a_profile_is_not_inverted() {
    let Some(source) = corpus::read("colour/cmyk-no-icc.jpg") else {
        return;
    };
    // This photo has a bright sky, which would be dark if CMYK were inverted.
    let image = only(&source, &lossless());
    let mean: u64 = image
        .pixels()
        .map(|p| u64::from(p[0]) + u64::from(p[1]))
        .sum();
    let mean = mean as f64 / (f64::from(image.width()) * f64::from(image.height()) * 2.0);
    assert!((60.0..220.0).contains(&mean), "{mean}");
}

#[test]
fn a_gray_jpeg_stays_gray() {
    let gray = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x * 8 + y * 4) as u8]));
    let image = only(&Jpeg::from_gray(&gray).build(), &lossless());
    for (out, gray) in image.pixels().zip(gray.pixels()) {
        assert_eq!((out[0], out[1]), (out[1], out[2]));
        assert!(out[0].abs_diff(gray[0]) <= 2);
    }
}
