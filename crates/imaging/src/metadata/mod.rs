//! Metadata: everything in a file except pixels. Darkroom reports the kinds of metadata, and
//! applies the orientation and the color profile. No metadata reaches a variant, except for an ICC
//! profile if the recipe keeps it.
//!
//! The module of each format splits a file into its blocks and passes them to the readers here
//! ([`exif`], [`xmp`], [`photoshop`], [`icc`]).

mod coordinate;
pub(crate) mod exif;
mod found_rights;
mod gps;
pub(crate) mod icc;
pub(crate) mod inflate;
mod iptc;
mod kind;
pub(crate) mod photoshop;
mod scan;
mod text;
mod tiff;
pub(crate) mod xmp;

pub use gps::GpsPosition;
pub use kind::MetadataKind;
pub(crate) use scan::{MetadataScan, is_padding};
pub(crate) use text::{printable_within, utf8_or_latin1};
