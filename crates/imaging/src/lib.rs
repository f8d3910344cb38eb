//! Pure pictures: bytes and a [`Recipe`] in, rendered variants out.
//!
//! [`render`] recognises the real format, refuses what is over the limits before a pixel is
//! decoded, makes the picture upright, converts it to sRGB and encodes every variant that the
//! recipe names. [`inspect`] reads what a file is and what it would give away, without decoding.
//!
//! This crate never touches a file, a socket, a clock, a thread or the environment, and the same
//! bytes with the same recipe always give the same output. It is run inside the render process
//! only: a decoder that crashes or asks for too much memory takes that process with it.

#![warn(missing_docs)]

mod attention;
mod colour;
mod decode;
mod encode;
mod format;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod header;
mod inspect;
mod inspection;
mod limits;
mod metadata;
mod orientation;
mod pixels;
mod placeholder;
mod placement;
mod recipe;
mod rejection;
mod render;
mod rendered;
mod resample;
mod sniff;
mod variants;

pub use format::{OutputFormat, SourceFormat};
pub use inspect::inspect;
pub use inspection::{GpsPosition, Inspection};
pub use metadata::MetadataKind;
pub use recipe::{
    Color, CropBox, Encoding, Fit, Gravity, IccPolicy, Limits, Recipe, Resize, Variant, WebpMode,
};
pub use rejection::{Rejection, RejectionCode};
pub use render::render;
pub use rendered::{Note, NoteCode, Placeholder, Rendered, RenderedVariant, Source};
