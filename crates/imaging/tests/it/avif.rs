//! AVIF: exact pixels of lossless files, and files whose headers do not match their
//! contents.

use darkroom_imaging::{RejectionCode, inspect, render};
use darkroom_testkit::fixture::{Exif, Heic, avif, damage, scene};
use image::{RgbaImage, imageops};

use crate::images::{difference, only, rejection, worst};
use crate::recipes::{avatar, lossless, wide_limits};

fn rendered(file: &[u8]) -> RgbaImage {
    only(file, &lossless())
}

fn opaque() -> RgbaImage {
    image::DynamicImage::from(scene(24, 18)).into_rgba8()
}

/// Returns `file` with the bytes after the first occurrence of `mark` replaced.
fn patched(mut file: Vec<u8>, mark: &[u8], bytes: &[u8]) -> Vec<u8> {
    let at = file.windows(mark.len()).position(|window| window == mark);
    let at = at.unwrap() + mark.len();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn a_lossless_image_has_its_exact_pixels() {
    assert_eq!(worst(&rendered(avif::LOSSLESS), &opaque()), 0);
    assert_eq!(worst(&rendered(&Heic::avif().build()), &opaque()), 0);
}

#[test]
fn gray_and_alpha_have_their_exact_samples() {
    for (x, y, pixel) in rendered(avif::GRAY).enumerate_pixels() {
        assert_eq!(
            pixel.0,
            [[(10 * x + y) as u8; 3].as_slice(), &[255]].concat()[..]
        );
    }
    let mut expected = opaque();
    for (x, _, pixel) in expected.enumerate_pixels_mut() {
        pixel[3] = (10 * x) as u8;
    }
    let result = rendered(avif::ALPHA);
    // Lossless WebP does not keep the color of invisible pixels.
    let visible = |image: &RgbaImage| imageops::crop_imm(image, 1, 0, 23, 18).to_image();
    assert_eq!(worst(&visible(&result), &visible(&expected)), 0);
}

#[test]
fn every_sampling_and_depth_resembles_its_source() {
    // Halved chroma blurs the edges of this small image.
    for (file, limit) in [
        (avif::YUV_420, 12.0),
        (avif::GRAIN, 14.0),
        (avif::YUV_422_TEN_BITS, 8.0),
        (avif::YUV_444_TWELVE_BITS, 1.0),
    ] {
        let off = difference(&rendered(file), &opaque());
        assert!(off < limit, "{off} exceeds {limit}");
    }
}

#[test]
fn premultiplied_colors_become_straight() {
    let mostly_opaque = |image: &RgbaImage| imageops::crop_imm(image, 12, 0, 12, 18).to_image();
    let result = mostly_opaque(&rendered(avif::PREMULTIPLIED));
    let off = difference(&result, &mostly_opaque(&opaque()));
    assert!(off < 2.0, "{off}");
}

#[test]
fn tiles_are_put_together() {
    let expected = image::DynamicImage::from(scene(128, 128)).into_rgba8();
    let off = difference(&rendered(avif::GRID), &expected);
    assert!(off < 2.0, "{off}");
}

#[test]
fn the_transformations_of_the_container_apply_and_the_exif_orientation_does_not() {
    let file = Heic::avif().clean_aperture(20, 11).rotation(1);
    let file = file.exif(&Exif::new().orientation(6)).build();
    let inspection = inspect(&file, &wide_limits()).unwrap();
    assert_eq!(inspection.source.orientation, 8);
    assert_eq!(inspection.upright_size, [11, 20]);
    let kept = imageops::crop_imm(&opaque(), 2, 3, 20, 11).to_image();
    assert_eq!(worst(&rendered(&file), &imageops::rotate270(&kept)), 0);
}

#[test]
fn an_nclx_box_takes_precedence_over_the_sequence_header() {
    let without = Heic::avif().without_nclx().build();
    assert_eq!(worst(&rendered(&without), &opaque()), 0);
    let limited = rendered(&Heic::avif().nclx([1, 13, 0, 0]).build());
    for (pixel, source) in limited.pixels().zip(scene(24, 18).pixels()) {
        for channel in 0..3 {
            let expected = (f32::from(source[channel]) - 16.0) * 255.0 / 219.0;
            let off = (f32::from(pixel[channel]) - expected.clamp(0.0, 255.0)).abs();
            assert!(off <= 0.51, "{pixel:?} {source:?}");
        }
    }
}

#[test]
fn the_sizes_in_container_and_bitstream_must_agree() {
    for size in [[25, 18], [24, 17], [12, 9], [65_536, 65_536]] {
        let size: Vec<u8> = size
            .iter()
            .flat_map(|side: &u32| side.to_be_bytes())
            .collect();
        let file = patched(avif::LOSSLESS.to_vec(), b"ispe\0\0\0\0", &size);
        assert_eq!(rejection(&file).code, RejectionCode::Corrupt);
    }
    // The sequence header states a width of 32 instead of 24.
    let file = patched(avif::LOSSLESS.to_vec(), b"\x0a\x08\x38\x11", b"\x3f");
    assert_eq!(rejection(&file).code, RejectionCode::Corrupt);
}

#[test]
fn an_image_has_at_most_four_layers() {
    assert_eq!(worst(&rendered(&Heic::avif().layers(4)), &opaque()), 0);
    let rejection = rejection(&Heic::avif().layers(5));
    assert_eq!(rejection.code, RejectionCode::Corrupt);
    assert!(rejection.message.contains("layers"), "{rejection}");
}

#[test]
fn an_image_that_is_not_av1_is_unsupported() {
    let file = Heic::new(&scene(8, 6)).brands(&[b"avif", b"mif1"]).build();
    assert_eq!(rejection(&file).code, RejectionCode::UnsupportedFormat);
}

#[test]
fn a_file_that_ends_early_is_corrupt_wherever_it_ends() {
    for length in 12..avif::LOSSLESS.len() {
        let rejection = rejection(&avif::LOSSLESS[..length]);
        assert_eq!(
            rejection.code,
            RejectionCode::Corrupt,
            "{length}: {rejection}"
        );
    }
}

#[test]
fn damaged_files_cause_no_panic() {
    for (_, file) in avif::ALL {
        for seed in 0..100 {
            let _ = render(&damage::mutated(file, seed), &avatar());
        }
    }
}
