//! EXIF values and GPS positions that have unusual types or are in unusual parts of a file.

use darkroom_imaging::MetadataKind::*;
use darkroom_imaging::{GpsPosition, Inspection, inspect};
use darkroom_testkit::fixture::{Exif, Jpeg, Png, Webp, scene};

use crate::recipes::wide_limits;

fn inspected(bytes: &[u8]) -> Inspection {
    inspect(bytes, &wide_limits()).unwrap()
}

fn jpeg() -> Jpeg {
    Jpeg::new(&scene(24, 18))
}

fn assert_sydney(gps: Option<GpsPosition>) {
    let gps = gps.unwrap();
    assert!((gps.latitude - -33.8568).abs() < 1e-4, "{gps:?}");
    assert!((gps.longitude - 151.2153).abs() < 1e-4, "{gps:?}");
}

#[test]
fn an_orientation_of_any_integer_type_is_applied() {
    for big_endian in [false, true] {
        let exif = || {
            if big_endian {
                Exif::big_endian()
            } else {
                Exif::new()
            }
        };
        let bytes = |width: usize| {
            let mut bytes = vec![0; width];
            bytes[if big_endian { width - 1 } else { 0 }] = 6;
            bytes
        };
        // BYTE, SBYTE, SHORT, SSHORT, LONG, SLONG.
        for (kind, width) in [(1, 1), (6, 1), (3, 2), (8, 2), (4, 4), (9, 4)] {
            let exif = exif().raw_entry(0x0112, kind, 1, &bytes(width));
            for file in [
                jpeg().exif(&exif).build(),
                Png::new(&scene(24, 18)).exif(&exif).build(),
                Webp::new(&scene(24, 18)).exif(&exif).build(),
            ] {
                assert_eq!(inspected(&file).source.orientation, 6, "{kind}");
            }
        }
    }
}

#[test]
fn an_orientation_of_a_text_type_or_out_of_range_is_ignored() {
    for (kind, value) in [
        (2, &b"6\0"[..]),
        (6, &[0xff]),
        (8, &[0xff, 0xff]),
        (9, &[0xff; 4]),
        (3, &[9, 0]),
        (4, &[6, 0, 1, 0]),
    ] {
        let count = u32::from(kind != 2) + u32::from(kind == 2) * 2;
        let exif = Exif::new().raw_entry(0x0112, kind, count, value);
        let file = jpeg().exif(&exif).build();
        assert_eq!(inspected(&file).source.orientation, 1, "{kind}");
    }
}

#[test]
fn directory_pointers_of_the_types_long_slong_and_ifd_are_followed() {
    // LONG, SLONG, IFD.
    for kind in [4, 9, 13] {
        let exif = Exif::new().gps(-33.8568, 151.2153);
        let exif = exif.taken_at("2026:11:21 12:34:56").pointer_type(kind);
        let found = inspected(&jpeg().exif(&exif).build());
        assert_sydney(found.gps);
        assert_eq!(found.taken_at.as_deref(), Some("2026:11:21 12:34:56"));
        assert_eq!(found.metadata, [Exif, Gps, DateTime]);
    }
}

#[test]
fn a_position_as_text_or_double_is_read() {
    for (latitude, longitude) in [
        ("33,51.408S", "151,12.918E"),
        ("-33.8568", "151.2153"),
        ("33 deg 51' 24.48\" S", "151 deg 12' 55.08\" E"),
        ("33/1 51/1 2448/100 S", "151/1 12/1 5508/100"),
    ] {
        let exif = Exif::new().gps_text(latitude, longitude);
        let found = inspected(&jpeg().exif(&exif).build());
        assert_sydney(found.gps);
        assert_eq!(found.metadata, [Exif, Gps]);
    }
    // A position as DOUBLE, with its direction in a separate entry.
    let exif = Exif::new()
        .raw_gps_entry(1, 2, 2, b"S\0")
        .raw_gps_entry(2, 12, 1, &33.8568_f64.to_le_bytes())
        .raw_gps_entry(3, 2, 2, b"E\0")
        .raw_gps_entry(4, 12, 1, &151.2153_f64.to_le_bytes());
    assert_sydney(inspected(&jpeg().exif(&exif).build()).gps);
}

#[test]
fn a_position_in_xmp_counts_if_there_is_none_in_exif() {
    let packet = "<rdf:Description exif:GPSLatitude='33,51.408S' exif:GPSLongitude='151,12.918E' \
                  exif:GPSAltitude='58/1'/>";
    let paris = Exif::new().gps(48.85, 2.35);
    let bare = Exif::new().orientation(1);
    for file in [
        jpeg().xmp(packet).build(),
        jpeg().exif(&bare).xmp(packet).build(),
        jpeg().xmp(packet).exif(&bare).build(),
        Png::new(&scene(8, 6)).xmp(packet).build(),
        Webp::new(&scene(8, 6)).xmp(packet).build(),
    ] {
        let found = inspected(&file);
        assert_sydney(found.gps);
        assert_eq!(found.gps.unwrap().altitude, Some(58.0));
    }
    for file in [
        jpeg().exif(&paris).xmp(packet).build(),
        jpeg().xmp(packet).exif(&paris).build(),
    ] {
        let gps = inspected(&file).gps.unwrap();
        assert!((gps.latitude - 48.85).abs() < 1e-4);
    }
}

#[test]
fn xmp_within_exif_is_read() {
    let packet = "exif:GPSLatitude='33,51.408S' exif:GPSLongitude='151,12.918E'";
    let length = u32::try_from(packet.len()).unwrap();
    let exif = Exif::new().raw_entry(0x02bc, 1, length, packet.as_bytes());
    let found = inspected(&jpeg().exif(&exif).build());
    assert_sydney(found.gps);
    assert_eq!(found.metadata, [Exif, Gps, Xmp]);
}

#[test]
fn exif_and_xmp_in_photoshop_resources_are_read() {
    let exif = Exif::new()
        .gps(-33.8568, 151.2153)
        .camera("Maker", "Model 5")
        .orientation(6);
    for id in [0x0422, 0x0423] {
        let found = inspected(&jpeg().photoshop_resource(id, &exif.tiff()).build());
        assert_sydney(found.gps);
        assert_eq!(found.camera.as_deref(), Some("Maker Model 5"));
        assert_eq!(found.metadata, [Exif, Gps, Camera, Iptc]);
        // No viewer applies an orientation from Photoshop's resources.
        assert_eq!(found.source.orientation, 1);
    }
    let packet = b"exif:GPSLatitude='33,51.408S' exif:GPSLongitude='151,12.918E'";
    let found = inspected(&jpeg().photoshop_resource(0x0424, packet).build());
    assert_sydney(found.gps);
    assert_eq!(found.metadata, [Gps, Xmp, Iptc]);
}

#[test]
fn exif_of_the_file_takes_precedence_over_the_copy_in_photoshop_resources() {
    let copy = Exif::new().gps(48.85, 2.35).camera("Other", "Camera");
    let own = Exif::new().camera("Maker", "Model 5").orientation(8);
    for file in [
        jpeg().photoshop_resource(0x0422, &copy.tiff()).exif(&own),
        jpeg().exif(&own).photoshop_resource(0x0422, &copy.tiff()),
    ] {
        let found = inspected(&file.build());
        assert_eq!(found.source.orientation, 8);
        assert_eq!(found.camera.as_deref(), Some("Maker Model 5"));
        assert!(
            found
                .gps
                .is_some_and(|gps| (gps.latitude - 48.85).abs() < 1e-4)
        );
    }
}
