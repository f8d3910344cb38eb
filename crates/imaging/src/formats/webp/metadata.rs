//! Metadata of WebP files (RFC 9649, section 2).

use super::riff::{Chunk, chunks, chunks_of_frame, is_image_chunk, split_file};
use crate::metadata::MetadataKind::{Application, ContentCredentials, Icc, TrailingData};
use crate::metadata::{MetadataScan, exif, is_padding, xmp};

/// Scans every chunk of the RIFF file and the bytes after the RIFF file.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    let (inside, after) = split_file(bytes);
    if !is_padding(after) {
        scan.add(TrailingData);
    }
    for Chunk { name, data, .. } in chunks(inside) {
        scan_chunk(name, data, scan);
    }
}

fn scan_chunk(name: &[u8; 4], data: &[u8], scan: &mut MetadataScan) {
    match name {
        b"ICCP" => {
            scan.add(Icc);
            scan.icc.get_or_insert_with(|| data.to_vec());
        }
        b"EXIF" => exif::read(data, scan),
        b"XMP " => xmp::read(data, scan),
        b"C2PA" => scan.add(ContentCredentials),
        b"ANMF" => scan_frame(data, scan),
        b"VP8X" | b"ANIM" => {}
        _ if is_image_chunk(name) => {}
        _ => scan.add(Application),
    }
}

/// Scans a frame, which may contain unknown chunks besides its pixels.
fn scan_frame(data: &[u8], scan: &mut MetadataScan) {
    if chunks_of_frame(data).any(|chunk| !is_image_chunk(chunk.name)) {
        scan.add(Application);
    }
}
