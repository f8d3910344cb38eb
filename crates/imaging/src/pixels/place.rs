//! Extraction of the pixels of a variant.

use std::borrow::Cow;

use super::crop::crop;
use super::orient::to_upright;
use super::raster::Pixels;
use super::resample::resample;
use crate::Rejection;
use crate::geometry::{Orientation, Placement};

/// Returns the source rectangle of a placement, scaled to its size and upright, without padding.
///
/// The stored pixels are resampled first and then turned upright, because turning the smaller image
/// is cheaper.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn place(
    stored: &Pixels,
    orientation: Orientation,
    placement: &Placement,
) -> Result<Pixels, Rejection> {
    let source = orientation.to_stored(placement.source, stored.size());
    let pixels = if placement.scaling().is_identity() {
        crop(stored, source)?
    } else {
        resample(stored, source, orientation.apply_to_size(placement.size))?
    };
    Ok(to_upright(Cow::Owned(pixels), orientation)?.into_owned())
}
