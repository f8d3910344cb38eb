//! Photoshop image resources (Adobe's Photoshop file format, "Image resource blocks"), where
//! IPTC-IIM usually lives.

use super::MetadataKind::{Iptc, Thumbnail};
use super::Survey;

/// Resources 1033 and 1036: a thumbnail, in BGR and in RGB.
const THUMBNAILS: [u16; 2] = [0x0409, 0x040c];

/// Notes a run of resources and whether a thumbnail is among them.
pub(super) fn read(mut resources: &[u8], survey: &mut Survey) {
    survey.found(Iptc);
    while let Some((id, rest)) = next(resources) {
        if THUMBNAILS.contains(&id) {
            survey.found(Thumbnail);
        }
        resources = rest;
    }
}

/// The id of the first resource and what follows it: signature, id, name as a Pascal string,
/// length and data, the last three padded to even lengths.
fn next(bytes: &[u8]) -> Option<(u16, &[u8])> {
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
