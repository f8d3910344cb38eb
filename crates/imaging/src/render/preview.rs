//! The parts of a result that are computed from the image at a small size.

use super::placeholder::placeholder;
use crate::perceptual_hash::perceptual_hashes;
use crate::pixels::Pixels;
use crate::{PerceptualHashes, Placeholder, Rejection};

/// The parts of a result that are computed from the image at a small size.
pub(super) struct Preview {
    pub(super) placeholder: Placeholder,
    pub(super) perceptual_hashes: Option<PerceptualHashes>,
}

impl Preview {
    /// Computes the parts from an upright image whose sides are at most
    /// [`MAX_SIDE`](super::placeholder::MAX_SIDE) long.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn new(small: &Pixels) -> Result<Self, Rejection> {
        Ok(Self {
            placeholder: placeholder(small),
            perceptual_hashes: perceptual_hashes(small)?,
        })
    }
}
