//! Tests of the planes of components.

use darkroom_jpeg::Decoder;
use darkroom_testkit::fixture::jpeg_coder::{
    JpegCoder, JpegColor, QuantizedImage, ScanScript, expected_pixels,
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
