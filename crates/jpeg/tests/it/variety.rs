//! A comparison of decoded pixels with the definition in floating point, for files of every kind.

use darkroom_jpeg::{ColorModel, Decoder};
use darkroom_testkit::fixture::jpeg_coder::{JpegColor, variety};

use crate::decoded::decoded;

const FILES: u64 = 800;

#[test]
fn pixels_are_close_to_the_definition_in_floating_point() {
    let (mut sum, mut count) = (0.0, 0.0);
    for number in 0..FILES {
        let file = variety(number);
        let (pixels, damage) = decoded(&file.bytes).unwrap_or_else(|error| {
            panic!("{}: {error}", file.name);
        });
        assert_eq!(pixels.len(), file.pixels.len(), "{}", file.name);
        for (ours, exact) in pixels.iter().zip(&file.pixels) {
            let difference = (f64::from(*ours) - exact).abs();
            // In one pixel, the errors of rounding luma and of rounding and interpolating both
            // chromas can add up.
            assert!(difference < 4.0, "{}: {ours} {exact}", file.name);
            sum += difference;
            count += 1.0;
        }
        assert!(!damage.lacks_detail, "{}", file.name);
    }
    let mean = sum / count;
    assert!(mean < 0.25, "{mean}");
}

#[test]
fn size_and_color_model_are_known_before_decoding() {
    for number in 0..FILES {
        let file = variety(number);
        let decoder = Decoder::new(&file.bytes).unwrap();
        let frame = decoder.frame();
        assert_eq!((frame.width, frame.height), file.size, "{}", file.name);
        let expected = match file.color {
            JpegColor::Gray => ColorModel::Gray,
            JpegColor::YCbCr => ColorModel::YCbCr,
            JpegColor::Rgb => ColorModel::Rgb,
            JpegColor::Cmyk => ColorModel::Cmyk,
            JpegColor::Ycck => ColorModel::Ycck,
        };
        assert_eq!(decoder.color_model(), expected, "{}", file.name);
    }
}
