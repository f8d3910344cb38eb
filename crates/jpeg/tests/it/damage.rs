//! Tests that damaged files are recognized, cause no panic and take little time.

use darkroom_jpeg::Error;
use darkroom_testkit::fixture::damage::mutated;
use darkroom_testkit::fixture::jpeg_coder::{
    FileEnd, JpegCoder, JpegColor, QuantizedImage, ScanScript, variety,
};
use darkroom_testkit::fixture::scene;

use crate::decoded::decoded;

fn image() -> QuantizedImage {
    QuantizedImage::new(
        &scene(60, 45),
        JpegColor::YCbCr,
        &[(2, 2), (1, 1), (1, 1)],
        1,
    )
}

#[test]
fn a_cut_file_with_eoi_fails_or_lacks_detail_unless_it_has_all_pixels() {
    for number in 0..300 {
        let file = variety(number);
        let (whole, _) = decoded(&file.bytes).unwrap();
        let lengths = (3..file.bytes.len()).step_by(1 + file.bytes.len() / 40);
        for length in lengths {
            let closed = [&file.bytes[..length], b"\xff\xd9"].concat();
            match decoded(&closed) {
                Err(_) => {}
                Ok((_, damage)) if damage.lacks_detail => {}
                Ok((pixels, _)) => assert_eq!(pixels, whole, "{} at {length}", file.name),
            }
        }
    }
}

#[test]
fn a_sequential_file_needs_its_last_byte_of_data_but_not_eoi() {
    let coder = |ending| {
        JpegCoder::new(&image(), ScanScript::sequential(&[&[0, 1, 2]]))
            .ending(ending)
            .build()
    };
    let data = coder(FileEnd::Bytes(Vec::new()));
    assert_eq!(decoded(&data), decoded(&coder(FileEnd::Marker)));
    for missing in 1..40 {
        let cut = [&data[..data.len() - missing], b"\xff\xd9"].concat();
        assert_eq!(decoded(&cut), Err(Error::Truncated), "{missing}");
    }
}

#[test]
fn a_missing_component_is_truncated_and_a_missing_last_scan_lacks_detail() {
    let image = image();
    let mut script = ScanScript::sequential(&[&[0], &[1, 2]]);
    script.scans.pop();
    let without_chroma = JpegCoder::new(&image, script).build();
    assert_eq!(decoded(&without_chroma), Err(Error::Truncated));

    let mut script = ScanScript::progressive(3);
    let (_, damage) = decoded(&JpegCoder::new(&image, script.clone()).build()).unwrap();
    assert!(!damage.lacks_detail);
    script.scans.pop();
    let (_, damage) = decoded(&JpegCoder::new(&image, script.clone()).build()).unwrap();
    assert!(damage.lacks_detail);
    let coder = JpegCoder::new(&image, script).ending(FileEnd::Bytes(Vec::new()));
    assert_eq!(decoded(&coder.build()), Err(Error::Truncated));
}

#[test]
fn a_lost_restart_interval_is_truncated_and_a_misnumbered_or_repeated_one_has_stray_bytes() {
    let image = image();
    let script = ScanScript::sequential(&[&[0, 1, 2]]);
    let file = JpegCoder::new(&image, script).restart_interval(1).build();
    let marker = |number: u8| {
        file.windows(2)
            .position(|it| it == [0xff, 0xd0 + number])
            .unwrap()
    };
    let (whole, _) = decoded(&file).unwrap();

    let mut lost = file.clone();
    lost.drain(marker(2)..marker(3));
    assert_eq!(decoded(&lost), Err(Error::Truncated));

    let mut misnumbered = file.clone();
    misnumbered[marker(2) + 1] = 0xd6;
    let (pixels, damage) = decoded(&misnumbered).unwrap();
    assert_eq!((pixels, damage.has_stray_bytes), (whole.clone(), true));

    let mut repeated = file.clone();
    let units = file[marker(1)..marker(2)].to_vec();
    repeated.splice(marker(2)..marker(2), units);
    let (pixels, damage) = decoded(&repeated).unwrap();
    assert_eq!((pixels, damage.has_stray_bytes), (whole, true));
}

#[test]
fn mutated_files_cause_no_panic() {
    for number in 0..400 {
        let file = variety(number);
        for seed in 0..40 {
            let bytes = mutated(&file.bytes, seed);
            // A mutated header may claim an image that is too large to allocate in a test.
            let decoder = darkroom_jpeg::Decoder::new(&bytes);
            if decoder.is_ok_and(|it| it.frame().width * it.frame().height < 1 << 20) {
                let _ = decoded(&bytes);
            }
        }
    }
}

#[test]
fn too_few_bytes_for_a_frame_and_too_many_scans_are_refused() {
    let image = image();
    let mut script = ScanScript::spectral(3);
    let mut file = JpegCoder::new(&image, script.clone()).build();
    let frame = file.windows(2).position(|it| it == [0xff, 0xc2]).unwrap();
    file[frame + 5..frame + 9].fill(0xff);
    assert_eq!(decoded(&file), Err(Error::Truncated));

    script.scans = vec![script.scans[0].clone(); 501];
    let file = JpegCoder::new(&image, script).build();
    assert!(matches!(decoded(&file), Err(Error::Damaged(message)) if message.contains("scans")));
}
