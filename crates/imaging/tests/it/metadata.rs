//! Metadata of generated and real files.

use darkroom_imaging::MetadataKind::{self, *};
use darkroom_imaging::{Inspection, RejectionCode, inspect};
use darkroom_testkit::fixture::{
    CANARY, Exif, Gif, Jpeg, Png, Webp, damage, icc_profile, planted, scene,
};

use crate::corpus;
use crate::recipes::{avatar_limits, wide_limits};

fn inspected(bytes: &[u8]) -> Inspection {
    inspect(bytes, &wide_limits()).unwrap()
}

#[test]
fn every_planted_canary_is_reported_as_its_kind() {
    for file in planted() {
        let found = serde_json::to_value(inspected(&file.bytes).metadata).unwrap();
        let found = found.as_array().unwrap();
        assert!(
            found.iter().any(|kind| kind == file.kind),
            "{}: {found:?}",
            file.place
        );
    }
}

#[test]
fn a_bare_image_has_no_metadata() {
    let image = scene(24, 18);
    for bytes in [
        Jpeg::new(&image).build(),
        Png::new(&image).build(),
        Gif::new(&image).build(),
        Webp::new(&image).build(),
        Webp::lossy(&image, 80).build(),
    ] {
        let inspection = inspected(&bytes);
        assert_eq!(inspection.metadata, []);
        assert_eq!(inspection.bytes, bytes.len() as u64);
        assert_eq!(inspection.upright_size, [24, 18]);
    }
}

#[test]
fn position_camera_and_time_are_read_from_exif() {
    let exif = Exif::new()
        .gps(-33.8568, 151.2153)
        .altitude(58)
        .camera("Maker", "Model 5")
        .taken_at("2026:11:21 12:34:56")
        .orientation(8);
    let image = scene(24, 18);
    for bytes in [
        Jpeg::new(&image).exif(&exif).build(),
        Png::new(&image).exif(&exif).build(),
        Webp::new(&image).exif(&exif).build(),
        Webp::new(&image).prefixed_exif(&exif).build(),
    ] {
        let inspection = inspected(&bytes);
        let gps = inspection.gps.unwrap();
        // The fixture stores hundredths of a second of arc.
        assert!((gps.latitude - -33.8568).abs() < 2e-6);
        assert!((gps.longitude - 151.2153).abs() < 2e-6);
        assert_eq!(gps.altitude, Some(58.0));
        assert_eq!(inspection.camera.as_deref(), Some("Maker Model 5"));
        assert_eq!(inspection.taken_at.as_deref(), Some("2026:11:21 12:34:56"));
        assert_eq!(inspection.upright_size, [18, 24]);
        assert_eq!(inspection.metadata, [Exif, Gps, Camera, DateTime]);
    }
}

#[test]
fn a_gps_directory_without_a_fix_is_not_reported() {
    let exif = Exif::new().orientation(1).gps_version();
    let bytes = Jpeg::new(&scene(8, 6)).exif(&exif).build();
    assert_eq!(inspected(&bytes).metadata, [Exif]);
}

#[test]
fn a_brand_that_begins_the_model_is_not_repeated() {
    for (make, model, camera) in [
        ("NIKON CORPORATION", "NIKON D90", "NIKON D90"),
        ("Canon", "Canon EOS 1000D", "Canon EOS 1000D"),
        ("samsung", "SM-G935L", "samsung SM-G935L"),
        ("", "Scanner", "Scanner"),
    ] {
        let exif = Exif::new().camera(make, model);
        let bytes = Jpeg::new(&scene(8, 6)).exif(&exif).build();
        assert_eq!(inspected(&bytes).camera.as_deref(), Some(camera));
    }
}

#[test]
fn the_orientation_is_read_after_broken_entries() {
    let exif = Exif::new()
        .raw_entry(0x010f, 2, 0xffff_fff0, &[0; 4])
        .raw_entry(0x0110, 99, 1, &[0; 4])
        .orientation(6);
    let bytes = Jpeg::new(&scene(24, 18)).exif(&exif).build();
    assert_eq!(inspected(&bytes).source.orientation, 6);
}

#[test]
fn truncated_exif_still_yields_the_orientation() {
    let exif = Exif::new().orientation(6).user_comment(CANARY).tiff();
    // The header, and a directory of two entries. The second entry is cut in half.
    let bytes = Jpeg::new(&scene(24, 18))
        .raw_exif(&exif[..8 + 2 + 12 + 6])
        .build();
    assert_eq!(inspected(&bytes).source.orientation, 6);
}

#[test]
fn the_color_profile_is_reported_by_its_description() {
    let profile = icc_profile("My monitor");
    let image = scene(24, 18);
    for bytes in [
        Jpeg::new(&image).icc(&profile).build(),
        Jpeg::new(&image).icc_in_parts(&profile, 99).build(),
        Png::new(&image).icc("another name", &profile).build(),
        Gif::new(&image).icc(&profile).build(),
        Webp::new(&image).icc(&profile).build(),
    ] {
        let inspection = inspected(&bytes);
        assert_eq!(inspection.icc_profile.as_deref(), Some("My monitor"));
        assert_eq!(inspection.metadata, [Icc]);
    }
}

#[test]
fn a_latitude_in_xmp_is_reported_as_gps() {
    let packet = "<x:xmpmeta><rdf:Description exif:GPSLatitude='48,51.5N'/></x:xmpmeta>";
    let image = scene(24, 18);
    for bytes in [
        Jpeg::new(&image).xmp(packet).build(),
        Png::new(&image).xmp(packet).build(),
        Png::new(&image)
            .compressed_international_text("XML:com.adobe.xmp", packet)
            .build(),
        Gif::new(&image).xmp(packet).build(),
        Webp::new(&image).xmp(packet).build(),
    ] {
        assert_eq!(inspected(&bytes).metadata, [Gps, Xmp]);
    }
}

#[test]
fn a_truncated_image_yields_the_metadata_before_the_cut() {
    let exif = Exif::new().orientation(3).camera("Maker", "Model");
    for bytes in [
        Jpeg::new(&scene(64, 48)).exif(&exif).build(),
        Png::new(&scene(64, 48)).exif(&exif).build(),
    ] {
        let inspection = inspected(&damage::truncated(&bytes, 80));
        assert_eq!(inspection.source.orientation, 3);
        assert_eq!(inspection.metadata, [Exif, Camera]);
    }
}

#[test]
fn a_file_that_is_not_an_image_or_exceeds_the_limits_is_not_inspected() {
    let code = |bytes: &[u8]| inspect(bytes, &avatar_limits()).unwrap_err().code;
    assert_eq!(code(b""), RejectionCode::Empty);
    assert_eq!(code(&damage::script()), RejectionCode::UnsupportedFormat);
    assert_eq!(code(b"holiday.jpg"), RejectionCode::NotAnImage);
    let wide = Png::new(&scene(4097, 1)).build();
    assert_eq!(code(&wide), RejectionCode::DimensionsExceeded);
}

/// Asserts that a file of the corpus has metadata of these kinds.
fn assert_has(name: &str, kinds: &[MetadataKind]) -> Option<Inspection> {
    let inspection = inspected(&corpus::read(name)?);
    for kind in kinds {
        let found = &inspection.metadata;
        assert!(found.contains(kind), "{name}: no {kind:?} in {found:?}");
    }
    Some(inspection)
}

#[test]
fn metadata_of_real_photos_is_found() {
    assert_has(
        "metadata/iphone-4s.jpg",
        &[Exif, Camera, DateTime, Thumbnail],
    );
    assert_has(
        "metadata/iphone-hdr.jpg",
        &[Exif, Gps, MakerNote, Thumbnail],
    );
    assert_has("metadata/nokia-8.3.jpg", &[Exif, Gps, Camera, DateTime]);
    assert_has("metadata/gps-dscn0010.jpg", &[Exif, Gps, MakerNote, Xmp]);
    assert_has("metadata/gps-dscn0012.jpg", &[Exif, Gps, MakerNote, Xmp]);
    assert_has("metadata/android-depth-map.jpg", &[Exif, Xmp, DepthMap]);
    assert_has("metadata/nikon-e995-iptc.jpg", &[Exif, Iptc, MakerNote]);
    assert_has("bench/galaxy-s7-edge.jpg", &[Exif, Gps, TrailingData]);
    assert_has("colour/gain-map.jpg", &[Xmp, Icc, Mpf, GainMap]);
    assert_has("colour/gray.jpg", &[Comment]);
}

#[test]
fn metadata_of_real_files_of_other_formats_is_found() {
    assert_has("metadata/png-exif.png", &[Exif, MakerNote, Text]);
    assert_has("metadata/png-all-metadata.png", &[Xmp, Text]);
    assert_has("metadata/png-bad-iccp.png", &[Icc]);
    assert_has("metadata/gif-xmp.gif", &[Xmp]);
    assert_has("metadata/webp-exif-orient6.webp", &[Exif, Camera, Xmp]);
    assert_has("animated/chi.gif", &[Comment]);
}

#[test]
fn positions_of_real_photos_are_correct() {
    for (name, latitude, longitude) in [
        ("metadata/gps-dscn0010.jpg", 43.467_448, 11.885_127),
        ("metadata/iphone-hdr.jpg", 40.446_972, -3.724_753),
        // Signed rationals, which the standard forbids.
        ("metadata/nokia-8.3.jpg", 60.146_706, 24.906_772),
        ("bench/iphone-6.jpg", 51.762_408, -0.317_892),
    ] {
        let Some(inspection) = assert_has(name, &[Gps]) else {
            return;
        };
        let gps = inspection.gps.unwrap_or_else(|| panic!("{name}"));
        assert!((gps.latitude - latitude).abs() < 1e-5, "{name}: {gps:?}");
        assert!((gps.longitude - longitude).abs() < 1e-5, "{name}: {gps:?}");
    }
}

#[test]
fn orientations_and_profiles_of_real_photos_are_read() {
    let orientations = [
        ("metadata/webp-exif-orient6.webp", 6),
        ("metadata/iphone-4s.jpg", 6),
        ("bench/canon-1000d-orient6.jpg", 6),
        ("bench/phone-12mp.jpg", 1),
        ("orientation/landscape-8.jpg", 8),
        ("orientation/portrait-5.jpg", 5),
    ];
    for (name, orientation) in orientations {
        let found = assert_has(name, &[Exif]).map(|found| found.source.orientation);
        assert!(found.is_none_or(|found| found == orientation), "{name}");
    }
    let profiles = [
        ("metadata/multi-icc.jpg", "U.S. Web Coated (SWOP) v2"),
        ("colour/p3.png", "Display P3"),
        ("bench/icc-12mp.jpg", "sRGB IEC61966-2.1"),
    ];
    for (name, profile) in profiles {
        let found = assert_has(name, &[Icc]).map(|found| found.icc_profile);
        assert!(
            found.is_none_or(|found| found.as_deref() == Some(profile)),
            "{name}"
        );
    }
}
