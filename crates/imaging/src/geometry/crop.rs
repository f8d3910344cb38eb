//! The crop box of a recipe.

use super::rect::Rect;
use super::size::Size;
use crate::{CropBox, Rejection, RejectionCode};

/// Returns the rectangle of a crop box within an upright image. Without a crop box, it is the whole
/// image.
///
/// # Errors
/// `crop_out_of_bounds` if the box is empty or reaches outside the image.
pub(crate) fn crop_rect(upright: Size, crop: Option<CropBox>) -> Result<Rect, Rejection> {
    let Some(crop) = crop else {
        return Ok(Rect::from_size(upright));
    };
    let fits = |start: u32, length: u32, side: u32| {
        length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
    };
    if !fits(crop.x, crop.width, upright.width) || !fits(crop.y, crop.height, upright.height) {
        return Err(Rejection::new(
            RejectionCode::CropOutOfBounds,
            format!(
                "the crop box of {} x {} px at ({}, {}) is not within the upright image of {} x {} px",
                crop.width, crop.height, crop.x, crop.y, upright.width, upright.height
            ),
        ));
    }
    Ok(Rect {
        x: f64::from(crop.x),
        y: f64::from(crop.y),
        width: f64::from(crop.width),
        height: f64::from(crop.height),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_box_must_lie_within_the_image() {
        let crop = |x, y, width, height| {
            let crop = CropBox {
                x,
                y,
                width,
                height,
            };
            crop_rect(Size::new(100, 50), Some(crop))
        };
        assert!(crop(90, 40, 10, 10).is_ok());
        for outside in [
            crop(91, 0, 10, 10),
            crop(0, 41, 10, 10),
            crop(0, 0, 0, 10),
            crop(u32::MAX, 0, 2, 2),
        ] {
            assert_eq!(outside.unwrap_err().code, RejectionCode::CropOutOfBounds);
        }
    }
}
