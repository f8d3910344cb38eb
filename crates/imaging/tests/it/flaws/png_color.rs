//! The color information of PNG.

use darkroom_testkit::fixture::{Png, icc_profile, png_rows};
use image::{Rgb, RgbImage};

use super::rendered;
use crate::images::decoded;

/// The values of cHRM for sRGB, and for the primaries of Adobe RGB.
const SRGB: [u32; 8] = [
    31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000,
];
const ADOBE: [u32; 8] = [
    31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000,
];

/// Renders a dark gray (level 10) from a PNG with gAMA and perhaps cHRM, and returns the resulting
/// level.
fn dark_gray(gamma: u32, chromaticities: Option<[u32; 8]>) -> u8 {
    let image = RgbImage::from_pixel(2, 2, Rgb([10; 3]));
    let mut file = Png::new(&image).chunk(b"gAMA", &gamma.to_be_bytes());
    if let Some(points) = chromaticities {
        file = file.chunk(b"cHRM", &points.map(u32::to_be_bytes).concat());
    }
    decoded(&rendered(&file.build()).variants[0]).get_pixel(0, 0)[0]
}

#[test]
fn the_gamma_of_srgb_alone_means_srgb() {
    for gamma in [45_455, 45_454, 45_000, 43_200, 47_700] {
        assert_eq!(dark_gray(gamma, None), 10, "{gamma}");
    }
}

#[test]
fn a_gamma_with_chromaticities_or_far_from_that_of_srgb_is_applied() {
    // Chromium shows these levels.
    let near = SRGB.map(|coordinate| coordinate - 1);
    for (gamma, chromaticities, expected) in [
        (45_455, Some(SRGB), 3),
        (45_455, Some(near), 3),
        (45_455, Some(ADOBE), 3),
        (43_100, None, 2),
        (47_800, None, 4),
        (50_000, None, 5),
        (22_727, None, 0),
        (100_000, None, 56),
        (100_000, Some(SRGB), 56),
    ] {
        let level = dark_gray(gamma, chromaticities);
        assert!(level.abs_diff(expected) <= 1, "{gamma}: {level}");
    }
    // Implausible gammas are not applied.
    for gamma in [0, 1, 10_000_000] {
        assert_eq!(dark_gray(gamma, None), 10, "{gamma}");
    }
}

/// Returns a profile that is not sRGB, compressed as in iCCP.
fn profile_stream() -> Vec<u8> {
    let file = Png::new(&RgbImage::new(1, 1))
        .icc("p", &linear_profile())
        .build();
    let at = file.windows(4).position(|name| name == b"iCCP").unwrap();
    let length = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
    file[at + 4 + 3..at + 4 + length].to_vec()
}

/// Creates a profile that differs from sRGB only in its curve, which is a straight line.
fn linear_profile() -> Vec<u8> {
    let mut profile = icc_profile("linear");
    let gamma = [0, 0, 0, 1, 0x02, 0x33];
    for at in 0..profile.len() - gamma.len() {
        if profile[at..].starts_with(&gamma) {
            profile[at + 4..at + 6].copy_from_slice(&[1, 0]);
        }
    }
    profile
}

/// Renders a gray of 64 from a PNG with this stream in iCCP. Returns the resulting level and the
/// number of notes.
fn with_profile(stream: &[u8]) -> (u8, usize) {
    let image = RgbImage::from_pixel(2, 2, Rgb([64; 3]));
    let data = [b"p\0\0", stream].concat();
    let rendered = rendered(&Png::new(&image).chunk(b"iCCP", &data).build());
    let level = decoded(&rendered.variants[0]).get_pixel(0, 0)[0];
    (level, rendered.notes.len())
}

#[test]
fn a_whole_profile_is_used_even_if_the_end_of_its_stream_is_broken() {
    let stream = profile_stream();
    let (applied, notes) = with_profile(&stream);
    assert!((applied, notes) == (137, 0), "{applied}, {notes}");
    let mut wrong = stream.clone();
    if let Some(last) = wrong.last_mut() {
        *last ^= 0xff;
    }
    assert_eq!(with_profile(&wrong), (applied, 0));
    for cut in 1..=4 {
        assert_eq!(with_profile(&stream[..stream.len() - cut]), (applied, 0));
    }
    let longer = [&stream[..], b"after it"].concat();
    assert_eq!(with_profile(&longer), (applied, 0));
}

#[test]
fn a_profile_that_is_not_whole_is_ignored() {
    let stream = profile_stream();
    for length in [stream.len() / 2, stream.len() - 40, 2, 0] {
        assert_eq!(with_profile(&stream[..length]).0, 64, "{length}");
    }
    assert_eq!(with_profile(&png_rows(&[&[1; 200][..]])).0, 64);
}
