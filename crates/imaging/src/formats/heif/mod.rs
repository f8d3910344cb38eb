//! HEIC and AVIF: HEVC and AV1 images in HEIF (ISO/IEC 23008-12).
//!
//! This module reads the container: brands, items, and the derivations and transformations that produce
//! the primary image. `heifer-hevc-dec` and `oxideav-av1` decode the coded images in it. All of this is
//! written in Rust.

mod alpha;
#[cfg(feature = "avif")]
mod av1;
mod brand;
mod chroma;
mod codec;
mod color;
mod convert;
mod decode;
mod frame;
mod geometry;
mod hevc;
mod image;
mod items;
mod location;
mod memory;
mod metadata;
mod overlay;
mod parameters;
mod planes;
mod samples;
mod signal;
mod work;

pub(super) use brand::identify;

use super::format::Format;
use brand::Coding;

pub(super) const HEIC: Format = Format {
    name: "heic",
    content_types: &[
        "image/heic",
        "image/heif",
        "image/heic-sequence",
        "image/heif-sequence",
    ],
    matches: |bytes| Coding::of_file(bytes) == Some(Coding::Hevc),
    read_header: |bytes, _| decode::read_header(bytes),
    count_frames: None,
    decoding_memory: |bytes, _| memory::estimate(bytes),
    scan_metadata: metadata::scan,
    decode: |bytes, _| decode::decode(bytes),
    planes: None,
    open_frames: None,
};

pub(super) const AVIF: Format = Format {
    name: "avif",
    content_types: &["image/avif", "image/avif-sequence"],
    matches: |bytes| Coding::of_file(bytes) == Some(Coding::Av1),
    read_header: |bytes, _| decode::read_header(bytes),
    count_frames: None,
    decoding_memory: |bytes, _| memory::estimate(bytes),
    scan_metadata: metadata::scan,
    decode: |bytes, _| decode::decode(bytes),
    planes: None,
    open_frames: None,
};
