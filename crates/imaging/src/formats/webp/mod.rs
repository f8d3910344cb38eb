//! WebP (RFC 9649): lossy, lossless, animated.

mod decode;
mod frames;
mod header;
mod metadata;
pub(crate) mod riff;
mod still;

use super::format::Format;

pub(super) const WEBP: Format = Format {
    name: "webp",
    content_types: &["image/webp"],
    matches: |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    read_header: header::read,
    count_frames: None,
    decoding_memory: still::memory,
    scan_metadata: metadata::scan,
    decode: decode::decode,
    planes: None,
    open_frames: Some(frames::open),
};
