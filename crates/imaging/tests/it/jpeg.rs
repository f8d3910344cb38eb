//! JPEG files of every kind.

use darkroom_imaging::{RejectionCode, inspect, render};
use darkroom_jpeg::Decoder;
use darkroom_testkit::fixture::jpeg_coder::{
    JpegCoder, JpegColor, QuantizedImage, ScanScript, variety,
};
use darkroom_testkit::fixture::scene;
use image::{Rgb, RgbImage};

use crate::allocation::peak_bytes;
use crate::images::only;
use crate::recipes::{lossless, wide_limits};

#[test]
fn every_kind_of_jpeg_except_cmyk_renders_to_its_pixels() {
    for number in 0..250 {
        let file = variety(number);
        let source = inspect(&file.bytes, &wide_limits()).unwrap().source;
        assert_eq!((source.width, source.height), file.size, "{}", file.name);
        let image = only(&file.bytes, &lossless());
        let channels = match file.color {
            JpegColor::Gray => 1,
            JpegColor::YCbCr | JpegColor::Rgb => 3,
            JpegColor::Cmyk | JpegColor::Ycck => continue,
        };
        for (ours, exact) in image.pixels().zip(file.pixels.chunks(channels)) {
            for (ours, exact) in ours.0.iter().zip(exact.iter().cycle()).take(3) {
                assert!((f64::from(*ours) - exact).abs() < 4.0, "{}", file.name);
            }
        }
    }
}

/// Renders a red CMYK image. It stores 255 (no ink) for cyan, and 0 (full ink) for magenta and
/// yellow.
fn red_of_cmyk(adobe: Option<&[u8]>) -> [u8; 3] {
    let red = RgbImage::from_pixel(16, 16, Rgb([255, 0, 0]));
    let image = QuantizedImage::new(&red, JpegColor::Cmyk, &[(1, 1); 4], 1);
    let coder = JpegCoder::new(&image, ScanScript::sequential(&[&[0, 1, 2, 3]]));
    let coder = match adobe {
        Some(payload) => coder.segment(0xee, payload),
        None => coder,
    };
    let [red, green, blue, _] = only(&coder.build(), &lossless()).get_pixel(8, 8).0;
    [red, green, blue]
}

#[test]
fn cmyk_stores_255_for_no_ink_with_and_without_adobes_segment() {
    let segments = [
        None,
        Some(b"Adobe\0\x64\0\0\0\0\0".as_slice()),
        Some(b"Adobe\0\x64\0\0\0\0"),
    ];
    for segment in segments {
        let [red, green, blue] = red_of_cmyk(segment);
        assert!(red > green && red > blue, "{red} {green} {blue}");
    }
}

#[test]
fn a_cut_jpeg_is_corrupt_with_and_without_eoi() {
    let image = QuantizedImage::new(
        &scene(90, 70),
        JpegColor::YCbCr,
        &[(2, 2), (1, 1), (1, 1)],
        1,
    );
    let script = ScanScript::sequential(&[&[0, 1, 2]]);
    let file = JpegCoder::new(&image, script).build();
    for percent in [40, 60, 80, 95] {
        let cut = &file[..file.len() * percent / 100];
        let closed = [cut, b"\xff\xd9"].concat();
        for bytes in [cut, &closed] {
            let rejection = render(bytes, &lossless()).unwrap_err();
            assert_eq!(rejection.code, RejectionCode::Corrupt, "{percent}");
        }
    }
}

#[test]
fn decoding_allocates_no_more_than_working_memory_states() {
    let image = QuantizedImage::new(
        &scene(700, 500),
        JpegColor::YCbCr,
        &[(2, 2), (1, 1), (1, 1)],
        4,
    );
    for script in [
        ScanScript::sequential(&[&[0, 1, 2]]),
        ScanScript::sequential(&[&[0], &[1, 2]]),
        ScanScript::progressive(3),
    ] {
        let file = JpegCoder::new(&image, script).restart_interval(5).build();
        let mut pixels = vec![0; 700 * 500 * 3];
        let decoder = Decoder::new(&file).unwrap();
        let stated = decoder.working_memory();
        let (decoded, peak) = peak_bytes(|| decoder.decode_into(&mut pixels));
        decoded.unwrap();
        assert!(peak as u64 <= stated, "{peak} of {stated}");
        assert!(stated < peak as u64 + (96 << 10), "{peak} of {stated}");
    }
}
