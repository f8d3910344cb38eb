//! Tests that images become upright from every orientation.

use darkroom_imaging::{MetadataKind, inspect, render};
use darkroom_testkit::fixture::{Exif, Jpeg, Png, Webp, rotated_for_orientation, scene};
use image::RgbImage;

use crate::recipes::{lossless, wide_limits};

const WIDTH: u32 = 120;
const HEIGHT: u32 = 80;

/// Returns the mean absolute difference of all samples, 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let differences = a.as_raw().iter().zip(b.as_raw());
    let sum: u64 = differences.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

fn rendered(bytes: &[u8]) -> RgbImage {
    let rendered = render(bytes, &lossless()).unwrap();
    let variant = &rendered.variants[0];
    assert_eq!((variant.width, variant.height), (WIDTH, HEIGHT));
    image::load_from_memory(&variant.bytes).unwrap().into_rgb8()
}

/// Checks every orientation. `make` encodes a stored image with EXIF; `tolerance` is the difference
/// that its encoding may cause.
fn every_orientation(make: impl Fn(&RgbImage, &Exif) -> Vec<u8>, tolerance: f64) {
    let upright = scene(WIDTH, HEIGHT);
    for orientation in 1..=8 {
        for exif in [Exif::new(), Exif::big_endian()] {
            let stored = rotated_for_orientation(&upright, orientation);
            let file = make(&stored, &exif.orientation(orientation.into()));
            let inspection = inspect(&file, &wide_limits()).unwrap();
            assert_eq!(inspection.source.orientation, orientation);
            assert_eq!(inspection.upright_size, [WIDTH, HEIGHT]);
            let off = difference(&rendered(&file), &upright);
            assert!(off <= tolerance, "orientation {orientation}: {off}");
        }
    }
}

#[test]
fn a_jpeg_is_upright_from_every_orientation() {
    every_orientation(|stored, exif| Jpeg::new(stored).exif(exif).build(), 3.0);
}

#[test]
fn a_png_is_upright_from_every_orientation() {
    every_orientation(|stored, exif| Png::new(stored).exif(exif).build(), 0.0);
}

#[test]
fn a_png_with_a_raw_exif_profile_is_upright_from_every_orientation() {
    let make = |stored: &RgbImage, exif: &Exif| {
        let block = [b"Exif\0\0", exif.tiff().as_slice()].concat();
        Png::new(stored).raw_profile("exif", &block).build()
    };
    every_orientation(make, 0.0);
}

#[test]
fn a_webp_is_upright_from_every_orientation() {
    every_orientation(|stored, exif| Webp::new(stored).exif(exif).build(), 0.0);
    every_orientation(
        |stored, exif| Webp::new(stored).prefixed_exif(exif).build(),
        0.0,
    );
}

#[test]
fn an_orientation_out_of_range_is_ignored() {
    let upright = scene(WIDTH, HEIGHT);
    for orientation in [0, 9, 256 + 6, 0xffff] {
        let exif = Exif::new().orientation(orientation);
        let file = Png::new(&upright).exif(&exif).build();
        assert_eq!(
            inspect(&file, &wide_limits()).unwrap().source.orientation,
            1
        );
        assert_eq!(rendered(&file), upright);
    }
}

#[test]
fn an_orientation_in_xmp_alone_is_ignored() {
    let packet = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF><rdf:Description \
                  tiff:Orientation=\"6\"/></rdf:RDF></x:xmpmeta>";
    let upright = scene(WIDTH, HEIGHT);
    let files = [
        Jpeg::new(&upright).xmp(packet).build(),
        Png::new(&upright).xmp(packet).build(),
        Webp::new(&upright).xmp(packet).build(),
    ];
    for file in files {
        let inspection = inspect(&file, &wide_limits()).unwrap();
        assert_eq!(inspection.source.orientation, 1);
        assert_eq!(inspection.metadata, [MetadataKind::Xmp]);
        assert!(difference(&rendered(&file), &upright) <= 3.0);
    }
}

#[test]
fn the_first_of_two_exif_blocks_decides() {
    let first = Exif::new().orientation(3);
    let second = Exif::new().orientation(6).gps(1.0, 2.0);
    let file = Jpeg::new(&scene(WIDTH, HEIGHT))
        .exif(&first)
        .exif(&second)
        .build();
    let inspection = inspect(&file, &wide_limits()).unwrap();
    assert_eq!(inspection.source.orientation, 3);
    assert_eq!(inspection.gps, None);
}
