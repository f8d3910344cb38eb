//! PngSuite, the PNG test suite of Willem van Schaik: valid and invalid files.

use std::path::Path;

use darkroom_imaging::{RejectionCode, render};
use image::{RgbaImage, imageops};
use serde_json::Value;

use crate::corpus;
use crate::images::only;
use crate::recipes::lossless;

/// The difference that rounding to 8 bits may cause.
const ROUNDING: u8 = 1;

fn reference() -> (RgbaImage, Vec<Value>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let sheet = image::open(folder.join("pngsuite.png"))
        .unwrap()
        .into_rgba8();
    let tiles = std::fs::read(folder.join("pngsuite.json")).unwrap();
    (sheet, serde_json::from_slice(&tiles).unwrap())
}

/// Returns the largest difference of two samples, ignoring the color of transparent pixels.
fn apart(a: &RgbaImage, b: &RgbaImage) -> u8 {
    a.pixels()
        .zip(b.pixels())
        .map(|(a, b)| {
            let channels = if a[3] == 0 && b[3] == 0 { 3..4 } else { 0..4 };
            channels.map(|c| a[c].abs_diff(b[c])).max().unwrap_or(0)
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn every_valid_file_equals_a_reference_decode() {
    let (sheet, tiles) = reference();
    assert!(tiles.len() > 150);
    for tile in tiles {
        let file = tile["file"].as_str().unwrap();
        let Some(bytes) = corpus::read(&format!("pngsuite/{file}")) else {
            return;
        };
        let number = |key: &str| u32::try_from(tile[key].as_u64().unwrap()).unwrap();
        let (width, height) = (number("width"), number("height"));
        let expected = imageops::crop_imm(&sheet, number("x"), number("y"), width, height);
        let whole = only(&bytes, &lossless());
        let corner = imageops::crop_imm(&whole, 0, 0, width, height).to_image();
        let off = apart(&corner, &expected.to_image());
        assert!(off <= ROUNDING, "{file} is off by {off}");
    }
}

#[test]
fn every_damaged_file_is_corrupt() {
    for (path, bytes) in corpus::read_all("pngsuite") {
        let name = Path::new(&path).file_name().unwrap().to_str().unwrap();
        if !name.starts_with('x') {
            continue;
        }
        let rejection = render(&bytes, &lossless()).unwrap_err();
        assert_eq!(
            rejection.code,
            RejectionCode::Corrupt,
            "{name}: {rejection}"
        );
    }
}
