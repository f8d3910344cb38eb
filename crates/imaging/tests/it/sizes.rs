//! Sizes, crops, placement and padding of variants, on generated images.

use darkroom_imaging::{
    Color, CropBox, Encoding, Fit, Gravity, RejectionCode, Resize, Variant, WebpMode, render,
};
use darkroom_testkit::fixture::{Exif, Png, rotated_for_orientation};
use image::{Rgb, RgbImage, Rgba, RgbaImage, imageops};

use crate::images::{chart, decoded, difference, only, with, worst};
use crate::recipes::{avatar, every_encoding, lossless};

fn resized(width: u32, height: u32, fit: Fit) -> Variant {
    Variant {
        resize: Some(Resize {
            width: Some(width),
            height: Some(height),
            fit,
            enlarge: false,
        }),
        ..lossless().variants.remove(0)
    }
}

fn png(image: &RgbImage) -> Vec<u8> {
    Png::new(image).build()
}

/// Returns an image of three by three fields. The color of each encodes its position.
fn fields() -> RgbImage {
    RgbImage::from_fn(300, 300, |x, y| {
        Rgb([(x / 100 * 100) as u8, (y / 100 * 100) as u8, 50])
    })
}

#[test]
fn gravity_decides_which_part_is_kept() {
    let wide = imageops::crop_imm(&fields(), 0, 0, 300, 100).to_image();
    let high = imageops::crop_imm(&fields(), 0, 0, 100, 300).to_image();
    for (gravity, column, row) in [
        (Gravity::Center, 1, 1),
        (Gravity::North, 1, 0),
        (Gravity::NorthEast, 2, 0),
        (Gravity::East, 2, 1),
        (Gravity::SouthEast, 2, 2),
        (Gravity::South, 1, 2),
        (Gravity::SouthWest, 0, 2),
        (Gravity::West, 0, 1),
        (Gravity::NorthWest, 0, 0),
    ] {
        let recipe = with(lossless(), resized(50, 50, Fit::Cover(gravity)));
        let field = |image: &RgbImage| {
            let cut = only(&png(image), &recipe);
            assert_eq!(cut.dimensions(), (50, 50));
            let middle = *cut.get_pixel(25, 25);
            (u32::from(middle[0]) / 100, u32::from(middle[1]) / 100)
        };
        assert_eq!(field(&wide).0, column, "{gravity:?}");
        assert_eq!(field(&high).1, row, "{gravity:?}");
    }
}

#[test]
fn attention_keeps_the_object_in_an_empty_image() {
    let mut image = RgbImage::from_pixel(600, 200, Rgb([120, 125, 130]));
    let object = RgbImage::from_fn(60, 60, |x, y| {
        if (x / 6 + y / 6) % 2 == 0 {
            Rgb([220, 60, 40])
        } else {
            Rgb([250, 210, 60])
        }
    });
    for left in [10, 270, 530] {
        let mut with_object = image.clone();
        imageops::replace(&mut with_object, &object, left, 70);
        let recipe = with(
            lossless(),
            resized(100, 100, Fit::Cover(Gravity::Attention)),
        );
        let cut = only(&png(&with_object), &recipe);
        let red = cut.pixels().filter(|pixel| pixel[0] > 180).count();
        assert!(red > 800, "object at {left}: {red}");
    }
    image = RgbImage::from_pixel(1, 1, Rgb([1, 2, 3]));
    let recipe = with(
        lossless(),
        resized(100, 100, Fit::Cover(Gravity::Attention)),
    );
    assert_eq!(only(&png(&image), &recipe).dimensions(), (1, 1));
}

#[test]
fn an_image_is_enlarged_only_if_requested() {
    let small = chart(30, 20);
    let kept = only(
        &png(&small),
        &with(lossless(), resized(400, 400, Fit::Inside)),
    );
    assert_eq!(kept.dimensions(), (30, 20));
    let mut larger = resized(300, 300, Fit::Inside);
    larger.resize.as_mut().unwrap().enlarge = true;
    let enlarged = only(&png(&small), &with(lossless(), larger));
    assert_eq!(enlarged.dimensions(), (300, 200));
}

#[test]
fn pad_fills_the_rest_with_its_color_or_transparency() {
    let color = Color {
        red: 1,
        green: 2,
        blue: 3,
    };
    let pad = |background| {
        resized(
            40,
            40,
            Fit::Pad {
                gravity: Gravity::South,
                background,
            },
        )
    };
    let file = png(&RgbImage::from_pixel(80, 40, Rgb([200, 100, 50])));
    let filled = only(&file, &with(lossless(), pad(Some(color))));
    assert_eq!(filled.get_pixel(0, 0), &Rgba([1, 2, 3, 255]));
    assert_eq!(filled.get_pixel(0, 19), &Rgba([1, 2, 3, 255]));
    assert_eq!(filled.get_pixel(0, 20), &Rgba([200, 100, 50, 255]));
    let empty = only(&file, &with(lossless(), pad(None)));
    assert_eq!(empty.get_pixel(0, 0)[3], 0);
    assert_eq!(empty.get_pixel(39, 39), &Rgba([200, 100, 50, 255]));
    let encoding = Encoding::Jpeg {
        quality: 95,
        background: color,
    };
    let jpeg = only(
        &file,
        &with(
            lossless(),
            Variant {
                encoding,
                ..pad(None)
            },
        ),
    );
    assert!(
        jpeg.get_pixel(5, 5)
            .0
            .iter()
            .zip([1, 2, 3])
            .all(|(a, b)| a.abs_diff(b) <= 3)
    );
}

#[test]
fn images_of_one_pixel_and_very_long_ones_are_rendered() {
    for (width, height) in [(1, 1), (1, 16_000), (16_000, 1), (3, 5000)] {
        let file = png(&chart(width, height));
        let mut recipe = every_encoding();
        recipe.limits = lossless().limits;
        for gravity in [Gravity::Center, Gravity::Attention] {
            recipe.variants.push(resized(400, 300, Fit::Cover(gravity)));
        }
        let background = None;
        recipe.variants.push(resized(400, 300, Fit::Inside));
        recipe.variants.push(resized(
            400,
            300,
            Fit::Pad {
                gravity: Gravity::East,
                background,
            },
        ));
        let rendered = render(&file, &recipe).unwrap();
        assert_eq!(rendered.variants.len(), recipe.variants.len());
        for variant in &rendered.variants {
            let _ = decoded(variant);
        }
    }
}

#[test]
fn an_image_that_is_too_long_for_webp_is_scaled_down() {
    let file = png(&RgbImage::from_pixel(16_384, 8, Rgb([9, 9, 9])));
    let rendered = render(&file, &lossless()).unwrap();
    assert_eq!(
        (rendered.variants[0].width, rendered.variants[0].height),
        (16_383, 8)
    );
    let _ = decoded(&rendered.variants[0]);
}

#[test]
fn a_crop_box_refers_to_the_upright_image() {
    let upright = chart(60, 40);
    let crop = CropBox {
        x: 7,
        y: 3,
        width: 31,
        height: 22,
    };
    let expected = imageops::crop_imm(&upright, 7, 3, 31, 22).to_image();
    for orientation in 1..=8 {
        let exif = Exif::new().orientation(orientation.into());
        let stored = rotated_for_orientation(&upright, orientation);
        let mut recipe = lossless();
        recipe.crop = Some(crop);
        let cut = only(&Png::new(&stored).exif(&exif).build(), &recipe);
        let expected = image::DynamicImage::from(expected.clone()).into_rgba8();
        assert_eq!(cut, expected, "orientation {orientation}");
    }
}

#[test]
fn a_crop_box_outside_the_upright_image_is_out_of_bounds() {
    let exif = Exif::new().orientation(6);
    let file = Png::new(&chart(60, 40)).exif(&exif).build();
    let mut recipe = lossless();
    recipe.crop = Some(CropBox {
        x: 0,
        y: 0,
        width: 40,
        height: 60,
    });
    assert!(render(&file, &recipe).is_ok());
    recipe.crop = Some(CropBox {
        x: 0,
        y: 0,
        width: 60,
        height: 40,
    });
    let rejection = render(&file, &recipe).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::CropOutOfBounds);
}

#[test]
fn the_color_of_transparent_pixels_does_not_bleed_into_edges() {
    let image = RgbaImage::from_fn(200, 200, |x, _| {
        if x < 101 {
            Rgba([255, 0, 0, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    });
    let recipe = with(lossless(), resized(20, 20, Fit::Inside));
    let small = only(&Png::from_rgba(&image).build(), &recipe);
    for pixel in small.pixels().filter(|pixel| pixel[3] > 0) {
        assert!(pixel[0] >= 250 && pixel[1] <= 5, "{pixel:?}");
    }
}

#[test]
fn a_rotated_thumbnail_equals_that_of_the_upright_image() {
    let upright = chart(900, 600);
    let recipe = with(lossless(), resized(90, 90, Fit::Inside));
    let expected = only(&png(&upright), &recipe);
    for orientation in 2..=8 {
        let exif = Exif::new().orientation(orientation.into());
        let stored = rotated_for_orientation(&upright, orientation);
        let small = only(&Png::new(&stored).exif(&exif).build(), &recipe);
        let off = worst(&small, &expected);
        assert!(off <= 1, "orientation {orientation} is off by {off}");
    }
}

#[test]
fn an_image_turned_in_bands_equals_the_upright_image() {
    // With odd sizes, the last band and the last chroma pair are incomplete.
    let upright = chart(131, 197);
    for (mode, most) in [(WebpMode::Lossless, 0.0), (WebpMode::Lossy, 0.0)] {
        let encoding = Encoding::Webp {
            quality: 80,
            effort: 2,
            mode,
        };
        let variant = Variant {
            encoding,
            ..lossless().variants.remove(0)
        };
        let recipe = with(lossless(), variant);
        let expected = only(&png(&upright), &recipe);
        for orientation in 2..=8 {
            let exif = Exif::new().orientation(orientation.into());
            let stored = rotated_for_orientation(&upright, orientation);
            let turned = only(&Png::new(&stored).exif(&exif).build(), &recipe);
            assert!(
                difference(&turned, &expected) <= most,
                "{mode:?} {orientation}"
            );
        }
    }
}

#[test]
fn a_variant_made_from_a_larger_one_has_no_visible_loss() {
    let file = png(&chart(3000, 2000));
    let alone = with(lossless(), resized(200, 200, Fit::Inside));
    let mut both = alone.clone();
    both.variants.push(resized(1500, 1500, Fit::Inside));
    let direct = only(&file, &alone);
    let stepped = decoded(&render(&file, &both).unwrap().variants[0]);
    let off = difference(&direct, &stepped);
    assert!(off > 0.0, "it was not made from the larger variant");
    assert!(off < 1.0, "{off}");
}

#[test]
fn variants_are_in_the_order_of_the_recipe() {
    let mut recipe = every_encoding();
    recipe.variants.insert(0, resized(10, 10, Fit::Inside));
    recipe.variants.push(resized(50, 50, Fit::Inside));
    let rendered = render(&png(&chart(100, 80)), &recipe).unwrap();
    let names = |variants: Vec<&str>| variants.join(" ");
    assert_eq!(
        names(rendered.variants.iter().map(|v| v.name.as_str()).collect()),
        names(recipe.variants.iter().map(|v| v.name.as_str()).collect()),
    );
}

#[test]
fn rendering_is_deterministic_on_any_thread() {
    let file = png(&chart(500, 300));
    let mut recipe = avatar();
    recipe.variants.extend(every_encoding().variants);
    let first = render(&file, &recipe).unwrap();
    let others: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| render(&file, &recipe).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for other in others {
        assert_eq!(other, first);
    }
}
