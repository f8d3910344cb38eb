//! HEIC: exact pixels of fixtures, rejections of other kinds of HEIF, and photos taken by phones.

use std::path::Path;

use darkroom_imaging::{
    Fit, MetadataKind, Recipe, RejectionCode, Resize, WebpMode, inspect, render,
};
use darkroom_testkit::fixture::{Exif, Heic, rotated_for_orientation, scene};
use image::{GrayImage, Luma, RgbImage, Rgba, RgbaImage, imageops};

use crate::corpus;
use crate::images::{decoded, difference, only, rejection, worst};
use crate::recipes::{lossless, variant, webp, wide_limits};

fn rendered(heic: &Heic) -> RgbaImage {
    only(&heic.build(), &lossless())
}

fn opaque(image: &RgbImage) -> RgbaImage {
    image::DynamicImage::from(image.clone()).into_rgba8()
}

/// Returns an image of one color, given as luma, blue difference and red difference.
fn flat(depth: u32, color: [u16; 3]) -> Heic {
    let planes = color.map(|sample| vec![sample; 64]).to_vec();
    Heic::from_planes((8, 8), depth, planes)
}

fn color_of(heic: &Heic) -> [u8; 3] {
    let Rgba([red, green, blue, _]) = rendered(heic)[(0, 0)];
    [red, green, blue]
}

#[test]
fn an_image_of_any_size_has_its_exact_pixels() {
    for (width, height) in [(48, 36), (16, 16), (1, 1), (33, 17), (15, 64)] {
        let image = scene(width, height);
        assert_eq!(worst(&rendered(&Heic::new(&image)), &opaque(&image)), 0);
    }
}

#[test]
fn tiles_are_put_together_and_cut_at_the_edge() {
    for (columns, rows) in [(1, 1), (3, 2), (2, 5), (7, 1)] {
        let image = scene(61, 47);
        let grid = Heic::new(&image).grid(columns, rows);
        assert_eq!(worst(&rendered(&grid), &opaque(&image)), 0);
    }
}

#[test]
fn an_identity_derivation_has_its_own_color_and_rotation() {
    let reddish = flat(8, [100, 128, 178]).vui([1, 13, 6, 1]).identity();
    assert_eq!(color_of(&reddish), [170, 64, 100]);
    let bt_709 = reddish.property(b"colr", b"nclx\0\x01\0\x0d\0\x01\x80");
    assert_eq!(color_of(&bt_709), [179, 77, 100]);
    let upright = scene(40, 24);
    let turned = Heic::new(&rotated_for_orientation(&upright, 8)).identity();
    assert_eq!(worst(&rendered(&turned.rotation(1)), &opaque(&upright)), 0);
}

#[test]
fn an_overlay_draws_its_layers_in_order_and_cuts_them_at_the_edge() {
    let layer = scene(20, 10);
    let positions = [(4, 3), (15, 9), (-12, -6)];
    let color = [0, 0x8080, 0xffff, 0x4040];
    let overlay = Heic::new(&layer).overlay((30, 16), color, &positions);
    let mut expected = RgbaImage::from_pixel(30, 16, Rgba([0, 128, 255, 64]));
    for (x, y) in positions {
        imageops::overlay(&mut expected, &opaque(&layer), x.into(), y.into());
    }
    assert_eq!(worst(&rendered(&overlay), &expected), 0);
    let cropped = imageops::crop_imm(&expected, 5, 2, 20, 12).to_image();
    let overlay = overlay.clean_aperture(20, 12).rotation(2);
    assert_eq!(
        worst(&rendered(&overlay), &imageops::rotate180(&cropped)),
        0
    );
}

#[test]
fn a_sequence_without_a_still_image_is_unsupported_and_named_in_the_message() {
    let file = [
        b"\0\0\0\x14ftypmsf1\0\0\0\0hevc".as_slice(),
        b"\0\0\0\x08moov",
    ];
    let rejection = rejection(&file.concat());
    assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
    assert!(rejection.message.contains("sequence"), "{rejection}");
}

#[test]
fn a_gray_image_stays_gray() {
    let gray = GrayImage::from_fn(20, 10, |x, y| Luma([(x * 12 + y) as u8]));
    let expected = image::DynamicImage::from(gray.clone()).into_rgba8();
    assert_eq!(worst(&rendered(&Heic::from_gray(&gray)), &expected), 0);
}

#[test]
fn ten_and_twelve_bits_are_rounded_to_eight() {
    let identity = [1, 13, 0, 1];
    let ten = flat(10, [1023, 512, 0]).nclx(identity);
    assert_eq!(color_of(&ten), [0, 255, 128]);
    let twelve = flat(12, [4095, 2048, 16]).nclx(identity);
    assert_eq!(color_of(&twelve), [1, 255, 128]);
}

#[test]
fn range_and_matrix_come_from_the_bitstream_if_there_is_no_nclx_box() {
    let gray = [126, 128, 128];
    assert_eq!(color_of(&flat(8, gray).vui([1, 13, 6, 1])), [126; 3]);
    assert_eq!(color_of(&flat(8, gray).vui([1, 13, 6, 0])), [128; 3]);
    // Neither the bitstream nor a box states a range, so HEVC's default applies: the limited range.
    assert_eq!(color_of(&flat(8, gray)), [128; 3]);
    let reddish = [100, 128, 178];
    assert_eq!(
        color_of(&flat(8, reddish).vui([1, 13, 6, 1])),
        [170, 64, 100]
    );
    assert_eq!(
        color_of(&flat(8, reddish).vui([1, 13, 1, 1])),
        [179, 77, 100]
    );
    assert_eq!(
        color_of(&flat(8, reddish).vui([1, 13, 9, 1])),
        [174, 71, 100]
    );
    // Luma, and the green and orange differences of YCgCo.
    let greenish = [100, 138, 128];
    assert_eq!(
        color_of(&flat(8, greenish).vui([1, 13, 8, 1])),
        [90, 110, 90]
    );
}

#[test]
fn an_nclx_box_takes_precedence_over_the_bitstream() {
    let heic = flat(8, [126, 128, 128]).vui([1, 13, 6, 0]);
    assert_eq!(color_of(&heic.nclx([1, 13, 6, 1])), [126; 3]);
}

#[test]
fn display_p3_is_converted_from_code_points() {
    // This red of Display P3 also exists in sRGB, where its red component is larger.
    let [red, green, blue] = color_of(&flat(8, [60, 60, 200]).nclx([12, 13, 0, 1]));
    assert!(red > 205 && green < 60 && blue < 60, "{red} {green} {blue}");
    assert_eq!(
        color_of(&flat(8, [60, 60, 200]).nclx([1, 13, 0, 1])),
        [200, 60, 60]
    );
}

#[test]
fn rotation_and_mirroring_turn_the_image_upright() {
    let upright = scene(40, 24);
    let turned = |orientation| Heic::new(&rotated_for_orientation(&upright, orientation));
    for (orientation, heic) in [
        (8, turned(8).rotation(1)),
        (3, turned(3).rotation(2)),
        (6, turned(6).rotation(3)),
        (2, turned(2).mirror(1)),
        (4, turned(4).mirror(0)),
        (5, turned(5).rotation(3).mirror(1)),
        (7, turned(7).mirror(1).rotation(3)),
    ] {
        // Phones repeat the orientation in EXIF, where it has no effect.
        let heic = heic.exif(&Exif::new().orientation(6));
        let inspection = inspect(&heic.build(), &wide_limits()).unwrap();
        assert_eq!(inspection.source.orientation, orientation);
        assert_eq!(inspection.upright_size, [40, 24]);
        assert_eq!(worst(&rendered(&heic), &opaque(&upright)), 0);
    }
}

#[test]
fn the_orientation_of_exif_alone_turns_nothing() {
    let image = scene(40, 24);
    let heic = Heic::new(&image).exif(&Exif::new().orientation(6));
    assert_eq!(worst(&rendered(&heic), &opaque(&image)), 0);
}

#[test]
fn a_clean_aperture_crops_before_the_rotation() {
    let image = scene(40, 24);
    let heic = Heic::new(&image).clean_aperture(31, 11).rotation(2);
    let inspection = inspect(&heic.build(), &wide_limits()).unwrap();
    assert_eq!(inspection.upright_size, [31, 11]);
    let kept = imageops::rotate180(&imageops::crop_imm(&image, 4, 6, 31, 11).to_image());
    assert_eq!(worst(&rendered(&heic), &opaque(&kept)), 0);
}

#[test]
fn alpha_is_kept_and_scaled_to_the_image() {
    let image = scene(20, 10);
    let alpha = GrayImage::from_fn(20, 10, |x, _| Luma([55 + (x * 10) as u8]));
    let result = rendered(&Heic::new(&image).alpha(&alpha));
    for (x, y, pixel) in result.enumerate_pixels() {
        assert_eq!(pixel[3], alpha[(x, y)][0]);
        assert_eq!(pixel.0[..3], image[(x, y)].0);
    }
    let half = GrayImage::from_fn(10, 5, |x, _| Luma([(x * 20) as u8]));
    let result = rendered(&Heic::new(&image).alpha(&half));
    assert!(
        result
            .enumerate_pixels()
            .all(|(x, _, pixel)| u32::from(pixel[3]) == x / 2 * 20)
    );
}

#[test]
fn premultiplied_colors_become_straight() {
    let image = RgbImage::from_pixel(8, 8, image::Rgb([64, 32, 128]));
    let alpha = GrayImage::from_pixel(8, 8, Luma([128]));
    let result = rendered(&Heic::new(&image).alpha(&alpha).premultiplied());
    assert_eq!(result[(3, 3)], Rgba([128, 64, 255, 128]));
}

#[test]
fn heif_images_of_other_codings_are_named_in_the_message() {
    let image = Heic::new(&scene(8, 6));
    for (brands, words) in [
        (&[b"avif", b"mif1"], "a HEIF image with HEVC"),
        (&[b"avci", b"mif1"], "a HEIF image with AVC"),
        (&[b"mif3", b"avif"], "low-overhead header"),
        (&[b"mif1", b"vvic"], "a HEIF image with VVC"),
        (&[b"jpeg", b"mif1"], "a HEIF image with JPEG"),
    ] {
        let rejection = rejection(&image.clone().brands(brands).build());
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains(words), "{rejection}");
        assert!(!rejection.message.contains("video"), "{rejection}");
    }
    // These brands name only the structure, so the items determine the format.
    let structure = image.brands(&[b"mif1", b"miaf"]).build();
    assert!(render(&structure, &lossless()).is_ok());
    for (code, words) in [(b"av01", "AV1"), (b"avc1", "AVC"), (b"jpeg", "JPEG")] {
        let mut file = structure.clone();
        let at = file
            .windows(4)
            .position(|window| window == b"hvc1")
            .unwrap();
        file[at..at + 4].copy_from_slice(code);
        let rejection = rejection(&file);
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains(words), "{rejection}");
    }
}

#[test]
fn an_essential_property_that_is_unknown_is_refused() {
    let mut file = Heic::new(&scene(8, 6)).rotation(1).build();
    let at = file
        .windows(4)
        .position(|window| window == b"irot")
        .unwrap();
    file[at..at + 4].copy_from_slice(b"new!");
    assert_eq!(rejection(&file).code, RejectionCode::UnsupportedFormat);
}

#[test]
fn a_file_that_ends_early_is_corrupt_wherever_it_ends() {
    let file = Heic::new(&scene(20, 15)).grid(2, 1).build();
    assert!(render(&file, &lossless()).is_ok());
    for length in 12..file.len() {
        let rejection = rejection(&file[..length]);
        assert_eq!(
            rejection.code,
            RejectionCode::Corrupt,
            "{length}: {rejection}"
        );
    }
}

#[test]
fn an_image_that_is_not_as_large_as_it_claims_is_corrupt() {
    let mut file = Heic::new(&scene(20, 15)).build();
    let at = file
        .windows(4)
        .position(|window| window == b"ispe")
        .unwrap()
        + 8;
    file[at..at + 4].copy_from_slice(&21_u32.to_be_bytes());
    assert_eq!(rejection(&file).code, RejectionCode::Corrupt);
}

/// Returns a recipe with one variant. Its sides are an eighth of the sides of a 12-megapixel photo.
fn eighth() -> Recipe {
    let resize = Resize {
        width: Some(504),
        height: Some(504),
        fit: Fit::Inside,
        enlarge: false,
    };
    Recipe {
        variants: vec![variant("eighth", Some(resize), webp(0, WebpMode::Lossless))],
        ..lossless()
    }
}

/// Photos taken by phones, with their stored size and orientation.
const PHOTOS: [(&str, (u32, u32), u8); 2] = [
    ("img-1034.heic", (4032, 3024), 1),
    ("iphone-13.heic", (4032, 3024), 6),
];

#[test]
fn photos_of_phones_become_upright_and_srgb() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/heic");
    for (file, size, orientation) in PHOTOS {
        let Some(bytes) = corpus::read(&format!("heif/{file}")) else {
            return;
        };
        let rendered = render(&bytes, &eighth()).unwrap();
        let source = &rendered.source;
        assert_eq!((source.width, source.height), size);
        assert_eq!(source.orientation, orientation);
        let image = decoded(&rendered.variants[0]);
        let stem = Path::new(file).file_stem().unwrap().to_str().unwrap();
        let expected = image::open(reference.join(format!("{stem}.reduced32.png"))).unwrap();
        let expected = expected.into_rgba8();
        let (width, height) = expected.dimensions();
        // Each pixel of the reference is the mean of a block. The last block of a side may be
        // smaller than the others. It is left out if the number of blocks is odd.
        let whole = imageops::crop_imm(&image, 0, 0, width / 2 * 8, height / 2 * 8);
        let small = imageops::thumbnail(&whole.to_image(), width / 2 * 2, height / 2 * 2);
        let (width, height) = small.dimensions();
        let expected = imageops::crop_imm(&expected, 0, 0, width, height).to_image();
        let off = difference(&small, &expected);
        assert!(off < 1.5, "{file} is off by {off}");
    }
}

#[test]
fn metadata_of_a_phone_photo_is_found_and_removed() {
    let Some(bytes) = corpus::read("heif/iphone-13.heic") else {
        return;
    };
    let inspection = inspect(&bytes, &wide_limits()).unwrap();
    for kind in [
        MetadataKind::Exif,
        MetadataKind::Camera,
        MetadataKind::GainMap,
        MetadataKind::Icc,
    ] {
        assert!(inspection.metadata.contains(&kind), "{kind:?}");
    }
    assert_eq!(inspection.upright_size, [3024, 4032]);
    assert_eq!(inspection.icc_profile.as_deref(), Some("Display P3"));
    let rendered = render(&bytes, &eighth()).unwrap();
    assert_eq!(rendered.removed_metadata, inspection.metadata);
    for secret in [b"Apple".as_slice(), b"iPhone", b"Exif"] {
        let file = &rendered.variants[0].bytes;
        assert!(!file.windows(secret.len()).any(|window| window == secret));
    }
}
