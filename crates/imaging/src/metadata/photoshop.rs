//! Photoshop image resources (Adobe's Photoshop file format, "Image resource blocks"), which usually
//! contain IPTC-IIM.

use super::kind::MetadataKind::{Icc, Iptc, Thumbnail};
use super::scan::MetadataScan;
use super::{exif, iptc, xmp};

mod id {
    pub(super) const IPTC: u16 = 0x0404;
    /// Thumbnails, in BGR and in RGB.
    pub(super) const THUMBNAIL_4: u16 = 0x0409;
    pub(super) const THUMBNAIL_5: u16 = 0x040c;
    pub(super) const ICC_PROFILE: u16 = 0x040f;
    /// EXIF, and "EXIF data 3", which has the same structure.
    pub(super) const EXIF_1: u16 = 0x0422;
    pub(super) const EXIF_3: u16 = 0x0423;
    pub(super) const XMP: u16 = 0x0424;
}

/// Reads a sequence of resources.
pub(crate) fn read(mut resources: &[u8], scan: &mut MetadataScan) {
    scan.add(Iptc);
    while let Some((resource, data, rest)) = split_resource(resources) {
        match resource {
            id::IPTC => iptc::read(data, scan),
            id::THUMBNAIL_4 | id::THUMBNAIL_5 => scan.add(Thumbnail),
            // Viewers do not apply a profile in this place, so it is only reported.
            id::ICC_PROFILE => scan.add(Icc),
            id::EXIF_1 | id::EXIF_3 => exif::read_copy(data, scan),
            id::XMP => xmp::read(data, scan),
            _ => {}
        }
        resources = rest;
    }
}

/// Splits off the first resource, and returns its ID, its data and the rest. A resource consists of a
/// signature, an ID, a name as a Pascal string, a length and data. Its name and data are padded to even
/// lengths.
fn split_resource(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (id, rest) = bytes.strip_prefix(b"8BIM")?.split_first_chunk()?;
    let name_length = usize::from(*rest.first()?) + 1;
    let rest = rest.get(name_length.next_multiple_of(2)..)?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = u32::from_be_bytes(*length) as usize;
    let padded = length.checked_next_multiple_of(2)?;
    Some((
        u16::from_be_bytes(*id),
        // A truncated resource yields the data that is left.
        &rest[..length.min(rest.len())],
        rest.get(padded..).unwrap_or_default(),
    ))
}
