//! Why a picture was not rendered.

use serde::{Deserialize, Serialize};

/// A source that is not rendered, and why.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{code}: {message}")]
pub struct Rejection {
    /// What programs branch on.
    pub code: RejectionCode,
    /// What a person reads; it never repeats bytes of the source.
    pub message: String,
}

impl Rejection {
    /// A rejection for `code` with a sentence for people.
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// The stable codes of [`Rejection`]; the contract with clients.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// No bytes at all.
    Empty,
    /// Not the beginning of any picture or known file.
    NotAnImage,
    /// A known kind of file, but not one that is let in.
    UnsupportedFormat,
    /// More bytes than allowed.
    TooManyBytes,
    /// Wider or higher than allowed.
    DimensionsExceeded,
    /// More pixels than allowed, all frames together included.
    TooManyPixels,
    /// More frames than allowed.
    TooManyFrames,
    /// The right format, but damaged or cut short.
    Corrupt,
    /// The crop box is empty or reaches outside the upright picture.
    CropOutOfBounds,
    /// Rendering took longer than its deadline (found by the parent of the render process).
    TimedOut,
    /// Rendering needed more memory than it may have.
    OutOfMemory,
    /// The render process died (found by its parent).
    Crashed,
}

impl RejectionCode {
    /// The code as it stands in manifests, such as `"dimensions_exceeded"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat => "unsupported_format",
            Self::TooManyBytes => "too_many_bytes",
            Self::DimensionsExceeded => "dimensions_exceeded",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooManyFrames => "too_many_frames",
            Self::Corrupt => "corrupt",
            Self::CropOutOfBounds => "crop_out_of_bounds",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Crashed => "crashed",
        }
    }
}

impl std::fmt::Display for RejectionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
