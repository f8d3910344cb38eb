//! Metadata of JPEG files (ITU-T T.81, annex B; markers by their owners' specifications).

use memchr::memchr;

use super::MetadataKind::{
    Application, Comment, ContentCredentials, GainMap, Icc, Mpf, Thumbnail, TrailingData,
};
use super::icc::Segments;
use super::survey::is_padding;
use super::{Survey, exif, photoshop, xmp};

mod marker {
    pub(super) const SOI: u8 = 0xd8;
    pub(super) const EOI: u8 = 0xd9;
    pub(super) const APP0: u8 = 0xe0;
    pub(super) const APP1: u8 = 0xe1;
    pub(super) const APP2: u8 = 0xe2;
    pub(super) const APP11: u8 = 0xeb;
    pub(super) const APP13: u8 = 0xed;
    pub(super) const APP14: u8 = 0xee;
    pub(super) const APP15: u8 = 0xef;
    pub(super) const COM: u8 = 0xfe;
}

/// Namespaces that begin APP1 segments of XMP (XMP specification part 3, 1.1.3).
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Identifier of a gain map's APP2 segment (ISO 21496-1, annex C).
const ISO_GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// Surveys the first picture, those that follow it directly, and what comes after them.
///
/// Further pictures (MPO, gain maps) add kinds only: orientation, profile, position and camera
/// are the first one's.
pub(super) fn survey(bytes: &[u8], survey: &mut Survey) {
    let mut rest = picture(bytes, survey);
    let mut further = Survey::default();
    while let Some(next) = next_picture(rest) {
        rest = picture(next, &mut further);
        if !survey.kinds.contains(&Mpf) {
            survey.found(TrailingData);
        }
    }
    if !is_padding(rest) {
        survey.found(TrailingData);
    }
    survey.kinds.append(&mut further.kinds);
}

/// The bytes from the next SOI on, where nothing but padding stands before it.
fn next_picture(rest: &[u8]) -> Option<&[u8]> {
    let start = rest.iter().position(|byte| *byte != 0)?;
    let next = &rest[start..];
    next.starts_with(&[0xff, marker::SOI, 0xff]).then_some(next)
}

/// Surveys one picture and gives what follows its EOI: nothing where it has none.
fn picture<'a>(bytes: &'a [u8], survey: &mut Survey) -> &'a [u8] {
    let mut profile = Segments::default();
    let mut rest = bytes.get(2..).unwrap_or_default();
    let after = loop {
        let Some((marker, next)) = next_marker(rest) else {
            break &[][..];
        };
        rest = next;
        if marker == marker::EOI {
            break rest;
        }
        if stands_alone(marker) {
            continue;
        }
        let Some((payload, next)) = split_segment(rest) else {
            break &[][..];
        };
        segment(marker, payload, &mut profile, survey);
        rest = next;
    };
    if survey.icc.is_none() {
        survey.icc = profile.assemble();
    }
    after
}

/// The next marker and what follows it. Entropy-coded data, fill bytes and rubbish before it are
/// skipped, as decoders do.
fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        bytes = &bytes[memchr(0xff, bytes)? + 1..];
        while let [0xff, rest @ ..] = bytes {
            bytes = rest;
        }
        match bytes.split_first()? {
            // A stuffed byte of the data.
            (0x00, _) => {}
            (marker, rest) => return Some((*marker, rest)),
        }
    }
}

/// TEM, RST0 to RST7 and SOI have no length.
const fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xd0..=0xd8)
}

fn split_segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    Some((bytes.get(2..length)?, &bytes[length..]))
}

fn segment<'a>(marker: u8, payload: &'a [u8], profile: &mut Segments<'a>, survey: &mut Survey) {
    match marker {
        marker::APP0 => jfif(payload, survey),
        marker::APP1 => app1(payload, survey),
        marker::APP2 => app2(payload, profile, survey),
        // JPEG universal metadata boxes (ISO/IEC 19566-5) begin with their common identifier.
        marker::APP11 if payload.starts_with(b"JP") => survey.found(ContentCredentials),
        marker::APP13 => match payload.strip_prefix(b"Photoshop 3.0\0") {
            Some(resources) => photoshop::read(resources, survey),
            None => survey.found(Application),
        },
        // Adobe's APP14 says how the components are coded; the picture needs it.
        marker::APP14 if payload.starts_with(b"Adobe") => {}
        marker::COM => survey.found(Comment),
        _ if (marker::APP0..=marker::APP15).contains(&marker) => survey.found(Application),
        _ => {}
    }
}

/// JFIF (ISO/IEC 10918-5) says the pixel density and may carry a thumbnail; JFXX is one.
fn jfif(payload: &[u8], survey: &mut Survey) {
    if payload.starts_with(b"JFXX\0") {
        survey.found(Thumbnail);
    } else if !payload.starts_with(b"JFIF\0") {
        survey.found(Application);
    } else if payload.get(12..14).is_some_and(|size| !size.contains(&0)) {
        survey.found(Thumbnail);
    }
}

fn app1(payload: &[u8], survey: &mut Survey) {
    if payload.starts_with(b"Exif\0") {
        exif::read(payload, survey);
    } else if let Some(packet) = payload.strip_prefix(XMP) {
        xmp::read(packet, survey);
    } else if let Some(packet) = payload.strip_prefix(EXTENDED_XMP) {
        xmp::read(packet, survey);
    } else {
        survey.found(Application);
    }
}

fn app2<'a>(payload: &'a [u8], profile: &mut Segments<'a>, survey: &mut Survey) {
    if let Some(part) = payload.strip_prefix(b"ICC_PROFILE\0") {
        survey.found(Icc);
        profile.add(part);
    } else if payload.starts_with(b"MPF\0") {
        survey.found(Mpf);
    } else if payload.starts_with(ISO_GAIN_MAP) {
        survey.found(GainMap);
    } else {
        survey.found(Application);
    }
}

#[cfg(test)]
mod tests {
    use super::super::MetadataKind;
    use super::*;

    fn kinds(bytes: &[u8]) -> Vec<MetadataKind> {
        let mut found = Survey::default();
        survey(bytes, &mut found);
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
    fn jfif_and_adobe_segments_are_no_metadata() {
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
    fn segments_of_no_known_kind_are_application_data() {
        for marker in 0xe0..=0xef {
            assert_eq!(
                kinds(&with(marker, b"private")),
                [Application],
                "{marker:x}"
            );
        }
    }

    #[test]
    fn gain_maps_and_credentials_are_told_by_their_identifiers() {
        assert_eq!(kinds(&with(marker::APP2, ISO_GAIN_MAP)), [GainMap]);
        let credentials = kinds(&with(marker::APP11, b"JP\0\x01\0\0\0\x01"));
        assert_eq!(credentials, [ContentCredentials]);
    }

    #[test]
    fn bytes_after_the_picture_are_trailing_data_but_padding_is_not() {
        let mut bytes = with(marker::COM, b"hello");
        bytes.extend([0; 512]);
        assert_eq!(kinds(&bytes), [Comment]);
        bytes.extend(b"\0\0\0\x18ftypmp42");
        assert_eq!(kinds(&bytes), [Comment, TrailingData]);
    }

    #[test]
    fn a_second_picture_is_searched_too() {
        let mut bytes = with(marker::APP2, b"MPF\0");
        bytes.extend([0; 3]);
        bytes.extend(with(marker::COM, b"hello"));
        assert_eq!(kinds(&bytes), [Comment, Mpf]);
    }

    #[test]
    fn a_second_picture_that_no_index_announces_is_trailing_data() {
        let mut bytes = with(marker::COM, b"hello");
        bytes.extend(with(marker::APP2, ISO_GAIN_MAP));
        assert_eq!(kinds(&bytes), [Comment, GainMap, TrailingData]);
    }

    #[test]
    fn a_segment_that_reaches_past_the_end_ends_the_survey() {
        assert_eq!(kinds(b"\xff\xd8\xff\xfe\xff\xffcut"), []);
        assert_eq!(kinds(b"\xff\xd8\xff\xfe\x00\x01"), []);
        assert_eq!(kinds(b"\xff\xd8\xff"), []);
    }
}
