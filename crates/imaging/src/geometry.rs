//! From a wished-for size to the part of a picture that is taken and the size it gets.

use crate::attention::Attention;
use crate::{CropBox, Fit, Gravity, Rejection, RejectionCode, Resize};

/// Width and height in pixels.
pub(crate) type Size = (u32, u32);

/// A rectangle in pixels from the top left corner; its edges may lie between pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    /// The whole of a picture.
    pub(crate) fn whole((width, height): Size) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width: f64::from(width),
            height: f64::from(height),
        }
    }

    /// Its size in whole pixels.
    pub(crate) fn size(self) -> Size {
        (whole_pixels(self.width), whole_pixels(self.height))
    }

    /// Its top left corner in whole pixels.
    pub(crate) fn corner(self) -> (u32, u32) {
        (whole_pixels(self.x), whole_pixels(self.y))
    }

    fn offset(self, (x, y): (f64, f64)) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }
}

/// What is done to an upright picture to make a variant, in upright coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// The part of the picture that is taken.
    pub(crate) source: Rect,
    /// The size that this part is brought to.
    pub(crate) size: Size,
    /// The size of the variant; larger than `size` where it is padded.
    pub(crate) canvas: Size,
    /// Where on the canvas the top left corner of the part comes to stand.
    pub(crate) at: (u32, u32),
}

impl Placement {
    /// Places the part `view` of a picture, whose edges lie on pixels, as `resize` wishes.
    ///
    /// `attention` is what [`Gravity::Attention`] goes by; without it that is the centre.
    pub(crate) fn new(view: Rect, resize: Option<&Resize>, attention: Option<&Attention>) -> Self {
        let size = view.size();
        let Some(resize) = resize else {
            return Self::filling(view, size);
        };
        match resize.fit {
            Fit::Inside => Self::filling(view, inside(size, resize)),
            Fit::Cover(gravity) => {
                let canvas = cover(size, resize);
                let part = part_to_keep(size, canvas, gravity, attention);
                Self::filling(part.offset((view.x, view.y)), canvas)
            }
            Fit::Pad { gravity, .. } => {
                let fitted = inside(size, resize);
                let canvas = (
                    resize.width.map_or(fitted.0, |width| width.max(fitted.0)),
                    resize
                        .height
                        .map_or(fitted.1, |height| height.max(fitted.1)),
                );
                let (x, y) = share(gravity);
                let at = (
                    whole_pixels((f64::from(canvas.0 - fitted.0) * x).floor()),
                    whole_pixels((f64::from(canvas.1 - fitted.1) * y).floor()),
                );
                Self {
                    source: view,
                    size: fitted,
                    canvas,
                    at,
                }
            }
        }
    }

    fn filling(source: Rect, size: Size) -> Self {
        Self {
            source,
            size,
            canvas: size,
            at: (0, 0),
        }
    }

    /// The same, made smaller where a side is longer than an encoding can state.
    pub(crate) fn within(self, max_side: u32) -> Self {
        let longest = self.canvas.0.max(self.canvas.1);
        if longest <= max_side {
            return self;
        }
        let factor = f64::from(max_side) / f64::from(longest);
        let shrink = |(width, height)| (scale(width, factor), scale(height, factor));
        let canvas = shrink(self.canvas);
        let size = shrink(self.size);
        let at = (
            whole_pixels(f64::from(self.at.0) * factor).min(canvas.0 - size.0),
            whole_pixels(f64::from(self.at.1) * factor).min(canvas.1 - size.1),
        );
        Self {
            source: self.source,
            size,
            canvas,
            at,
        }
    }

    /// Whether the part is taken pixel for pixel.
    pub(crate) fn keeps_pixels(&self) -> bool {
        let (width, height) = self.size;
        self.source.width == f64::from(width)
            && self.source.height == f64::from(height)
            && self.source.x.fract() == 0.0
            && self.source.y.fract() == 0.0
    }
}

/// The rectangle of a crop box within an upright picture of this size; the whole without one.
///
/// # Errors
/// `crop_out_of_bounds` if the box is empty or reaches outside.
pub(crate) fn crop(upright: Size, crop: Option<CropBox>) -> Result<Rect, Rejection> {
    let Some(crop) = crop else {
        return Ok(Rect::whole(upright));
    };
    let fits = |start: u32, length: u32, whole: u32| {
        length > 0 && start.checked_add(length).is_some_and(|end| end <= whole)
    };
    if !fits(crop.x, crop.width, upright.0) || !fits(crop.y, crop.height, upright.1) {
        return Err(Rejection::new(
            RejectionCode::CropOutOfBounds,
            format!(
                "the box of {} x {} px at ({}, {}) is not within the upright picture of {} x {} px",
                crop.width, crop.height, crop.x, crop.y, upright.0, upright.1
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

/// The size of the whole picture inside the box: no side larger than the box's, none below 1.
fn inside(size: Size, resize: &Resize) -> Size {
    let ratio = |wanted: Option<u32>, side: u32| wanted.map(|w| f64::from(w) / f64::from(side));
    let by_width = ratio(resize.width, size.0);
    let by_height = ratio(resize.height, size.1);
    let factor = match (by_width, by_height) {
        (Some(a), Some(b)) => a.min(b),
        (Some(factor), None) | (None, Some(factor)) => factor,
        (None, None) => 1.0,
    };
    if factor > 1.0 && !resize.enlarge {
        return size;
    }
    (scale(size.0, factor), scale(size.1, factor))
}

/// The size of the box, or of its largest part of the same shape that needs no enlarging.
fn cover(size: Size, resize: &Resize) -> Size {
    let (Some(width), Some(height)) = (resize.width, resize.height) else {
        return inside(size, resize);
    };
    let (width, height) = (width.max(1), height.max(1));
    let factor = (f64::from(size.0) / f64::from(width)).min(f64::from(size.1) / f64::from(height));
    if factor >= 1.0 || resize.enlarge {
        return (width, height);
    }
    (scale(width, factor), scale(height, factor))
}

fn scale(side: u32, factor: f64) -> u32 {
    whole_pixels(f64::from(side) * factor).max(1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates at the ends of u32"
)]
fn whole_pixels(length: f64) -> u32 {
    length.round() as u32
}

/// The largest part of a picture of `size` in the shape of `canvas`.
fn part_to_keep(size: Size, canvas: Size, gravity: Gravity, attention: Option<&Attention>) -> Rect {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let shape = f64::from(canvas.0) / f64::from(canvas.1);
    let part_width = width.min(height * shape);
    let part_height = height.min(width / shape);
    let (x_share, y_share) = share(gravity);
    let (mut x, mut y) = (
        (width - part_width) * x_share,
        (height - part_height) * y_share,
    );
    if let (Gravity::Attention, Some(attention)) = (gravity, attention) {
        (x, y) = attention.corner((width, height), (part_width, part_height));
    }
    if canvas == (whole_pixels(part_width), whole_pixels(part_height)) {
        // Nothing is scaled, so the pixels stay on their grid.
        (x, y) = (x.floor(), y.floor());
        return Rect {
            x,
            y,
            width: f64::from(canvas.0),
            height: f64::from(canvas.1),
        };
    }
    Rect {
        x,
        y,
        width: part_width,
        height: part_height,
    }
}

/// How much of the room that is left over lies before the picture, on each axis.
const fn share(gravity: Gravity) -> (f64, f64) {
    match gravity {
        Gravity::Center | Gravity::Attention => (0.5, 0.5),
        Gravity::North => (0.5, 0.0),
        Gravity::NorthEast => (1.0, 0.0),
        Gravity::East => (1.0, 0.5),
        Gravity::SouthEast => (1.0, 1.0),
        Gravity::South => (0.5, 1.0),
        Gravity::SouthWest => (0.0, 1.0),
        Gravity::West => (0.0, 0.5),
        Gravity::NorthWest => (0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resize(width: Option<u32>, height: Option<u32>, fit: Fit) -> Resize {
        Resize {
            width,
            height,
            fit,
            enlarge: false,
        }
    }

    fn place(size: Size, resize: Resize) -> Placement {
        Placement::new(Rect::whole(size), Some(&resize), None)
    }

    fn boxed(fit: Fit) -> Resize {
        resize(Some(400), Some(400), fit)
    }

    #[test]
    fn inside_keeps_the_shape_and_no_side_is_over_the_box() {
        assert_eq!(place((4000, 3000), boxed(Fit::Inside)).canvas, (400, 300));
        assert_eq!(place((3000, 4000), boxed(Fit::Inside)).canvas, (300, 400));
        let wide = resize(Some(100), None, Fit::Inside);
        assert_eq!(place((4000, 3000), wide).canvas, (100, 75));
    }

    #[test]
    fn nothing_is_enlarged_unless_asked() {
        assert_eq!(place((40, 30), boxed(Fit::Inside)).canvas, (40, 30));
        assert!(place((40, 30), boxed(Fit::Inside)).keeps_pixels());
        let mut larger = boxed(Fit::Inside);
        larger.enlarge = true;
        assert_eq!(place((40, 30), larger).canvas, (400, 300));
        let cover = place((300, 200), boxed(Fit::Cover(Gravity::Center)));
        assert_eq!(cover.canvas, (200, 200));
        assert!(cover.keeps_pixels());
    }

    #[test]
    fn no_side_is_ever_zero() {
        assert_eq!(place((1, 16_000), boxed(Fit::Inside)).canvas, (1, 400));
        let cover = place((16_000, 1), boxed(Fit::Cover(Gravity::Center)));
        assert_eq!(cover.canvas, (1, 1));
    }

    #[test]
    fn cover_cuts_where_gravity_says() {
        let left_of = |gravity| place((800, 400), boxed(Fit::Cover(gravity))).source.x;
        assert_eq!(left_of(Gravity::West), 0.0);
        assert_eq!(left_of(Gravity::Center), 200.0);
        assert_eq!(left_of(Gravity::NorthEast), 400.0);
    }

    #[test]
    fn pad_fills_the_box_and_places_the_picture() {
        let pad = |gravity| Fit::Pad {
            gravity,
            background: None,
        };
        let south = place((800, 400), boxed(pad(Gravity::South)));
        assert_eq!(
            (south.size, south.canvas, south.at),
            ((400, 200), (400, 400), (0, 200))
        );
        let small = place((100, 100), boxed(pad(Gravity::Center)));
        assert_eq!((small.size, small.at), ((100, 100), (150, 150)));
    }

    #[test]
    fn a_variant_is_no_larger_than_its_encoding_can_state() {
        let whole = Placement::new(Rect::whole((20_000, 10)), None, None);
        assert_eq!(whole.within(16_383).canvas, (16_383, 8));
        assert_eq!(whole.within(20_000), whole);
    }

    #[test]
    fn a_crop_box_has_to_lie_within_the_picture() {
        let boxed = |x, y, width, height| CropBox {
            x,
            y,
            width,
            height,
        };
        assert!(crop((100, 50), Some(boxed(90, 40, 10, 10))).is_ok());
        for outside in [
            boxed(91, 0, 10, 10),
            boxed(0, 41, 10, 10),
            boxed(0, 0, 0, 10),
            boxed(u32::MAX, 0, 2, 2),
        ] {
            let refused = crop((100, 50), Some(outside)).unwrap_err();
            assert_eq!(refused.code, RejectionCode::CropOutOfBounds);
        }
    }
}
