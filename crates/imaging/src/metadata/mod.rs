//! Everything in a file that is not its pixels: found to be named, never to be kept.
//!
//! One small walker per container ([`jpeg`], [`png`], [`gif`], [`webp`]) hands the blocks it
//! finds to the readers of what is in them ([`exif`], [`xmp`], [`photoshop`], [`icc`]).

pub(crate) mod exif;
mod gif;
mod gps;
pub(crate) mod icc;
mod inflate;
mod jpeg;
mod kind;
mod photoshop;
mod png;
mod raw_profile;
mod survey;
mod text;
mod tiff;
mod webp;
pub(crate) mod xmp;

pub use kind::MetadataKind;
pub(crate) use survey::{Survey, survey};
