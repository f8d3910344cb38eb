//! JPEG XL (ISO/IEC 18181): a codestream, bare or in a container, animated or not.
//!
//! The crate `jxl` decodes it. This module checks the limits, chooses the sample format, describes
//! the colors and finds metadata.

#[cfg(not(feature = "jxl"))]
mod absent;
#[cfg(feature = "jxl")]
mod color;
mod container;
#[cfg(feature = "jxl")]
mod decode;
#[cfg(feature = "jxl")]
mod decoder;
#[cfg(feature = "jxl")]
mod end;
#[cfg(feature = "jxl")]
mod frames;
#[cfg(feature = "jxl")]
mod header;
#[cfg(feature = "jxl")]
mod metadata;
#[cfg(feature = "jxl")]
mod sample_format;

use super::format::Format;

#[cfg(feature = "jxl")]
pub(super) const JXL: Format = Format {
    name: "jxl",
    content_types: &["image/jxl"],
    matches: container::matches,
    read_header: |bytes, _| header::read(bytes),
    count_frames: Some(header::count_frames),
    decoding_memory: header::decoding_memory,
    scan_metadata: metadata::scan,
    decode: decode::decode,
    planes: None,
    open_frames: Some(frames::open),
};

#[cfg(not(feature = "jxl"))]
pub(super) const JXL: Format = Format {
    name: "jxl",
    content_types: &["image/jxl"],
    matches: container::matches,
    read_header: |_, _| Err(absent::rejection()),
    count_frames: None,
    decoding_memory: |_, _| Err(absent::rejection()),
    scan_metadata: |_, _| {},
    decode: |_, _| Err(absent::rejection()),
    planes: None,
    open_frames: None,
};
