//! PNG (W3C, third edition), and the default image of an APNG.

mod chunks;
mod decode;
mod header;
mod metadata;
mod normalized;
mod pieces;
mod raw_profile;
mod signature;
mod transparency;

pub(super) use signature::has_damaged_signature;

use super::format::Format;

pub(super) const PNG: Format = Format {
    name: "png",
    content_types: &["image/png", "image/apng"],
    matches: |bytes| bytes.starts_with(signature::SIGNATURE),
    read_header: |bytes, _| header::read(bytes),
    count_frames: None,
    decoding_memory: header::decoding_memory,
    scan_metadata: metadata::scan,
    decode: |bytes, _| decode::decode(bytes),
    planes: None,
    open_frames: None,
};
