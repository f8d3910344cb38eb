//! Metadata of WebP files (RFC 9649, section 2).

use super::MetadataKind::{Application, ContentCredentials, Icc, TrailingData};
use super::survey::is_padding;
use super::{Survey, exif, xmp};
use crate::riff::{FILE_HEADER_BYTES, chunks_of_file, chunks_of_frame, is_of_the_picture};

/// Surveys every chunk of the RIFF file and what follows it.
pub(super) fn survey(bytes: &[u8], survey: &mut Survey) {
    let Some(size) = bytes.get(4..).and_then(|rest| rest.first_chunk()) else {
        return;
    };
    let end = (u32::from_le_bytes(*size) as usize)
        .saturating_add(8)
        .next_multiple_of(2)
        .clamp(FILE_HEADER_BYTES.min(bytes.len()), bytes.len());
    let (riff, after) = bytes.split_at(end);
    if !is_padding(after) {
        survey.found(TrailingData);
    }
    for found in chunks_of_file(riff) {
        chunk(found.name, found.data, survey);
    }
}

fn chunk(name: &[u8; 4], data: &[u8], survey: &mut Survey) {
    match name {
        b"ICCP" => {
            survey.found(Icc);
            survey.icc.get_or_insert_with(|| data.to_vec());
        }
        b"EXIF" => exif::read(data, survey),
        b"XMP " => xmp::read(data, survey),
        b"C2PA" => survey.found(ContentCredentials),
        b"ANMF" => frame(data, survey),
        b"VP8X" | b"ANIM" => {}
        _ if is_of_the_picture(name) => {}
        _ => survey.found(Application),
    }
}

/// A frame holds its pixels, and may hold chunks that no one knows.
fn frame(data: &[u8], survey: &mut Survey) {
    if chunks_of_frame(data).any(|chunk| !is_of_the_picture(chunk.name)) {
        survey.found(Application);
    }
}
