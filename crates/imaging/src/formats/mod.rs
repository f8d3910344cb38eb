//! The source formats, one folder each.
//!
//! A format's folder has its signature (in `mod.rs`), its header, its decoder and its metadata, and
//! describes them to the rest of the crate with a [`Format`]. To add a format, add its folder and a
//! line in the table of `registry.rs`.

mod bytes;
mod format;
mod gif;
mod header;
mod heif;
mod jpeg;
mod other;
mod png;
mod registry;
mod signatures;
mod sniff;
mod targa;
pub(crate) mod webp;
mod windows_icon;

pub use registry::SourceFormat;

pub(crate) use header::Header;
pub(crate) use sniff::sniff;
