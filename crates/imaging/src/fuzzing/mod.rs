//! The fuzz targets of `fuzz/`, in this crate so that every test run executes a short form of them.
//!
//! Each target takes arbitrary bytes and panics only if a guarantee of this crate is violated.

mod recipe;
mod targets;

pub use targets::{decode, exif, process, sniff_limits};
