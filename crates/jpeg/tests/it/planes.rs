//! Tests of the planes of components.

use darkroom_jpeg::{Band, Decoder};
use darkroom_testkit::fixture::jpeg_coder::{
    JpegCoder, JpegColor, QuantizedImage, ScanScript, expected_pixels, variety,
};
use darkroom_testkit::fixture::scene;

#[test]
fn planes_have_the_sizes_and_samples_of_their_components() {
    let image = QuantizedImage::new(
        &scene(37, 29),
        JpegColor::YCbCr,
        &[(2, 2), (1, 1), (1, 2)],
        1,
    );
    let scripts = [
        ScanScript::sequential(&[&[0, 1, 2]]),
        ScanScript::sequential(&[&[0], &[1, 2]]),
        ScanScript::progressive(3),
    ];
    for script in scripts {
        let bytes = JpegCoder::new(&image, script).build();
        let (planes, _) = Decoder::new(&bytes).unwrap().decode_planes().unwrap();
        let sizes: Vec<_> = planes
            .iter()
            .map(|plane| (plane.width, plane.height))
            .collect();
        assert_eq!(sizes, [(37, 29), (19, 15), (19, 29)]);
        for (plane, quantized) in planes.iter().zip(&image.planes) {
            let alone = QuantizedImage {
                size: quantized.size,
                color: JpegColor::Gray,
                planes: vec![quantized.clone()],
            };
            for (ours, exact) in plane.samples.iter().zip(expected_pixels(&alone)) {
                assert!((f64::from(*ours) - exact).abs() <= 1.0);
            }
        }
    }
}

#[test]
fn bands_have_the_rows_of_the_planes_and_two_rows_above() {
    for number in 0..60 {
        let file = variety(number);
        let (planes, _) = Decoder::new(&file.bytes).unwrap().decode_planes().unwrap();
        let mut next_rows = vec![0; planes.len()];
        let visit = |band: Band<'_>| {
            for (component, plane) in planes.iter().enumerate() {
                let rows = band.rows(component);
                assert_eq!(rows.start, next_rows[component], "{}", file.name);
                next_rows[component] = rows.end;
                for row in rows.start.saturating_sub(2)..rows.end {
                    let width = plane.width as usize;
                    let expected = &plane.samples[row * width..][..width];
                    assert_eq!(band.row(component, row), expected, "{}", file.name);
                }
            }
        };
        Decoder::new(&file.bytes)
            .unwrap()
            .decode_bands(visit)
            .unwrap();
        let heights = planes.iter().map(|plane| plane.height as usize);
        assert_eq!(next_rows, heights.collect::<Vec<_>>(), "{}", file.name);
    }
}
