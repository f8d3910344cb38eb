//! HEIC and AVIF (ISO/IEC 23008-12), which only a build with the feature `heif` reads.
//!
//! They are the exception to the rule that Rust parses what comes from outside: no decoder of HEVC
//! is written in Rust, and libheif, which is C++, is what everybody uses. So the feature is off by
//! default, and libheif runs in the render process only, like every decoder.

#[cfg(not(feature = "heif"))]
mod absent;
mod brand;
#[cfg(feature = "heif")]
mod libheif;

#[cfg(not(feature = "heif"))]
pub(crate) use absent::{decode, size, survey};
pub(crate) use brand::format;
#[cfg(feature = "heif")]
pub(crate) use libheif::{decode, size, survey};

/// Loads what decoders need from files, which is libheif's plugins where they are built in: to be
/// called before a process gives up its file system.
pub fn load_decoders() {
    #[cfg(feature = "heif")]
    libheif::load();
}
