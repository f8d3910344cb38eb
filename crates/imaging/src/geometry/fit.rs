//! Target sizes and source rectangles of the fits `inside`, `cover` and `pad`.

use super::attention::AttentionProfile;
use super::gravity::alignment;
use super::rect::Rect;
use super::size::Size;
use crate::{Gravity, Resize};

/// Returns the largest size that has the shape of the image and fits inside the box of `resize`.
///
/// Each side is at least 1 and at most as long as the side of the box. Without `enlarge`, the image
/// is never enlarged.
pub(super) fn inside(size: Size, resize: &Resize) -> Size {
    let ratio = |target: Option<u32>, side: u32| target.map(|w| f64::from(w) / f64::from(side));
    let by_width = ratio(resize.width, size.width);
    let by_height = ratio(resize.height, size.height);
    let factor = match (by_width, by_height) {
        (Some(a), Some(b)) => a.min(b),
        (Some(factor), None) | (None, Some(factor)) => factor,
        (None, None) => 1.0,
    };
    if factor > 1.0 && !resize.enlarge {
        return size;
    }
    size.scaled(factor)
}

/// Returns the size of the box of `resize`. If the image is too small to cover the box and
/// `enlarge` is off, returns the largest size of the same shape that the image covers. If a side
/// of the box is not given, returns the size from [`inside`].
pub(super) fn cover(size: Size, resize: &Resize) -> Size {
    let (Some(width), Some(height)) = (resize.width, resize.height) else {
        return inside(size, resize);
    };
    let target = Size::new(width.max(1), height.max(1));
    let factor = (f64::from(size.width) / f64::from(target.width))
        .min(f64::from(size.height) / f64::from(target.height));
    if factor >= 1.0 || resize.enlarge {
        return target;
    }
    target.scaled(factor)
}

/// Returns the size of the padded canvas around an image of the size `fitted`.
pub(super) fn canvas(fitted: Size, resize: &Resize) -> Size {
    let side = |target: Option<u32>, fitted: u32| target.map_or(fitted, |side| side.max(fitted));
    Size::new(
        side(resize.width, fitted.width),
        side(resize.height, fitted.height),
    )
}

/// Returns the largest rectangle of the shape of `target` within an image of `size`.
///
/// `gravity` decides its position; [`Gravity::Attention`] follows `attention` if it is given.
pub(super) fn cover_source(
    size: Size,
    target: Size,
    gravity: Gravity,
    attention: Option<&AttentionProfile>,
) -> Rect {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let aspect_ratio = f64::from(target.width) / f64::from(target.height);
    let mut rect = Rect {
        x: 0.0,
        y: 0.0,
        width: width.min(height * aspect_ratio),
        height: height.min(width / aspect_ratio),
    };
    (rect.x, rect.y) = match (gravity, attention) {
        (Gravity::Attention, Some(attention)) => {
            attention.window_origin((width, height), (rect.width, rect.height))
        }
        _ => {
            let (left, above) = alignment(gravity);
            ((width - rect.width) * left, (height - rect.height) * above)
        }
    };
    if rect.size() != target {
        return rect;
    }
    // Nothing is scaled, so the edges of the rectangle are put on whole pixels.
    Rect::from_size(target).translated(rect.x.floor(), rect.y.floor())
}
