//! WebP files with flaws.

use darkroom_imaging::MetadataKind;
use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::{Exif, Webp, scene};
use image::{Rgba, RgbaImage};

use super::{assert_corrupt, rendered, unnoted};

const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;

fn lossy() -> Webp {
    Webp::lossy(&scene(20, 15), 80)
}

fn lossless() -> Webp {
    Webp::new(&scene(20, 15))
}

#[test]
fn wrong_flags_of_a_still_image_do_not_matter() {
    for file in [lossy(), lossless()] {
        let expected = unnoted(&file.build());
        for flags in [0, ALPHA, ANIMATION, 0xff] {
            assert_eq!(unnoted(&file.clone().flags(flags).build()), expected);
        }
    }
}

#[test]
fn an_alpha_channel_counts_without_its_flag() {
    let alpha: Vec<u8> = (0..300).map(|at| if at < 150 { 0 } else { 255 }).collect();
    let file = lossy().alpha(&alpha);
    let expected = unnoted(&file.build());
    assert_eq!(*expected.get_pixel(0, 0), Rgba([0; 4]));
    assert_eq!(expected.get_pixel(19, 14)[3], 255);
    assert_eq!(unnoted(&file.flags(0).build()), expected);
    let transparent =
        RgbaImage::from_fn(4, 4, |x, _| Rgba([9, 9, 9, if x == 0 { 0 } else { 255 }]));
    let lossless = Webp::from_rgba(&transparent);
    let image = unnoted(&lossless.flags(0).build());
    assert_eq!(
        (image.get_pixel(0, 0)[3], image.get_pixel(1, 0)[3]),
        (0, 255)
    );
}

#[test]
fn reserved_bits_of_an_alpha_channel_are_ignored() {
    let alpha: Vec<u8> = (0..300).map(|at| if at < 150 { 0 } else { 255 }).collect();
    let mut file = lossy().alpha(&alpha).build();
    let expected = unnoted(&file);
    let at = file.windows(4).position(|name| name == b"ALPH").unwrap();
    file[at + 8] |= 0xf0;
    assert_eq!(unnoted(&file), expected);
}

#[test]
fn an_animation_is_recognized_without_its_flag() {
    let file = Webp::animated(&small_animation());
    let expected = rendered(&file.build());
    let unannounced = rendered(&file.flags(0).build());
    assert_eq!(unannounced.source.frames, 3);
    assert_eq!(unannounced.variants, expected.variants);
}

#[test]
fn a_wrong_length_of_the_file_does_not_matter() {
    for file in [
        lossy(),
        lossless(),
        lossy().exif(&Exif::new().orientation(6)),
    ] {
        let file = file.build();
        let expected = rendered(&file);
        let length = u32::from_le_bytes(file[4..8].try_into().unwrap());
        for wrong in [0, 1, 4, 12, length - 2, length + 2, length + 1000, u32::MAX] {
            let mut file = file.clone();
            file[4..8].copy_from_slice(&wrong.to_le_bytes());
            let found = rendered(&file);
            assert_eq!(found.variants, expected.variants, "{wrong}");
            assert_eq!(found.source, expected.source, "{wrong}");
        }
    }
}

#[test]
fn bytes_after_the_file_are_reported() {
    let found = rendered(&lossy().tail(b"tail").build());
    assert_eq!(found.removed_metadata, [MetadataKind::TrailingData]);
}

#[test]
fn the_padding_byte_of_a_chunk_may_be_missing() {
    let file = lossless().build();
    let at = file.windows(4).position(|name| name == b"VP8L").unwrap();
    let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
    let image = &file[at..at + 8 + length];
    let expected = unnoted(&file);
    let header = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x13\0\0\x0e\0\0";
    let padded = [&header[..], b"EXIF\x03\0\0\0abc\0", image].concat();
    let unpadded = [&header[..], b"EXIF\x03\0\0\0abc", image].concat();
    for file in [padded, unpadded] {
        assert_eq!(unnoted(&file), expected);
    }
}

#[test]
fn a_truncated_image_is_corrupt() {
    for file in [lossy(), lossless()] {
        let file = file.build();
        for cut in [2, 10, 100] {
            assert_corrupt(&file[..file.len() - cut], "still");
        }
    }
    let animation = Webp::animated(&small_animation()).build();
    assert_corrupt(&animation[..animation.len() - 10], "animation");
}

#[test]
fn an_image_of_another_size_than_its_canvas_is_corrupt() {
    let mut file = lossy().flags(0).build();
    let at = file.windows(4).position(|name| name == b"VP8X").unwrap();
    file[at + 12] += 1;
    assert_corrupt(&file, "canvas");
}
