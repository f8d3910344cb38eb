//! The fuzz targets of `fuzz/`. They are in this crate so that every test run executes them
//! briefly.
//!
//! Each target takes arbitrary bytes and panics only if a guarantee of this crate is violated.

mod recipe;
mod targets;

pub use targets::{decode, exif, process, sniff_limits};
