//! Real photos.

use darkroom_imaging::{Recipe, RejectionCode, render};
use image::{RgbaImage, imageops};

use crate::corpus;
use crate::images::{difference, only};
use crate::recipes::{avatar, lossless, wide_limits};

/// The maximum mean difference, where 255 is the difference between black and white. The sources
/// themselves differ by up to 3.7.
const MAX_DIFFERENCE: f64 = 6.0;

fn all_the_same(shape: &str) {
    let files: Vec<_> = corpus::read_all("orientation")
        .into_iter()
        .filter(|(path, _)| path.to_lowercase().contains(shape))
        .collect();
    assert!(files.is_empty() || files.len() == 9, "{}", files.len());
    let images: Vec<(String, RgbaImage)> = files
        .into_iter()
        .map(|(path, bytes)| (path, only(&bytes, &lossless())))
        .collect();
    for pair in images.windows(2) {
        let [(a_name, a), (b_name, b)] = pair else {
            unreachable!()
        };
        // The files were made in different ways, so their sizes may differ by a pixel.
        let (width, height) = (a.width().min(b.width()), a.height().min(b.height()));
        assert!(a.width().abs_diff(b.width()) <= 1 && a.height().abs_diff(b.height()) <= 1);
        let part = |image| imageops::crop_imm(image, 0, 0, width, height).to_image();
        let off = difference(&part(a), &part(b));
        assert!(
            off < MAX_DIFFERENCE,
            "{a_name} and {b_name} differ by {off:.1}"
        );
    }
}

#[test]
fn the_nine_landscapes_become_the_same_image() {
    all_the_same("landscape");
}

#[test]
fn the_nine_portraits_become_the_same_image() {
    all_the_same("portrait");
}

#[test]
fn every_valid_photo_is_rendered() {
    for folder in ["orientation", "colour", "animated"] {
        for (path, bytes) in corpus::read_all(folder) {
            let recipe = Recipe {
                limits: wide_limits(),
                ..avatar()
            };
            let rendered = render(&bytes, &recipe);
            assert!(rendered.is_ok(), "{path}: {}", rendered.unwrap_err());
        }
    }
}

#[test]
fn truncated_and_damaged_photos_are_corrupt() {
    for name in ["truncated.jpg", "truncated.png", "corrupt-header.jpg"] {
        let Some(bytes) = corpus::read(&format!("hostile/{name}")) else {
            return;
        };
        let rejection = render(&bytes, &avatar()).unwrap_err();
        assert_eq!(
            rejection.code,
            RejectionCode::Corrupt,
            "{name}: {rejection}"
        );
    }
}

#[test]
fn every_hostile_file_has_an_outcome() {
    for (path, bytes) in corpus::read_all("hostile") {
        if let Err(rejection) = render(&bytes, &avatar()) {
            let crashed = [RejectionCode::Crashed, RejectionCode::TimedOut];
            assert!(!crashed.contains(&rejection.code), "{path}: {rejection}");
            assert!(!rejection.message.is_empty());
        }
    }
}
