//! PNG files with flaws.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::{Png, RawPng, damage, png_rows, scene};
use image::{Rgba, RgbaImage};

use super::{assert_corrupt, noted, rejected, unnoted};
use crate::images::only;
use crate::recipes::lossless;

const GRAY: u8 = 0;
const RGB: u8 = 2;
const INDEXED: u8 = 3;

const BLACK: Rgba<u8> = Rgba([0, 0, 0, 255]);
const WHITE: Rgba<u8> = Rgba([255, 255, 255, 255]);
const RED: Rgba<u8> = Rgba([255, 0, 0, 255]);
const CLEAR: Rgba<u8> = Rgba([0; 4]);

/// Creates the start of a file with the size and color type of [`RED_AND_BLACK`].
fn red_and_black() -> RawPng {
    RawPng::new((2, 1), 8, RGB)
}

const RED_AND_BLACK: &[u8] = &[255, 0, 0, 0, 0, 0];

fn pixels(image: &RgbaImage) -> Vec<Rgba<u8>> {
    image.pixels().copied().collect()
}

#[test]
fn a_file_that_ends_after_its_pixels_has_all_of_them() {
    let image = scene(40, 30);
    let file = Png::new(&image).build();
    let whole = unnoted(&file);
    // IEND has 12 bytes. The checksum of IDAT and the checksum of its stream precede it, with 4
    // bytes each.
    for cut in [12, 13, 16, 20] {
        assert_eq!(noted(&file[..file.len() - cut]), whole, "{cut}");
    }
    for cut in 1..12 {
        let incomplete = &file[..file.len() - cut];
        assert_eq!(only(incomplete, &lossless()), whole, "{cut}");
    }
    for percent in [50, 90] {
        assert_corrupt(&damage::truncated(&file, percent), "missing rows");
    }
}

#[test]
fn a_palette_of_an_image_without_indices_is_only_a_hint() {
    for length in [0, 1, 3, 4, 768, 771, 774, 3000] {
        let file = red_and_black().chunk(b"PLTE", &vec![7; length]);
        let file = file.pixels(&[RED_AND_BLACK]).end();
        assert_eq!(pixels(&unnoted(&file)), [RED, BLACK], "{length}");
    }
    let wrong = red_and_black().chunk_with_wrong_checksum(b"PLTE", &[7; 3]);
    let twice = red_and_black()
        .chunk(b"PLTE", &[7; 3])
        .chunk(b"hIST", &[0, 1])
        .chunk(b"PLTE", &[7; 3]);
    for file in [wrong, twice] {
        let file = file.pixels(&[RED_AND_BLACK]).end();
        assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
    }
    let gray = RawPng::new((2, 1), 8, GRAY).chunk(b"PLTE", &[7; 6]);
    let gray = gray.pixels(&[&[0, 255]]).end();
    assert_eq!(pixels(&unnoted(&gray)), [BLACK, WHITE]);
}

#[test]
fn an_indexed_image_needs_the_palette_that_its_pixels_refer_to() {
    let file = |palette: &[u8]| {
        let file = RawPng::new((2, 1), 8, INDEXED).chunk(b"PLTE", palette);
        file.pixels(&[&[1, 0]]).end()
    };
    let colors = [0, 0, 0, 255, 0, 0];
    // A palette may end with a part of an entry, or with entries that no index refers to.
    for extra in [0, 1, 2, 3, 762, 765, 3000] {
        let palette = [&colors[..], &vec![9; extra]].concat();
        assert_eq!(pixels(&unnoted(&file(&palette))), [RED, BLACK], "{extra}");
    }
    // An index without an entry is black.
    assert_eq!(pixels(&unnoted(&file(&[255, 0, 0, 9]))), [BLACK, RED]);
    for palette in [&[][..], &[1], &[1, 2]] {
        assert_corrupt(&file(palette), "empty palette");
    }
    let missing = RawPng::new((1, 1), 8, INDEXED).pixels(&[&[0]]).end();
    assert_corrupt(&missing, "no palette");
    let wrong = RawPng::new((1, 1), 8, INDEXED).chunk_with_wrong_checksum(b"PLTE", &colors);
    assert_corrupt(&wrong.pixels(&[&[0]]).end(), "wrong checksum");
}

#[test]
fn a_transparent_gray_level_is_masked_to_the_depth() {
    for (depth, high) in [(1, [0xff, 0xff]), (2, [0xff, 0xff]), (4, [0x0f, 0xff])] {
        // White, then black.
        let row = [0xff << (8 - depth)];
        let file = RawPng::new((2, 1), depth, GRAY).chunk(b"tRNS", &high);
        let file = file.pixels(&[&row]).end();
        assert_eq!(pixels(&unnoted(&file)), [CLEAR, BLACK], "{depth}");
    }
    let eight = RawPng::new((2, 1), 8, GRAY).chunk(b"tRNS", &[0x12, 0xff]);
    let eight = eight.pixels(&[&[255, 0]]).end();
    assert_eq!(pixels(&unnoted(&eight)), [CLEAR, BLACK]);
    let sixteen = RawPng::new((2, 1), 16, GRAY).chunk(b"tRNS", &[0x12, 0xff]);
    let sixteen = sixteen.pixels(&[&[0xff, 0xff, 0x12, 0xff]]).end();
    assert_eq!(pixels(&unnoted(&sixteen)), [WHITE, CLEAR]);
}

#[test]
fn a_transparent_color_is_masked_to_the_depth() {
    let file = red_and_black().chunk(b"tRNS", &[9, 255, 9, 0, 9, 0]);
    let file = file.pixels(&[RED_AND_BLACK]).end();
    assert_eq!(pixels(&unnoted(&file)), [CLEAR, BLACK]);
    let row = [255, 255, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3];
    let sixteen = RawPng::new((2, 1), 16, RGB).chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]);
    let sixteen = sixteen.pixels(&[&row]).end();
    assert_eq!(pixels(&unnoted(&sixteen)), [RED, CLEAR]);
}

#[test]
fn transparency_that_does_not_fit_the_image_is_ignored() {
    let palette = [0, 0, 0, 255, 0, 0];
    let indexed = || RawPng::new((2, 1), 8, INDEXED);
    let longer = indexed().chunk(b"PLTE", &palette).chunk(b"tRNS", &[0; 3]);
    let before = indexed().chunk(b"tRNS", &[0; 2]).chunk(b"PLTE", &palette);
    for file in [longer, before] {
        let file = file.pixels(&[&[1, 0]]).end();
        assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
    }
    let shorter = indexed().chunk(b"PLTE", &palette).chunk(b"tRNS", &[0]);
    let shorter = shorter.pixels(&[&[1, 0]]).end();
    assert_eq!(pixels(&unnoted(&shorter)), [RED, CLEAR]);
    let short = red_and_black().chunk(b"tRNS", &[0, 255]);
    let short = short.pixels(&[RED_AND_BLACK]).end();
    assert_eq!(pixels(&unnoted(&short)), [RED, BLACK]);
}

#[test]
fn pixels_may_be_in_any_number_of_chunks() {
    let stream = png_rows(&[RED_AND_BLACK]);
    let (first, second) = stream.split_at(5);
    let empty = red_and_black().chunk(b"IDAT", &[]).chunk(b"IDAT", first);
    let empty = empty.chunk(b"IDAT", &[]).chunk(b"IDAT", second);
    let between = red_and_black().chunk(b"IDAT", first);
    let between = between
        .chunk(b"tEXt", b"Comment\0hi")
        .chunk(b"IDAT", second);
    let single = stream
        .iter()
        .fold(red_and_black(), |file, byte| file.chunk(b"IDAT", &[*byte]));
    for file in [empty, between, single] {
        assert_eq!(pixels(&unnoted(&file.end())), [RED, BLACK]);
    }
}

#[test]
fn chunks_after_the_pixels_do_not_matter() {
    let whole = || red_and_black().pixels(&[RED_AND_BLACK]);
    for file in [
        whole()
            .chunk_with_wrong_checksum(b"tEXt", b"Comment\0hi")
            .end(),
        whole().chunk(b"WHAT", b"critical").end(),
        whole().chunk(b"PLTE", &[1; 7]).end(),
        whole().chunk_with_wrong_checksum(b"IEND", b"").build(),
        whole().chunk(b"IEND", b"content").build(),
        whole().end().into_iter().chain(*b"anything").collect(),
    ] {
        assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
    }
    let garbage = whole().bytes(b"\0\0\0garbage").build();
    assert_eq!(pixels(&noted(&garbage)), [RED, BLACK]);
}

#[test]
fn an_optional_chunk_with_a_wrong_checksum_is_ignored() {
    for name in [
        b"gAMA", b"tRNS", b"sPLT", b"zTXt", b"acTL", b"fcTL", b"bKGD",
    ] {
        let file = red_and_black().chunk_with_wrong_checksum(name, &[0, 255, 0, 0, 0, 0]);
        let file = file.pixels(&[RED_AND_BLACK]).end();
        assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
    }
}

#[test]
fn an_unknown_critical_chunk_a_wrong_idat_checksum_and_missing_pixels_are_corrupt() {
    let unknown = red_and_black().chunk(b"WHAT", b"").pixels(&[RED_AND_BLACK]);
    assert_corrupt(&unknown.end(), "unknown critical chunk");
    let wrong = red_and_black().chunk_with_wrong_checksum(b"IDAT", &png_rows(&[RED_AND_BLACK]));
    assert_corrupt(&wrong.end(), "wrong checksum");
    assert_corrupt(&red_and_black().end(), "no pixels");
    assert_corrupt(&red_and_black().pixels(&[]).end(), "no rows");
}

#[test]
fn the_checksum_of_the_compressed_pixels_is_not_verified() {
    let mut stream = png_rows(&[RED_AND_BLACK]);
    if let Some(last) = stream.last_mut() {
        *last ^= 0xff;
    }
    let file = red_and_black().chunk(b"IDAT", &stream).end();
    assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
}

#[test]
fn broken_animation_chunks_do_not_affect_the_default_image() {
    let file = red_and_black()
        .chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])
        .chunk(b"fcTL", &[0xff; 26])
        .pixels(&[RED_AND_BLACK])
        .chunk(b"fdAT", &[0])
        .end();
    assert_eq!(pixels(&unnoted(&file)), [RED, BLACK]);
}

#[test]
fn a_cgbi_file_is_unsupported_and_named_in_the_message() {
    let file = Png::new(&scene(4, 4)).build();
    let empty = RawPng::new((4, 4), 8, RGB);
    let marked = empty.clone().chunk(b"CgBI", &[0x50, 0, 0x20, 2]).build();
    let chunk = &marked[empty.build().len()..];
    let file = [&file[..8], chunk, &file[8..]].concat();
    let rejection = rejected(&file);
    assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
    assert!(rejection.message.contains("CgBI"), "{rejection}");
}
