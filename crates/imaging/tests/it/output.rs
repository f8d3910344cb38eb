//! Bounds on the bytes of variants.

use darkroom_imaging::{
    Fit, OutputLimits, Recipe, RejectionCode, Rendered, Resize, Variant, WebpMode, render,
};
use darkroom_testkit::fixture::animation::{Animation, Frame};
use darkroom_testkit::fixture::motion::{pan, sprite};
use darkroom_testkit::fixture::{Png, play};
use image::{Rgb, RgbImage};

use crate::recipes::{avatar, lossless, variant, webp, wide_limits};

/// Returns a PNG in which every pixel is noise.
fn noise() -> Vec<u8> {
    let mut seed = 1_u32;
    let image = RgbImage::from_fn(300, 200, |_, _| {
        Rgb([0; 3].map(|_: u8| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        }))
    });
    Png::new(&image).build()
}

fn limited(recipe: Recipe, max_bytes: usize, min_quality: Option<u8>) -> Recipe {
    Recipe {
        output: OutputLimits {
            max_bytes: max_bytes as u64,
            min_quality,
        },
        ..recipe
    }
}

fn total(rendered: &Rendered) -> usize {
    rendered
        .variants
        .iter()
        .map(|variant| variant.bytes.len())
        .sum()
}

/// Returns the number of bytes of all variants without a limit.
fn unlimited(bytes: &[u8], recipe: &Recipe) -> usize {
    total(&render(bytes, recipe).unwrap())
}

#[test]
fn a_source_whose_variants_exceed_the_limit_is_rejected() {
    for bytes in [noise(), pan(64, 4).gif()] {
        let size = unlimited(&bytes, &avatar());
        let within = render(&bytes, &limited(avatar(), size, None)).unwrap();
        assert_eq!(total(&within), size);
        let rejection = render(&bytes, &limited(avatar(), size - 1, None)).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::OutputTooLarge);
        assert!(rejection.message.contains(&(size - 1).to_string()));
    }
}

#[test]
fn quality_falls_before_a_source_is_rejected() {
    for bytes in [noise(), pan(64, 4).gif()] {
        let size = unlimited(&bytes, &avatar());
        let lower = render(&bytes, &limited(avatar(), size - 1, Some(20))).unwrap();
        assert!(total(&lower) < size);
        let lowest = render(&bytes, &limited(avatar(), size / 20, Some(60))).unwrap_err();
        assert_eq!(lowest.code, RejectionCode::OutputTooLarge);
    }
}

#[test]
fn quality_does_not_fall_within_the_limit() {
    let bytes = noise();
    let size = unlimited(&bytes, &avatar());
    let limited = render(&bytes, &limited(avatar(), size, Some(20))).unwrap();
    assert_eq!(limited, render(&bytes, &avatar()).unwrap());
}

/// Returns flat graphics: circles and stripes of few colors.
fn flat(side: u32) -> Animation {
    let background = RgbImage::from_fn(side, side, |x, y| match (x / 9 + y / 7) % 3 {
        0 => Rgb([255, 255, 255]),
        1 => Rgb([0, 51, 153]),
        _ => Rgb([255, 204, 0]),
    });
    (0..6).fold(
        Animation::new(side, side).frame(Frame::opaque(&background)),
        |animation, index| {
            animation.frame(Frame::solid(21, 17, [204, 0, 0]).at(index * 24, index * 10))
        },
    )
}

#[test]
fn an_animated_thumbnail_never_has_more_bytes_than_a_lossy_original() {
    let thumb = |side| Resize {
        width: Some(side),
        height: Some(side),
        fit: Fit::Inside,
        enlarge: false,
    };
    for animation in [pan(210, 4), sprite(210, 4), flat(210), flat(160)] {
        for thumbnail in [WebpMode::Lossy, WebpMode::Auto] {
            let recipe = Recipe {
                limits: wide_limits(),
                variants: vec![
                    variant("thumb", Some(thumb(200)), webp(90, thumbnail)),
                    variant("original", None, webp(85, WebpMode::Lossy)),
                ],
                ..lossless()
            };
            let rendered = render(&animation.gif(), &recipe).unwrap();
            let [small, large] = [0, 1].map(|index| &rendered.variants[index]);
            assert!(
                small.bytes.len() <= large.bytes.len(),
                "{thumbnail:?}: {} and {}",
                small.bytes.len(),
                large.bytes.len()
            );
            assert_eq!(play(&small.bytes).frames.len(), animation.frames.len());
            assert_eq!(small.width, animation.width.min(200));
        }
    }
}

#[test]
fn a_lossless_thumbnail_keeps_its_pixels_even_if_the_original_has_fewer_bytes() {
    let thumb: Variant = variant(
        "thumb",
        Some(Resize {
            width: Some(200),
            height: None,
            fit: Fit::Inside,
            enlarge: false,
        }),
        webp(80, WebpMode::Lossless),
    );
    let alone = Recipe {
        variants: vec![thumb.clone()],
        ..lossless()
    };
    let beside = Recipe {
        variants: vec![thumb, variant("original", None, webp(10, WebpMode::Lossy))],
        ..lossless()
    };
    let bytes = flat(210).gif();
    let rendered = |recipe| render(&bytes, recipe).unwrap().variants.remove(0);
    assert_eq!(rendered(&alone), rendered(&beside));
}

#[test]
fn a_thumbnail_is_a_copy_of_an_original_with_the_same_pixels_and_fewer_bytes() {
    let whole = Resize {
        width: Some(200),
        height: Some(200),
        fit: Fit::Inside,
        enlarge: false,
    };
    let recipe = Recipe {
        variants: vec![
            variant("original", None, webp(85, WebpMode::Lossless)),
            variant("thumb", Some(whole), webp(90, WebpMode::Lossy)),
        ],
        ..lossless()
    };
    let rendered = render(&flat(160).gif(), &recipe).unwrap();
    let [original, thumb] = [0, 1].map(|index| &rendered.variants[index]);
    assert_eq!(original.bytes, thumb.bytes);
    assert_eq!((thumb.width, thumb.height), (160, 160));
}
