//! Images of three planes.

use crate::Rejection;
use crate::geometry::Size;
use crate::pixels::zeroed_buffer;

/// Rows of samples from top to bottom, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    /// The number of samples per row, at least 1.
    pub(crate) width: u32,
    /// The number of rows, at least 1.
    pub(crate) height: u32,
    /// `width * height` samples.
    pub(crate) samples: Vec<u8>,
}

impl Plane {
    /// Creates a plane of zeros.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn zeroed(size: Size) -> Result<Self, Rejection> {
        Ok(Self {
            width: size.width,
            height: size.height,
            samples: zeroed_buffer(size.area())?,
        })
    }

    /// Returns the numbers of samples per row and of rows.
    pub(crate) const fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    /// Returns a row. A number past the last row stands for the last row.
    pub(super) fn row(&self, row: usize) -> &[u8] {
        let width = self.width as usize;
        let start = row.min(self.height as usize - 1) * width;
        &self.samples[start..start + width]
    }
}

/// An upright, opaque image in YCbCr 4:2:0 with limited range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YuvImage {
    /// The luma of every pixel.
    pub(crate) y: Plane,
    /// The blue-difference chroma of every 2 x 2 pixels. If a side is odd, the last samples belong
    /// to fewer pixels.
    pub(crate) u: Plane,
    /// The red-difference chroma, with the same size as `u`.
    pub(crate) v: Plane,
}

impl YuvImage {
    /// Returns the size in pixels.
    pub(crate) const fn size(&self) -> Size {
        self.y.size()
    }

    /// Returns the size of the chroma planes of an image.
    pub(crate) const fn chroma_size(size: Size) -> Size {
        Size::new(size.width.div_ceil(2), size.height.div_ceil(2))
    }
}
