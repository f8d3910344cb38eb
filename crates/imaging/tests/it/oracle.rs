//! The EXIF reader, compared with kamadak-exif on generated and real files.

use std::io::Cursor;

use darkroom_imaging::inspect;
use darkroom_testkit::fixture::{Jpeg, planted, scene};
use exif::{In, Reader, Tag};

use crate::corpus;
use crate::recipes::wide_limits;

fn other_reader(bytes: &[u8]) -> Option<exif::Exif> {
    Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()
}

/// Returns the orientation and the degrees of latitude according to kamadak-exif.
fn other_values(bytes: &[u8]) -> (u32, Option<f64>) {
    let Some(exif) = other_reader(bytes) else {
        return (1, None);
    };
    let orientation = exif
        .get_field(Tag::Orientation, In::PRIMARY)
        .and_then(|field| field.value.get_uint(0))
        .filter(|orientation| (1..=8).contains(orientation));
    let latitude = exif
        .get_field(Tag::GPSLatitude, In::PRIMARY)
        .and_then(|field| match &field.value {
            exif::Value::Rational(parts) => Some(parts.iter().map(exif::Rational::to_f64)),
            _ => None,
        })
        .map(|parts| {
            parts
                .zip([1.0, 60.0, 3600.0])
                .map(|(part, unit)| part / unit)
                .sum()
        });
    (orientation.unwrap_or(1), latitude)
}

fn assert_agreement(name: &str, bytes: &[u8]) {
    let Ok(inspection) = inspect(bytes, &wide_limits()) else {
        return;
    };
    let (orientation, latitude) = other_values(bytes);
    assert_eq!(
        u32::from(inspection.source.orientation),
        orientation,
        "{name}"
    );
    if let (Some(ours), Some(theirs)) = (inspection.gps, latitude) {
        assert!((ours.latitude.abs() - theirs).abs() < 1e-9, "{name}");
    }
}

#[test]
fn both_readers_agree_on_generated_files() {
    for file in planted() {
        // kamadak-exif supports neither raw profiles in text chunks of PNG, nor the prefix of EXIF
        // in WebP, nor JPEG XL, whose orientation is not in EXIF.
        let is_unsupported = ["raw", "prefix", "JPEG XL"]
            .iter()
            .any(|part| file.place.contains(part));
        if !is_unsupported {
            assert_agreement(file.place, &file.bytes);
        }
    }
    let bare = Jpeg::new(&scene(8, 6)).build();
    assert_eq!(other_values(&bare), (1, None));
}

#[test]
fn both_readers_agree_on_real_photos() {
    for folder in ["orientation", "metadata", "bench", "colour"] {
        for (name, bytes) in corpus::read_all(folder) {
            assert_agreement(&name, &bytes);
        }
    }
}
