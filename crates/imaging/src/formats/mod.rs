//! The source formats, one folder each.
//!
//! The folder of a format contains its signature (in `mod.rs`) and the code that reads its header,
//! pixels and metadata. The rest of the crate calls this code through a [`Format`](format::Format). To
//! add a format, add its folder and a line in the table of `registry.rs`.

mod boxes;
mod bytes;
mod decoding_memory;
mod fields;
mod format;
mod gif;
mod header;
mod heif;
mod jpeg;
mod jxl;
mod other;
mod png;
mod registry;
mod signatures;
mod sniff;
mod targa;
pub(crate) mod webp;
mod windows_icon;

pub use registry::SourceFormat;

pub(crate) use decoding_memory::DecodingMemory;
pub(crate) use header::Header;
pub(crate) use sniff::sniff;
