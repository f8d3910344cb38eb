//! JPEG (ITU-T T.81), and the first image of an MPO.

mod decode;
mod header;
mod metadata;
mod planes;

use super::format::{Format, PlaneDecoder};

pub(super) const JPEG: Format = Format {
    name: "jpeg",
    content_types: &["image/jpeg", "image/jpg", "image/pjpeg"],
    matches: |bytes| bytes.starts_with(b"\xff\xd8\xff"),
    read_header: |bytes, _| header::read(bytes),
    count_frames: None,
    decoding_memory: |bytes, _| decode::memory(bytes),
    scan_metadata: metadata::scan,
    decode: |bytes, _| decode::decode(bytes),
    planes: Some(PlaneDecoder {
        channels: planes::channels,
        memory: planes::memory,
        decode: planes::decode,
    }),
    open_frames: None,
};
