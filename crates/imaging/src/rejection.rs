//! Reasons for rejecting a source.

use serde::{Deserialize, Serialize};

/// The reason why a source is not rendered.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{code}: {message}")]
pub struct Rejection {
    /// The stable code, for programs.
    pub code: RejectionCode,
    /// The explanation for people. It never contains bytes of the source.
    pub message: String,
}

impl Rejection {
    /// Creates a rejection.
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Creates a rejection with the code `too_many_bytes` for a file of `bytes` bytes.
    pub fn too_many_bytes(bytes: u64, max: u64) -> Self {
        let message = format!("{bytes} bytes exceed the limit of {max}");
        Self::new(RejectionCode::TooManyBytes, message)
    }

    /// Creates a rejection with the code `too_expensive` for an image that needs `needed` bytes of
    /// memory.
    pub(crate) fn too_expensive(needed: u64, allowed: u64) -> Self {
        const MIB: u64 = 1 << 20;
        let (needed, allowed) = (needed.div_ceil(MIB), allowed / MIB);
        let message =
            format!("rendering needs about {needed} MiB of memory, but {allowed} MiB are allowed");
        Self::new(RejectionCode::TooExpensive, message)
    }

    /// Creates a rejection with the code `corrupt`.
    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::new(RejectionCode::Corrupt, message)
    }

    /// Creates a rejection with the code `unsupported_format`.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(RejectionCode::UnsupportedFormat, message)
    }
}

/// The stable code of a rejection. Codes are part of the contract with clients.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// The file is empty.
    Empty,
    /// The file does not begin like an image or any other known kind of file.
    NotAnImage,
    /// The file is of a known kind that is not accepted.
    UnsupportedFormat,
    /// The file has more bytes than allowed.
    TooManyBytes,
    /// The image is wider or taller than allowed.
    DimensionsExceeded,
    /// The image, or all frames of the animation together, have more pixels than allowed.
    TooManyPixels,
    /// The animation has more frames than allowed.
    TooManyFrames,
    /// According to its header, the image needs more memory than allowed.
    TooExpensive,
    /// The file is damaged or truncated.
    Corrupt,
    /// The crop box is empty or reaches outside the upright image.
    CropOutOfBounds,
    /// The variants have more bytes than allowed.
    OutputTooLarge,
    /// Rendering took longer than its deadline (detected by the parent of the render process).
    TimedOut,
    /// Rendering needed more memory than allowed.
    OutOfMemory,
    /// The render process died (detected by its parent).
    Crashed,
    /// A reviewer rejected the image. No renderer returns this code.
    NotApproved,
}

impl RejectionCode {
    /// Every code.
    pub const ALL: [Self; 15] = [
        Self::Empty,
        Self::NotAnImage,
        Self::UnsupportedFormat,
        Self::TooManyBytes,
        Self::DimensionsExceeded,
        Self::TooManyPixels,
        Self::TooManyFrames,
        Self::TooExpensive,
        Self::Corrupt,
        Self::CropOutOfBounds,
        Self::OutputTooLarge,
        Self::TimedOut,
        Self::OutOfMemory,
        Self::Crashed,
        Self::NotApproved,
    ];

    /// Returns the code as manifests contain it, such as `"dimensions_exceeded"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat => "unsupported_format",
            Self::TooManyBytes => "too_many_bytes",
            Self::DimensionsExceeded => "dimensions_exceeded",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooManyFrames => "too_many_frames",
            Self::TooExpensive => "too_expensive",
            Self::Corrupt => "corrupt",
            Self::CropOutOfBounds => "crop_out_of_bounds",
            Self::OutputTooLarge => "output_too_large",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Crashed => "crashed",
            Self::NotApproved => "not_approved",
        }
    }
}

impl std::fmt::Display for RejectionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
