//! Encodings of variants.

use darkroom_imaging::{Encoding, Recipe, Variant, WebpMode, render};
use darkroom_testkit::fixture::{Exif, Jpeg, Png, scene};
use image::{Rgb, RgbImage, Rgba, RgbaImage};

use crate::allocation::peak_bytes;
use crate::images::{chart, decoded, difference, only, with, worst};
use crate::recipes::{avatar, every_encoding, lossless, wide_limits};

fn webp(mode: WebpMode) -> Recipe {
    let encoding = Encoding::Webp {
        quality: 85,
        effort: 2,
        mode,
    };
    with(
        lossless(),
        Variant {
            encoding,
            ..lossless().variants.remove(0)
        },
    )
}

/// Returns the kind of a WebP file by its first chunk: a lossy or lossless bitstream, or the header
/// of the extended format.
fn bitstream(file: &[u8], recipe: &Recipe) -> &'static str {
    let bytes = render(file, recipe).unwrap().variants.remove(0).bytes;
    match &bytes[12..16] {
        b"VP8 " => "lossy",
        b"VP8L" => "lossless",
        _ => "extended",
    }
}

/// Returns an image that resembles a window with lines of text.
fn screenshot() -> RgbImage {
    RgbImage::from_fn(640, 400, |x, y| {
        if y < 30 {
            Rgb([60, 60, 70])
        } else if (y % 20) < 12 && (x * 7 + y / 20 * 13) % 23 < 9 && x % 640 < 500 {
            Rgb([20, 20, 20])
        } else {
            Rgb([250, 250, 248])
        }
    })
}

/// Returns an image with grain on gradients, which no lossless encoder can compress well.
fn photograph() -> RgbImage {
    let mut seed = 1_u32;
    RgbImage::from_fn(640, 400, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 28) as u8;
        Rgb([(x / 4) as u8 + grain, (y / 2) as u8 + grain, 80 + grain])
    })
}

#[test]
fn flat_graphics_from_a_lossless_source_stay_lossless_if_that_is_smaller() {
    let file = Png::new(&screenshot()).build();
    assert_eq!(bitstream(&file, &webp(WebpMode::Auto)), "lossless");
    let size = |mode| render(&file, &webp(mode)).unwrap().variants[0].bytes.len();
    assert!(size(WebpMode::Auto) <= size(WebpMode::Lossy));
}

#[test]
fn photographs_and_images_from_lossy_sources_are_lossy_in_auto_mode() {
    let auto = webp(WebpMode::Auto);
    assert_eq!(bitstream(&Png::new(&photograph()).build(), &auto), "lossy");
    assert_eq!(bitstream(&Jpeg::new(&screenshot()).build(), &auto), "lossy");
}

#[test]
fn lossless_encodings_keep_every_pixel() {
    let image = chart(97, 61);
    let expected = image::DynamicImage::from(image.clone()).into_rgba8();
    let rendered = render(&Png::new(&image).build(), &every_encoding()).unwrap();
    for variant in &rendered.variants {
        let off = worst(&decoded(variant), &expected);
        let exact = ["lossless", "png"].contains(&variant.name.as_str());
        assert!(!exact || off == 0, "{} is off by {off}", variant.name);
    }
}

#[test]
fn lossy_encodings_stay_close_to_the_image() {
    let image = scene(320, 200);
    let expected = image::DynamicImage::from(image.clone()).into_rgba8();
    let rendered = render(&Png::new(&image).build(), &every_encoding()).unwrap();
    for variant in &rendered.variants {
        let off = difference(&decoded(variant), &expected);
        assert!(off < 3.0, "{} is off by {off}", variant.name);
    }
}

#[test]
fn alpha_is_kept_if_present_and_dropped_if_opaque() {
    let clear = RgbaImage::from_fn(64, 64, |x, y| Rgba([200, 30, 90, (x * 2 + y * 2) as u8]));
    for mode in [WebpMode::Lossy, WebpMode::Lossless, WebpMode::Auto] {
        let out = only(&Png::from_rgba(&clear).build(), &webp(mode));
        let alphas = out.pixels().zip(clear.pixels());
        assert!(alphas.clone().all(|(a, b)| a[3] == b[3]), "{mode:?}");
    }
    let opaque = RgbaImage::from_fn(64, 64, |x, y| Rgba([x as u8, y as u8, 9, 255]));
    let file = Png::from_rgba(&opaque).build();
    assert_eq!(bitstream(&file, &webp(WebpMode::Lossy)), "lossy");
}

#[test]
fn a_twelve_megapixel_photo_is_in_memory_only_once() {
    const PIXELS: usize = 4000 * 3000;
    let image = scene(4000, 3000);
    let recipe = Recipe {
        limits: wide_limits(),
        ..avatar()
    };
    // A JPEG is in memory as planes with halved chroma; a PNG as RGB, and then as such planes.
    let jpeg = Jpeg::new(&image).exif(&Exif::new().orientation(6)).build();
    for (file, bytes_per_two_pixels) in [(jpeg, 3), (Png::new(&image).build(), 9)] {
        let (rendered, peak) = peak_bytes(|| render(&file, &recipe));
        assert!(rendered.is_ok());
        let allowed = PIXELS * bytes_per_two_pixels / 2 + (8 << 20);
        assert!(peak <= allowed, "{peak} bytes, more than {allowed}");
    }
}
