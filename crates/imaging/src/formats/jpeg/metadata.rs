//! Metadata of JPEG files (ITU-T T.81, annex B, and the specification of each segment's owner).

use darkroom_jpeg::marker::{self, Marker};

use crate::metadata::MetadataKind::{
    Application, Comment, ContentCredentials, GainMap, Icc, Mpf, Thumbnail, TrailingData,
};
use crate::metadata::icc::Segments;
use crate::metadata::{MetadataScan, exif, is_padding, photoshop, xmp};

/// The namespaces at the beginning of APP1 segments with XMP (XMP specification part 3, 1.1.3).
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// The identifier of a gain map's APP2 segment (ISO 21496-1, annex C).
const ISO_GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// Scans the first image, the images that follow it directly, and the bytes after them.
///
/// Orientation, color profile, place, camera and time come from the first image. The images after
/// it (MPO, gain maps) only add kinds of metadata.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    let mut rest = scan_image(bytes, scan);
    let mut further = MetadataScan::default();
    while let Some(next) = next_image(rest) {
        rest = scan_image(next, &mut further);
        if !scan.kinds.contains(&Mpf) {
            scan.add(TrailingData);
        }
    }
    if !is_padding(rest) {
        scan.add(TrailingData);
    }
    scan.kinds.append(&mut further.kinds);
}

/// Returns the bytes from the next SOI on; `None` if anything except zeros precedes it.
fn next_image(rest: &[u8]) -> Option<&[u8]> {
    let start = rest.iter().position(|byte| *byte != 0)?;
    let next = &rest[start..];
    next.starts_with(&[0xff, marker::SOI, 0xff]).then_some(next)
}

/// Scans an image and returns the bytes after its EOI, or an empty slice if there is no EOI.
fn scan_image<'a>(bytes: &'a [u8], scan: &mut MetadataScan) -> &'a [u8] {
    let mut profile = Segments::default();
    let mut rest = bytes.get(2..).unwrap_or_default();
    let after = loop {
        let Some(marker) = Marker::find(rest, 0) else {
            break &[][..];
        };
        rest = &rest[marker.end..];
        if marker.code == marker::EOI {
            break rest;
        }
        if marker.is_standalone() {
            continue;
        }
        let Some((payload, next)) = split_segment(rest) else {
            break &[][..];
        };
        segment(marker.code, payload, &mut profile, scan);
        rest = next;
    };
    if scan.icc.is_none() {
        scan.icc = profile.assemble();
    }
    after
}

/// Splits a segment into its payload and the bytes after it.
fn split_segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    Some((bytes.get(2..length)?, &bytes[length..]))
}

fn segment<'a>(code: u8, payload: &'a [u8], profile: &mut Segments<'a>, scan: &mut MetadataScan) {
    match code {
        marker::APP0 => jfif(payload, scan),
        marker::APP1 => app1(payload, scan),
        marker::APP2 => app2(payload, profile, scan),
        // Content credentials are in segments with JPEG universal metadata boxes (ISO/IEC 19566-5),
        // which begin with `JP`.
        marker::APP11 if payload.starts_with(b"JP") => scan.add(ContentCredentials),
        marker::APP13 => match payload.strip_prefix(b"Photoshop 3.0\0") {
            Some(resources) => photoshop::read(resources, scan),
            None => scan.add(Application),
        },
        // Adobe's APP14 states the coding of the components, so it is part of the image.
        marker::APP14 if payload.starts_with(b"Adobe") => {}
        marker::COM => scan.add(Comment),
        _ if (marker::APP0..=marker::APP15).contains(&code) => scan.add(Application),
        _ => {}
    }
}

/// Reads a JFIF segment (ISO/IEC 10918-5), which may contain a thumbnail, or a JFXX segment, which
/// is a thumbnail.
fn jfif(payload: &[u8], scan: &mut MetadataScan) {
    if payload.starts_with(b"JFXX\0") {
        scan.add(Thumbnail);
    } else if !payload.starts_with(b"JFIF\0") {
        scan.add(Application);
    } else if payload.get(12..14).is_some_and(|size| !size.contains(&0)) {
        scan.add(Thumbnail);
    }
}

/// Reads EXIF or XMP.
fn app1(payload: &[u8], scan: &mut MetadataScan) {
    if payload.starts_with(b"Exif\0") {
        exif::read(payload, scan);
    } else if let Some(packet) = payload.strip_prefix(XMP) {
        xmp::read(packet, scan);
    } else if let Some(packet) = payload.strip_prefix(EXTENDED_XMP) {
        xmp::read(packet, scan);
    } else {
        scan.add(Application);
    }
}

/// Reads a segment of an ICC profile, an index of further images, or a gain map's identifier.
fn app2<'a>(payload: &'a [u8], profile: &mut Segments<'a>, scan: &mut MetadataScan) {
    if let Some(part) = payload.strip_prefix(b"ICC_PROFILE\0") {
        scan.add(Icc);
        profile.add(part);
    } else if payload.starts_with(b"MPF\0") {
        scan.add(Mpf);
    } else if payload.starts_with(ISO_GAIN_MAP) {
        scan.add(GainMap);
    } else {
        scan.add(Application);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MetadataKind;

    fn kinds(bytes: &[u8]) -> Vec<MetadataKind> {
        let mut found = MetadataScan::default();
        scan(bytes, &mut found);
        found.kinds.into_iter().collect()
    }

    fn with(marker: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len() + 2).unwrap();
        let mut bytes = vec![0xff, 0xd8, 0xff, marker];
        bytes.extend(length.to_be_bytes());
        bytes.extend(payload);
        bytes.extend(b"\xff\xda\x00\x02data\xff\x00data\xff\xd0data\xff\xd9");
        bytes
    }

    #[test]
    fn jfif_and_adobe_segments_are_not_metadata() {
        let jfif = b"JFIF\0\x01\x02\x01\0H\0H\0\0";
        assert_eq!(kinds(&with(marker::APP0, jfif)), []);
        assert_eq!(kinds(&with(marker::APP14, b"Adobe\0d\0\0\0\0\x01")), []);
    }

    #[test]
    fn a_jfif_thumbnail_is_found() {
        let jfif = b"JFIF\0\x01\x02\x01\0H\0H\x01\x01rgb";
        assert_eq!(kinds(&with(marker::APP0, jfif)), [Thumbnail]);
    }

    #[test]
    fn unknown_segments_are_application_data() {
        for marker in 0xe0..=0xef {
            assert_eq!(
                kinds(&with(marker, b"private")),
                [Application],
                "{marker:x}"
            );
        }
    }

    #[test]
    fn gain_maps_and_credentials_are_found_by_their_identifiers() {
        assert_eq!(kinds(&with(marker::APP2, ISO_GAIN_MAP)), [GainMap]);
        let credentials = kinds(&with(marker::APP11, b"JP\0\x01\0\0\0\x01"));
        assert_eq!(credentials, [ContentCredentials]);
    }

    #[test]
    fn bytes_after_the_image_are_trailing_data_but_padding_is_not() {
        let mut bytes = with(marker::COM, b"hello");
        bytes.extend([0; 512]);
        assert_eq!(kinds(&bytes), [Comment]);
        bytes.extend(b"\0\0\0\x18ftypmp42");
        assert_eq!(kinds(&bytes), [Comment, TrailingData]);
    }

    #[test]
    fn a_second_image_is_scanned_too() {
        let mut bytes = with(marker::APP2, b"MPF\0");
        bytes.extend([0; 3]);
        bytes.extend(with(marker::COM, b"hello"));
        assert_eq!(kinds(&bytes), [Comment, Mpf]);
    }

    #[test]
    fn a_second_image_without_an_mpf_index_is_trailing_data() {
        let mut bytes = with(marker::COM, b"hello");
        bytes.extend(with(marker::APP2, ISO_GAIN_MAP));
        assert_eq!(kinds(&bytes), [Comment, GainMap, TrailingData]);
    }

    #[test]
    fn a_segment_that_reaches_past_the_end_stops_the_scan() {
        assert_eq!(kinds(b"\xff\xd8\xff\xfe\xff\xffcut"), []);
        assert_eq!(kinds(b"\xff\xd8\xff\xfe\x00\x01"), []);
        assert_eq!(kinds(b"\xff\xd8\xff"), []);
    }
}
