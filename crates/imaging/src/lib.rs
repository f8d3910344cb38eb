//! Pure pictures: bytes and a [`Recipe`] in, rendered variants out.
//!
//! [`render`] recognises the real format, refuses what is over the limits before a pixel is
//! decoded, makes the picture upright, converts it to sRGB and encodes every variant that the
//! recipe names. [`inspect`] reads what a file is and what it would give away, without decoding.
//!
//! This crate never touches a file, a socket, a clock, a thread or the environment, and the same
//! bytes with the same recipe always give the same output. It is run inside the render process
//! only: a decoder that crashes or asks for too much memory takes that process with it.
//!
//! ```
//! use darkroom_imaging::{Encoding, IccPolicy, Limits, Recipe, SourceFormat, Variant, render};
//! use darkroom_testkit::fixture::{Exif, Png, rotated_for_orientation, scene};
//!
//! // A picture of 60 x 40 pixels from a camera that was held sideways.
//! let stored = rotated_for_orientation(&scene(60, 40), 6);
//! let photo = Png::of(&stored).exif(&Exif::new().orientation(6)).build();
//!
//! let recipe = Recipe {
//!     limits: Limits {
//!         max_bytes: 1 << 20,
//!         max_width: 4096,
//!         max_height: 4096,
//!         max_pixels: 4096 * 4096,
//!         max_frames: 1,
//!         max_total_pixels: 4096 * 4096,
//!         formats: vec![SourceFormat::Png],
//!     },
//!     crop: None,
//!     variants: vec![Variant {
//!         name: "original".to_owned(),
//!         resize: None,
//!         encoding: Encoding::Png,
//!         animated: false,
//!         icc: IccPolicy::ConvertToSrgb,
//!     }],
//! };
//! let rendered = render(&photo, &recipe)?;
//! assert_eq!(rendered.source.orientation, 6);
//! let upright = &rendered.variants[0];
//! assert_eq!((upright.width, upright.height), (60, 40));
//! # Ok::<(), darkroom_imaging::Rejection>(())
//! ```

#![warn(missing_docs)]

mod attention;
mod colour;
mod decode;
mod encode;
mod format;
mod framing;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod header;
mod heif;
mod inspect;
mod inspection;
mod limits;
mod metadata;
mod orientation;
mod pixels;
mod placeholder;
mod placement;
mod recipe;
mod reel;
mod rejection;
mod render;
mod rendered;
mod resample;
mod riff;
mod sniff;
mod still;

pub use format::{OutputFormat, SourceFormat};
pub use heif::load_decoders;
pub use inspect::inspect;
pub use inspection::{GpsPosition, Inspection};
pub use metadata::MetadataKind;
pub use recipe::{
    Color, CropBox, Encoding, Fit, Gravity, IccPolicy, Limits, Recipe, Resize, Variant, WebpMode,
};
pub use rejection::{Rejection, RejectionCode};
pub use render::render;
pub use rendered::{Note, NoteCode, Placeholder, Rendered, RenderedVariant, Source};
