//! HEIC and AVIF (ISO/IEC 23008-12), which only a build with the feature `heif` can decode.
//!
//! They are the exception to the rule that Rust parses untrusted bytes. There is no HEVC decoder
//! written in Rust, and libheif, which is written in C++, is the common choice. The feature is
//! therefore off by default, and libheif only runs in the render process, like every decoder.

mod brand;
#[cfg(feature = "heif")]
mod libheif;
#[cfg(feature = "heif")]
mod samples;
#[cfg(not(feature = "heif"))]
mod unsupported;

#[cfg(feature = "heif")]
use libheif as backend;
#[cfg(not(feature = "heif"))]
use unsupported as backend;

use super::format::Format;
use brand::Brand;

pub(super) const HEIC: Format = Format {
    name: "heic",
    content_types: &["image/heic", "image/heif", "image/heic-sequence"],
    is_built_in: cfg!(feature = "heif"),
    matches: |bytes| Brand::read(bytes) == Some(Brand::Heic),
    read_header: |bytes, _| backend::read_header(bytes, Brand::Heic),
    scan_metadata: backend::scan_metadata,
    decode: |bytes, _| backend::decode(bytes, Brand::Heic),
    open_frames: None,
};

pub(super) const AVIF: Format = Format {
    name: "avif",
    content_types: &["image/avif"],
    is_built_in: cfg!(feature = "heif"),
    matches: |bytes| Brand::read(bytes) == Some(Brand::Avif),
    read_header: |bytes, _| backend::read_header(bytes, Brand::Avif),
    scan_metadata: backend::scan_metadata,
    decode: |bytes, _| backend::decode(bytes, Brand::Avif),
    open_frames: None,
};

/// Loads everything that decoders need from files, which is libheif's plugins if they are built in.
///
/// Call it before the process loses access to the file system.
pub fn load_decoders() {
    #[cfg(feature = "heif")]
    libheif::load();
}
