//! Image rendering: bytes and a [`Recipe`] in, encoded variants out.
//!
//! [`render`] detects the format, checks the limits before any pixel is decoded, turns the image
//! upright, converts it to sRGB and encodes every variant of the recipe. [`inspect`] reads the
//! properties and metadata of a file without decoding its pixels.
//!
//! [`render_within`] also rejects an image whose header shows that it needs too much memory.
//!
//! This crate never touches a file, a socket, a clock, a thread or the environment. The same bytes
//! and the same recipe always yield the same output. It runs only in the render process, because a
//! decoder that crashes or needs too much memory ends the process that it runs in.
//!
//! ```
//! use darkroom_imaging::{Encoding, IccPolicy, Limits, OutputLimits, Recipe, SourceFormat, Variant, render};
//! use darkroom_testkit::fixture::{Exif, Png, rotated_for_orientation, scene};
//!
//! // A photo of 60 x 40 pixels by a camera that was held sideways.
//! let stored = rotated_for_orientation(&scene(60, 40), 6);
//! let photo = Png::new(&stored).exif(&Exif::new().orientation(6)).build();
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
//!     output: OutputLimits::NONE,
//!     keep: Vec::new(),
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

mod animation;
mod color;
mod cost;
mod decoded;
mod encode;
mod formats;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod inspect;
mod metadata;
mod perceptual_hash;
mod pixels;
mod recipe;
mod rejection;
mod render;
mod rendered;
mod rights;
mod saliency;
mod yuv;

pub use formats::SourceFormat;
pub use inspect::{Inspection, inspect};
pub use metadata::{GpsPosition, MetadataKind};
pub use perceptual_hash::{PerceptualHash, PerceptualHashError, PerceptualHashes};
pub use recipe::{
    Color, CropBox, Encoding, Fit, Gravity, IccPolicy, Limits, OutputFormat, OutputLimits, Recipe,
    Resize, Variant, WebpMode,
};
pub use rejection::{Rejection, RejectionCode};
pub use render::{estimated_memory, render, render_within};
pub use rendered::{Note, NoteCode, Placeholder, Rendered, RenderedVariant, Source};
pub use rights::{KeptMetadata, Rights};
