//! Errors of encoding.

use std::fmt;

use crate::InstructionSet;

/// The reason why no frame was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Width or height is 0 or more than [`MAX_DIMENSION`](crate::MAX_DIMENSION).
    Dimensions {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// A stride is less than the width of its plane.
    Stride,
    /// A plane has too few samples for its stride and height.
    PlaneTooShort,
    /// The quality is more than 100.
    Quality(u8),
    /// The effort is more than 6.
    Effort(u8),
    /// This processor does not have the instructions.
    InstructionSet(InstructionSet),
    /// The frame would have more bytes than [`EncoderOptions::max_bytes`](crate::EncoderOptions).
    TooLarge {
        /// The maximum that was exceeded.
        max_bytes: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimensions { width, height } => {
                write!(f, "{width} x {height} is not within 1 x 1 to 16383 x 16383")
            }
            Self::Stride => f.write_str("a stride is less than the width of its plane"),
            Self::PlaneTooShort => {
                f.write_str("a plane has too few samples for its stride and height")
            }
            Self::Quality(quality) => write!(f, "quality {quality} is more than 100"),
            Self::Effort(effort) => write!(f, "effort {effort} is more than 6"),
            Self::InstructionSet(set) => write!(f, "this processor does not have {set:?}"),
            Self::TooLarge { max_bytes } => {
                write!(f, "the frame would have more than {max_bytes} bytes")
            }
        }
    }
}

impl std::error::Error for Error {}
