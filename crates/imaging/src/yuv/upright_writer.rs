//! Turning the planes of an image upright, row by row.

use super::chroma_axis::ChromaAxis;
use super::image::YuvImage;
use super::upright_plane::UprightPlane;
use crate::Rejection;
use crate::geometry::{Orientation, Size};

/// A writer that receives the rows of luma and of halved chroma in stored order, and makes an
/// upright image of them.
pub(crate) struct UprightWriter {
    planes: [UprightPlane; 3],
    stored: Size,
    orientation: Orientation,
}

impl UprightWriter {
    /// Creates a writer for an image with the stored size `stored`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn new(stored: Size, orientation: Orientation) -> Result<Self, Rejection> {
        let chroma = YuvImage::chroma_size(stored);
        Ok(Self {
            planes: [
                UprightPlane::new(stored, orientation)?,
                UprightPlane::new(chroma, orientation)?,
                UprightPlane::new(chroma, orientation)?,
            ],
            stored,
            orientation,
        })
    }

    /// Returns the relation between the columns of stored chroma and those of halved chroma.
    pub(crate) const fn columns(&self, is_halved: bool) -> ChromaAxis {
        let Orientation {
            swap_axes,
            mirror_x,
            mirror_y,
        } = self.orientation;
        let is_mirrored = if swap_axes { mirror_y } else { mirror_x };
        ChromaAxis::new(is_halved, self.stored.width, is_mirrored)
    }

    /// Returns the relation between the rows of stored chroma and those of halved chroma.
    pub(crate) const fn rows(&self, is_halved: bool) -> ChromaAxis {
        let Orientation {
            swap_axes,
            mirror_x,
            mirror_y,
        } = self.orientation;
        let is_mirrored = if swap_axes { mirror_x } else { mirror_y };
        ChromaAxis::new(is_halved, self.stored.height, is_mirrored)
    }

    /// Returns the number of rows of halved chroma in stored order.
    pub(crate) const fn chroma_rows(&self) -> usize {
        YuvImage::chroma_size(self.stored).height as usize
    }

    /// Adds the next stored row of luma, which `fill` writes.
    #[inline]
    pub(crate) fn add_luma(&mut self, fill: impl FnOnce(&mut [u8])) {
        self.planes[0].add_row(fill);
    }

    /// Adds the next row of halved chroma, which `fill` writes. `plane` is 0 for blue-difference
    /// chroma (U) and 1 for red-difference chroma (V).
    #[inline]
    pub(crate) fn add_chroma(&mut self, plane: usize, fill: impl FnOnce(&mut [u8])) {
        self.planes[1 + plane].add_row(fill);
    }

    /// Returns the upright image, after its last row was added.
    pub(crate) fn finish(self) -> YuvImage {
        let [y, u, v] = self.planes.map(UprightPlane::finish);
        YuvImage { y, u, v }
    }
}
