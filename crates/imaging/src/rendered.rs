//! What rendering gives back.

use serde::{Deserialize, Serialize};

use crate::{MetadataKind, OutputFormat, SourceFormat};

/// A picture that was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What came in.
    pub source: Source,
    /// One for each of the recipe's variants, in the recipe's order.
    pub variants: Vec<RenderedVariant>,
    /// What to show until the picture is there.
    pub placeholder: Placeholder,
    /// Kinds of metadata that the source carried and no variant does, without duplicates.
    pub removed_metadata: Vec<MetadataKind>,
    /// What was odd about the source but did not stop it.
    pub notes: Vec<Note>,
}

/// What a source is, as its header says.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The real format.
    pub format: SourceFormat,
    /// Stored width in pixels, before orientation is applied.
    pub width: u32,
    /// Stored height in pixels, before orientation is applied.
    pub height: u32,
    /// EXIF orientation, 1 to 8; 1 where there is none.
    pub orientation: u8,
    /// Frames of the animation; 1 for a still picture.
    pub frames: u32,
}

/// One encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedVariant {
    /// The variant's name in the recipe.
    pub name: String,
    /// What the bytes are.
    pub format: OutputFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The encoded file.
    pub bytes: Vec<u8>,
}

/// What to show until a picture is loaded.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    /// [ThumbHash](https://evanw.github.io/thumbhash/) in standard base64 with padding.
    pub thumbhash: String,
    /// The most frequent colour as `#rrggbb` in sRGB.
    pub dominant_color: String,
}

/// Something odd about a source that did not stop it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What programs branch on.
    pub code: NoteCode,
    /// What a person reads.
    pub message: String,
}

/// The stable codes of [`Note`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// The embedded colour profile was unusable and was ignored.
    IccIgnored,
    /// The declared type is not what the bytes are.
    TypeMismatch,
    /// The file was damaged beyond its pixels; the picture is whole.
    Damaged,
}
