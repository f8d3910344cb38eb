//! The information in a header.

use crate::Rejection;
use crate::geometry::Size;

/// The size and frame count of an image, as stated in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The stored width of the canvas in pixels.
    pub(crate) width: u32,
    /// The stored height of the canvas in pixels.
    pub(crate) height: u32,
    /// The number of frames, at least 1. Counting stops at one more than the limit.
    pub(crate) frames: u32,
    /// The width of the widest frame. In a GIF, it may exceed the canvas. In a HEIF file, it is the
    /// width that must be decoded, which may exceed the visible part.
    pub(crate) max_frame_width: u32,
    /// The height of the tallest frame.
    pub(crate) max_frame_height: u32,
}

impl Header {
    /// Creates the header of a still image.
    pub(crate) const fn still(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            frames: 1,
            max_frame_width: width,
            max_frame_height: height,
        }
    }

    /// Returns the stored size of the canvas in pixels.
    pub(crate) const fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

/// Returns the rejection of a file that ends within its header.
pub(super) fn truncated() -> Rejection {
    Rejection::corrupt("the file ends within its header")
}
