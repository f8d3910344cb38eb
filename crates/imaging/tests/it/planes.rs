//! JPEGs that stay in planes from the decoder to the encoder, compared with the same files by way of
//! RGB.

use darkroom_imaging::{
    Color, CropBox, Encoding, Fit, Gravity, IccPolicy, Recipe, Resize, Variant, WebpMode, render,
};
use darkroom_testkit::fixture::jpeg_coder::{
    JpegCoder, JpegColor, QuantizedImage, Sampling, ScanScript,
};
use darkroom_testkit::fixture::{Exif, Jpeg, Png, rotated_for_orientation, scene};
use image::{DynamicImage, Rgb, RgbImage};

use crate::images::{decoded, difference};
use crate::recipes::{lossless, variant, webp, wide_limits};

const SAMPLINGS: [[Sampling; 3]; 4] = [
    [(2, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(1, 1), (1, 1), (1, 1)],
];

/// Returns a recipe whose variants are all lossy WebP, so that a JPEG stays in planes.
fn planes(variants: Vec<Variant>, crop: Option<CropBox>) -> Recipe {
    Recipe {
        limits: wide_limits(),
        crop,
        variants,
        ..lossless()
    }
}

/// Returns the recipe with a lossless variant in addition, which needs RGB.
fn by_way_of_rgb(recipe: &Recipe) -> Recipe {
    let mut recipe = recipe.clone();
    recipe.variants.push(variant("rgb", None, Encoding::Png));
    recipe
}

/// Checks that each variant of a JPEG that stays in planes is about as close to the image as one that
/// is made from RGB: at the sharp edges of the test image, at most a tenth farther. `image` is the image without loss; its variants without loss are the reference.
///
/// At sharp edges of colors, both differ visibly from each other, because RGB has interpolated chroma.
fn assert_as_close(bytes: &[u8], image: &RgbImage, recipe: &Recipe, name: &str) {
    let mut exact = recipe.clone();
    for variant in &mut exact.variants {
        variant.encoding = webp(0, WebpMode::Lossless);
    }
    let variants = |bytes: &[u8], recipe: &Recipe| {
        let rendered = render(bytes, recipe).unwrap().variants;
        rendered.iter().map(decoded).collect::<Vec<_>>()
    };
    let exact = variants(&Png::new(image).build(), &exact);
    let from_rgb = variants(bytes, &by_way_of_rgb(recipe));
    for (number, direct) in variants(bytes, recipe).iter().enumerate() {
        let off = difference(direct, &exact[number]);
        let from_rgb = difference(&from_rgb[number], &exact[number]);
        assert!(
            off <= from_rgb * 1.1 + 0.1,
            "{name}, variant {number}: {off} {from_rgb}"
        );
    }
}

fn resized(fit: Fit, (width, height): (u32, u32)) -> Variant {
    let resize = Resize {
        width: Some(width),
        height: Some(height),
        fit,
        enlarge: false,
    };
    variant("resized", Some(resize), webp(100, WebpMode::Lossy))
}

fn whole() -> Variant {
    variant("whole", None, webp(100, WebpMode::Lossy))
}

/// Returns a JPEG that stores an image so that `orientation` turns it upright.
fn file(image: &RgbImage, sampling: &[Sampling; 3], orientation: u8) -> Vec<u8> {
    let stored = rotated_for_orientation(image, orientation);
    let exif = Exif::new().orientation(orientation.into());
    let image = QuantizedImage::new(&stored, JpegColor::YCbCr, sampling, 2);
    let script = ScanScript::sequential(&[&[0, 1, 2]]);
    let payload = [b"Exif\0\0", exif.tiff().as_slice()].concat();
    JpegCoder::new(&image, script)
        .segment(0xe1, &payload)
        .build()
}

#[test]
fn whole_images_of_every_sampling_and_orientation_are_as_close_as_by_way_of_rgb() {
    for size in [(97, 61), (96, 64)] {
        let image = scene(size.0, size.1);
        for sampling in &SAMPLINGS {
            for orientation in 1..=8 {
                let bytes = file(&image, sampling, orientation);
                let recipe = planes(vec![whole()], None);
                let name = format!("{size:?} {sampling:?} {orientation}");
                assert_as_close(&bytes, &image, &recipe, &name);
            }
        }
    }
}

#[test]
fn thumbnails_crops_and_padding_are_as_close_as_by_way_of_rgb() {
    let pad = |gravity, background| Fit::Pad {
        gravity,
        background,
    };
    let variants = vec![
        whole(),
        resized(Fit::Inside, (200, 200)),
        resized(Fit::Inside, (75, 75)),
        resized(Fit::Cover(Gravity::East), (101, 51)),
        resized(pad(Gravity::NorthEast, Some(Color::WHITE)), (123, 77)),
        resized(pad(Gravity::Center, None), (90, 91)),
    ];
    let crop = CropBox {
        x: 31,
        y: 17,
        width: 222,
        height: 151,
    };
    let image = scene(301, 203);
    for crop in [None, Some(crop)] {
        for orientation in [1, 3, 6] {
            let bytes = file(&image, &SAMPLINGS[0], orientation);
            let recipe = planes(variants.clone(), crop);
            let name = format!("{crop:?} {orientation}");
            assert_as_close(&bytes, &image, &recipe, &name);
        }
    }
}

#[test]
fn gray_images_are_as_close_as_by_way_of_rgb() {
    let gray = DynamicImage::from(scene(91, 61)).into_luma8();
    let image = DynamicImage::from(gray.clone()).into_rgb8();
    let bytes = Jpeg::from_gray(&gray).build();
    let variants = vec![whole(), resized(Fit::Inside, (45, 45))];
    assert_as_close(&bytes, &image, &planes(variants, None), "gray");
}

#[test]
fn enlarged_images_take_the_way_by_rgb() {
    let mut larger = resized(Fit::Inside, (300, 300));
    larger.resize.as_mut().unwrap().enlarge = true;
    let recipe = planes(vec![whole(), larger], None);
    let bytes = file(&scene(91, 61), &SAMPLINGS[0], 1);
    let direct = render(&bytes, &recipe).unwrap().variants;
    let from_rgb = render(&bytes, &by_way_of_rgb(&recipe)).unwrap().variants;
    assert_eq!(direct[..], from_rgb[..2]);
}

#[test]
fn attention_keeps_the_object_in_a_jpeg() {
    for left in [10, 270, 530] {
        let image = RgbImage::from_fn(600, 200, |x, y| {
            let is_object = (left..left + 60).contains(&x) && (70..130).contains(&y);
            Rgb(match (is_object, (x / 6 + y / 6) % 2) {
                (false, _) => [120, 125, 130],
                (true, 0) => [220, 60, 40],
                (true, _) => [250, 210, 60],
            })
        });
        let variant = resized(Fit::Cover(Gravity::Attention), (100, 100));
        let bytes = file(&image, &SAMPLINGS[0], 1);
        let rendered = render(&bytes, &planes(vec![variant], None)).unwrap();
        let cut = decoded(&rendered.variants[0]);
        let red = cut.pixels().filter(|pixel| pixel[0] > 180).count();
        assert!(red > 800, "object at {left}: {red}");
    }
}

#[test]
fn the_placeholder_is_that_made_from_rgb() {
    let bytes = file(&scene(400, 300), &SAMPLINGS[0], 1);
    let recipe = planes(vec![whole()], None);
    let direct = render(&bytes, &recipe).unwrap().placeholder;
    let from_rgb = render(&bytes, &by_way_of_rgb(&recipe)).unwrap().placeholder;
    let channels = |color: &str| {
        let value = u32::from_str_radix(&color[1..], 16).unwrap();
        [value >> 16, value >> 8 & 255, value & 255]
    };
    let pairs = channels(&direct.dominant_color)
        .into_iter()
        .zip(channels(&from_rgb.dominant_color));
    for (a, b) in pairs {
        assert!(a.abs_diff(b) <= 3, "{direct:?} {from_rgb:?}");
    }
}

#[test]
fn a_kept_profile_that_means_srgb_is_embedded_in_the_variant_that_keeps_it() {
    let profile = include_bytes!("../reference/color/srgb.icc");
    let bytes = Jpeg::new(&scene(64, 48)).icc(profile).build();
    let mut kept = whole();
    kept.icc = IccPolicy::Keep;
    let rendered = render(&bytes, &planes(vec![kept, whole()], None)).unwrap();
    let has_profile = |file: &[u8]| file.windows(4).any(|chunk| chunk == b"ICCP");
    let found: Vec<_> = rendered
        .variants
        .iter()
        .map(|it| has_profile(&it.bytes))
        .collect();
    assert_eq!(found, [true, false]);
}
