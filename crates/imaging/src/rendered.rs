//! The result of rendering.

use serde::{Deserialize, Serialize};

use crate::{MetadataKind, OutputFormat, PerceptualHashes, Rights, SourceFormat};

/// A rendered image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The properties of the source.
    pub source: Source,
    /// One file for each variant of the recipe, in the recipe's order.
    pub variants: Vec<RenderedVariant>,
    /// The placeholder to show while the image loads.
    pub placeholder: Placeholder,
    /// The perceptual hashes, unless the image has too little contrast.
    pub perceptual_hashes: Option<PerceptualHashes>,
    /// The kinds of metadata in the source that no variant contains, without duplicates.
    pub removed_metadata: Vec<MetadataKind>,
    /// Anomalies of the source that did not prevent rendering.
    pub notes: Vec<Note>,
    /// The statements of rights that the recipe keeps. The files do not contain them yet:
    /// [`Rights::write_to`] writes them.
    pub rights: Rights,
}

/// The properties of a source according to its header.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The format, detected from the first bytes.
    pub format: SourceFormat,
    /// The stored width in pixels, before orientation is applied.
    pub width: u32,
    /// The stored height in pixels, before orientation is applied.
    pub height: u32,
    /// The EXIF orientation, 1 to 8. It is 1 if there is none.
    pub orientation: u8,
    /// The number of frames. It is 1 for a still image.
    pub frames: u32,
}

/// An encoded variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedVariant {
    /// The variant's name in the recipe.
    pub name: String,
    /// The format of the file.
    pub format: OutputFormat,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The encoded file.
    pub bytes: Vec<u8>,
}

/// A placeholder to show while an image loads.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    /// The [ThumbHash](https://evanw.github.io/thumbhash/) in standard base64 with padding.
    pub thumbhash: String,
    /// The most frequent color as `#rrggbb` in sRGB.
    pub dominant_color: String,
}

/// An anomaly of a source that did not prevent rendering.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The stable code, for programs.
    pub code: NoteCode,
    /// The explanation, for people.
    pub message: String,
}

/// The stable code of a note.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// The embedded color profile, or the color space that code points state (PNG cICP, HEIF nclx),
    /// is unusable and was ignored.
    IccIgnored,
    /// The declared content type does not match the file.
    TypeMismatch,
    /// The file is damaged, but no pixel is missing, except perhaps a few at the end of a GIF
    /// frame.
    Damaged,
}
