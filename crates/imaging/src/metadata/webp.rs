//! Metadata of WebP files (RFC 9649, section 2).

use super::MetadataKind::{Application, ContentCredentials, Icc, TrailingData};
use super::survey::is_padding;
use super::{Survey, exif, xmp};

/// `RIFF`, the size, and `WEBP`.
const HEADER_LENGTH: usize = 12;
/// Position, size, duration and flags before the chunks of an animation frame.
const FRAME_HEADER_LENGTH: usize = 16;

/// Surveys every chunk of the RIFF file and what follows it.
pub(super) fn survey(bytes: &[u8], survey: &mut Survey) {
    let Some(size) = bytes.get(4..).and_then(|rest| rest.first_chunk()) else {
        return;
    };
    let end = (u32::from_le_bytes(*size) as usize)
        .saturating_add(8)
        .next_multiple_of(2)
        .clamp(HEADER_LENGTH.min(bytes.len()), bytes.len());
    let (riff, after) = bytes.split_at(end);
    if !is_padding(after) {
        survey.found(TrailingData);
    }
    let mut rest = riff.get(HEADER_LENGTH..).unwrap_or_default();
    while let Some((name, data, next)) = split_chunk(rest) {
        chunk(&name, data, survey);
        rest = next;
    }
}

/// Name and data of the first chunk, and what follows it; of a chunk cut short what is there.
fn split_chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (name, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    let data = &rest[..length.min(rest.len())];
    let padded = length.saturating_add(length % 2);
    Some((*name, data, rest.get(padded..).unwrap_or_default()))
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
    let mut rest = data.get(FRAME_HEADER_LENGTH..).unwrap_or_default();
    while let Some((name, _, next)) = split_chunk(rest) {
        if !is_of_the_picture(&name) {
            survey.found(Application);
        }
        rest = next;
    }
}

const fn is_of_the_picture(name: &[u8; 4]) -> bool {
    matches!(name, b"VP8 " | b"VP8L" | b"ALPH")
}
