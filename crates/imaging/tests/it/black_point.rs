//! The black of printing profiles.

use darkroom_testkit::fixture::{IccTables, Png, printing_profile};
use image::{Rgb, RgbImage};

use crate::images::only;
use crate::recipes::lossless;

/// Returns the sRGB levels of black, middle gray and white from a PNG with this profile.
fn levels(profile: &[u8]) -> [u8; 3] {
    let image = RgbImage::from_fn(3, 1, |x, _| Rgb([[0, 128, 255][x as usize]; 3]));
    let image = only(&Png::new(&image).icc("p", profile).build(), &lossless());
    [0, 1, 2].map(|x| image.get_pixel(x, 0)[0])
}

fn assert_levels(profile: &[u8], expected: [u8; 3]) {
    let levels = levels(profile);
    let is_close = levels
        .iter()
        .zip(expected)
        .all(|(level, expected)| level.abs_diff(expected) <= 2);
    assert!(is_close, "{levels:?} instead of {expected:?}");
}

#[test]
fn a_separate_perceptual_table_gets_no_black_point_compensation() {
    // Little CMS gives the same colors: L* 20, 60 and 100.
    assert_levels(&printing_profile(20, IccTables::Separate), [48, 145, 255]);
}

#[test]
fn black_is_compensated_if_there_is_no_separate_perceptual_table() {
    // With the relative colorimetric intent and black point compensation, Little CMS gives the same
    // levels.
    for tables in [IccTables::Shared, IccTables::OnlyColorimetric] {
        assert_levels(&printing_profile(20, tables), [0, 140, 255]);
        assert_levels(&printing_profile(0, tables), [0, 119, 255]);
    }
}
