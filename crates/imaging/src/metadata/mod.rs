//! Metadata: everything in a file except pixels. It is detected so that it can be reported. None of
//! it is ever copied to an output.
//!
//! The folder of each format walks through its container and passes the blocks that it finds to the
//! readers here ([`exif`], [`xmp`], [`photoshop`], [`icc`]).

mod coordinate;
pub(crate) mod exif;
mod gps;
pub(crate) mod icc;
pub(crate) mod inflate;
mod kind;
pub(crate) mod photoshop;
mod scan;
mod text;
mod tiff;
pub(crate) mod xmp;

pub use gps::GpsPosition;
pub use kind::MetadataKind;
pub(crate) use scan::{MetadataScan, is_padding};
