//! The part of an image that variants show.

use crate::Rejection;
use crate::geometry::{Orientation, Placement, Rect, Size, crop_rect};
use crate::recipe::CropBox;

/// The orientation and the visible part of a stored image.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// The transformation that turns stored pixels upright.
    pub(super) orientation: Orientation,
    /// The part that the crop box keeps, in upright coordinates.
    pub(super) rect: Rect,
}

impl View {
    /// Creates the view of an image with the stored size `stored`.
    ///
    /// # Errors
    /// `crop_out_of_bounds`.
    pub(super) fn new(
        stored: Size,
        orientation: Orientation,
        crop: Option<CropBox>,
    ) -> Result<Self, Rejection> {
        let upright = orientation.apply_to_size(stored);
        Ok(Self {
            orientation,
            rect: crop_rect(upright, crop)?,
        })
    }

    /// Returns the view of the same part of pixels that are upright already.
    pub(super) const fn upright(self) -> Self {
        Self {
            orientation: Orientation::UPRIGHT,
            ..self
        }
    }

    /// Returns whether a placement shows the whole image, unscaled and unpadded.
    pub(super) fn is_whole_image(self, stored: Size, placement: &Placement) -> bool {
        let upright = self.orientation.apply_to_size(stored);
        placement.source == Rect::from_size(upright)
            && placement.size == upright
            && placement.canvas == upright
    }
}
