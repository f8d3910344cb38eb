//! GIF (CompuServe GIF 87a and 89a), animated or not.

mod blocks;
mod decode;
mod extension;
mod header;
mod lzw;
mod metadata;
mod pixels;

use super::format::Format;

pub(super) const GIF: Format = Format {
    name: "gif",
    content_types: &["image/gif"],
    matches: |bytes| bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
    read_header: header::read,
    count_frames: None,
    decoding_memory: header::decoding_memory,
    scan_metadata: metadata::scan,
    decode: decode::decode,
    planes: None,
    open_frames: Some(decode::open_frames),
};
