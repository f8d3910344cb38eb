//! Photoshop image resources (Adobe's Photoshop file format, "Image resource blocks"), which usually
//! contain IPTC-IIM.

use super::kind::MetadataKind::{Iptc, Thumbnail};
use super::scan::MetadataScan;

/// Resources 1033 and 1036: a thumbnail, in BGR and in RGB.
const THUMBNAILS: [u16; 2] = [0x0409, 0x040c];

/// Reads a sequence of resources.
pub(crate) fn read(mut resources: &[u8], scan: &mut MetadataScan) {
    scan.add(Iptc);
    while let Some((id, rest)) = split_resource(resources) {
        if THUMBNAILS.contains(&id) {
            scan.add(Thumbnail);
        }
        resources = rest;
    }
}

/// Splits the first resource off and returns its ID and the rest. A resource is a signature, an ID, a
/// name as a Pascal string, a length and data, with name and data padded to even lengths.
fn split_resource(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (id, rest) = bytes.strip_prefix(b"8BIM")?.split_first_chunk()?;
    let name_length = usize::from(*rest.first()?) + 1;
    let rest = rest.get(name_length.next_multiple_of(2)..)?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = (u32::from_be_bytes(*length) as usize).checked_next_multiple_of(2)?;
    Some((
        u16::from_be_bytes(*id),
        rest.get(length..).unwrap_or_default(),
    ))
}
