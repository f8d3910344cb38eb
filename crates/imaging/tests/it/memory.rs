//! A comparison of the estimated memory for rendering with the memory that rendering allocates.
//!
//! libwebp's own memory is not measured here, so the rendered variants are tiny.

use darkroom_imaging::{
    Fit, Recipe, RejectionCode, Resize, WebpMode, estimated_memory, render, render_within,
};
use darkroom_testkit::fixture::jpeg_coder::{JpegCoder, JpegColor, QuantizedImage, ScanScript};
#[cfg(feature = "jxl")]
use darkroom_testkit::fixture::jxl;
use darkroom_testkit::fixture::motion::pan;
use darkroom_testkit::fixture::{Gif, Heic, Jpeg, Png, RawPng, Webp, scene};
use image::{DynamicImage, ImageFormat, RgbImage};

use crate::allocation::peak_bytes;
use crate::corpus;
use crate::recipes::{avatar, variant, webp, wide_limits};

const MIB: u64 = 1 << 20;

fn thumbnail() -> Recipe {
    let resize = Resize {
        width: Some(32),
        height: Some(32),
        fit: Fit::Inside,
        enlarge: false,
    };
    Recipe {
        limits: wide_limits(),
        variants: vec![variant("thumb", Some(resize), webp(80, WebpMode::Lossy))],
        ..avatar()
    }
}

fn progressive(image: &RgbImage, color: JpegColor) -> Vec<u8> {
    let components = color.components();
    let image = QuantizedImage::new(image, color, &vec![(1, 1); components], 8);
    JpegCoder::new(&image, ScanScript::progressive(components)).build()
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Returns files of every format, whose decoders need different memory.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let image = scene(1600, 1200);
    let dynamic = DynamicImage::from(image.clone());
    vec![
        ("JPEG", Jpeg::new(&image).build()),
        ("progressive JPEG", progressive(&image, JpegColor::YCbCr)),
        ("CMYK JPEG", progressive(&image, JpegColor::Cmyk)),
        ("PNG", Png::new(&image).build()),
        ("gray PNG", png(&dynamic.to_luma8().into())),
        ("16-bit PNG", png(&dynamic.to_rgb16().into())),
        ("16-bit RGBA PNG", png(&dynamic.to_rgba16().into())),
        ("16-bit gray PNG", png(&dynamic.to_luma16().into())),
        ("GIF", Gif::new(&image).build()),
        ("lossy WebP", Webp::lossy(&image, 80).build()),
        ("lossless WebP", Webp::new(&image).build()),
        ("HEIC", Heic::new(&image).build()),
        ("HEIC grid", Heic::new(&image).grid(3, 2).build()),
        #[cfg(feature = "jxl")]
        ("JPEG XL", jxl::LARGE.to_vec()),
        ("animated GIF", pan(700, 4).gif()),
        ("animated WebP", pan(700, 4).webp()),
    ]
}

#[test]
fn the_estimate_is_at_least_0_9_and_at_most_2_times_the_peak_in_every_format() {
    let recipe = thumbnail();
    let mut wrong = Vec::new();
    for (name, bytes) in files() {
        let estimate = estimated_memory(&bytes, &recipe).unwrap();
        let (rendered, peak) = peak_bytes(|| render(&bytes, &recipe));
        rendered.unwrap();
        let ratio = estimate as f64 / peak as f64;
        if !(0.9..=2.0).contains(&ratio) {
            wrong.push(format!("{name}: {estimate} of {peak}, {ratio:.2}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_image_that_needs_more_memory_than_allowed_is_too_expensive_before_it_is_decoded() {
    // An interlaced image of 100 megapixels, with 16 bits per sample, that lacks all of its pixels.
    let mut bytes = RawPng::new((10_000, 10_000), 16, 2).pixels(&[]).end();
    bytes[28] = 1;
    let (rejection, peak) =
        peak_bytes(|| render_within(&bytes, &thumbnail(), 900 * MIB).unwrap_err());
    assert_eq!(rejection.code, RejectionCode::TooExpensive);
    let expected = "rendering needs about 1145 MiB of memory, but 900 MiB are allowed";
    assert_eq!(rejection.message, expected);
    assert!(peak < 1 << 20, "{peak}");
    let rejection = render_within(&bytes, &thumbnail(), 1200 * MIB).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::Corrupt);
}

#[test]
fn whole_variants_need_memory_for_their_encoder_too() {
    let bytes = Png::new(&scene(1000, 800)).build();
    let estimate = |mode| {
        let mut recipe = thumbnail();
        recipe.variants = vec![variant("whole", None, webp(80, mode))];
        estimated_memory(&bytes, &recipe).unwrap()
    };
    assert_eq!(estimate(WebpMode::Lossy), 800_000 * 9 / 2);
    assert_eq!(estimate(WebpMode::Lossless), 800_000 * 13);
}

#[test]
fn no_image_of_the_corpus_is_too_expensive_for_the_default_limits() {
    for folder in ["animated", "colour", "heif", "orientation"] {
        for (name, bytes) in corpus::read_all(folder) {
            let recipe = Recipe {
                limits: wide_limits(),
                ..avatar()
            };
            if let Ok(estimate) = estimated_memory(&bytes, &recipe) {
                assert!(estimate < 900 * MIB, "{name}: {} MiB", estimate / MIB);
            }
        }
    }
}
