//! The geometry of a variant.

use super::attention::AttentionProfile;
use super::fit;
use super::gravity::alignment;
use super::rect::Rect;
use super::scaling::Scaling;
use super::size::{Size, round};
use crate::{Fit, Resize};

/// The mapping from an upright image to a variant: a source rectangle is scaled to `size` and placed
/// at `offset` on a canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// The part of the upright image that the variant shows.
    pub(crate) source: Rect,
    /// The size to which `source` is scaled.
    pub(crate) size: Size,
    /// The size of the variant, which is larger than `size` if there is padding.
    pub(crate) canvas: Size,
    /// The position `(x, y)` of the scaled image on the canvas.
    pub(crate) offset: (u32, u32),
}

impl Placement {
    /// Places the rectangle `view` of an upright image according to `resize`. The edges of `view`
    /// are on whole pixels.
    ///
    /// [`Gravity::Attention`](crate::Gravity::Attention) needs `attention`. Without it, the center
    /// is kept.
    pub(crate) fn new(
        view: Rect,
        resize: Option<&Resize>,
        attention: Option<&AttentionProfile>,
    ) -> Self {
        let size = view.size();
        let Some(resize) = resize else {
            return Self::unpadded(view, size);
        };
        match resize.fit {
            Fit::Inside => Self::unpadded(view, fit::inside(size, resize)),
            Fit::Cover(gravity) => {
                let target = fit::cover(size, resize);
                let source = fit::cover_source(size, target, gravity, attention);
                Self::unpadded(source.translated(view.x, view.y), target)
            }
            Fit::Pad { gravity, .. } => {
                let fitted = fit::inside(size, resize);
                let canvas = fit::canvas(fitted, resize);
                let (left, above) = alignment(gravity);
                let offset = (
                    round((f64::from(canvas.width - fitted.width) * left).floor()),
                    round((f64::from(canvas.height - fitted.height) * above).floor()),
                );
                Self {
                    source: view,
                    size: fitted,
                    canvas,
                    offset,
                }
            }
        }
    }

    const fn unpadded(source: Rect, size: Size) -> Self {
        Self {
            source,
            size,
            canvas: size,
            offset: (0, 0),
        }
    }

    /// Returns the placement, scaled down if a side of the canvas is longer than `max_side`.
    pub(crate) fn limited_to(self, max_side: u32) -> Self {
        let longest = self.canvas.longest_side();
        if longest <= max_side {
            return self;
        }
        let factor = f64::from(max_side) / f64::from(longest);
        let canvas = self.canvas.scaled(factor);
        let size = self.size.scaled(factor);
        let offset = (
            round(f64::from(self.offset.0) * factor).min(canvas.width - size.width),
            round(f64::from(self.offset.1) * factor).min(canvas.height - size.height),
        );
        Self {
            source: self.source,
            size,
            canvas,
            offset,
        }
    }

    /// Returns the scaling, without the padding.
    pub(crate) const fn scaling(&self) -> Scaling {
        Scaling {
            source: self.source,
            size: self.size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gravity;

    fn resize(width: Option<u32>, height: Option<u32>, fit: Fit) -> Resize {
        Resize {
            width,
            height,
            fit,
            enlarge: false,
        }
    }

    fn place(width: u32, height: u32, resize: Resize) -> Placement {
        let view = Rect::from_size(Size::new(width, height));
        Placement::new(view, Some(&resize), None)
    }

    fn square(fit: Fit) -> Resize {
        resize(Some(400), Some(400), fit)
    }

    #[test]
    fn inside_keeps_the_shape_and_stays_within_the_box() {
        let canvas = |width, height| place(width, height, square(Fit::Inside)).canvas;
        assert_eq!(canvas(4000, 3000), Size::new(400, 300));
        assert_eq!(canvas(3000, 4000), Size::new(300, 400));
        let by_width = resize(Some(100), None, Fit::Inside);
        assert_eq!(place(4000, 3000, by_width).canvas, Size::new(100, 75));
    }

    #[test]
    fn an_image_is_enlarged_only_if_requested() {
        let small = place(40, 30, square(Fit::Inside));
        assert_eq!(small.canvas, Size::new(40, 30));
        assert!(small.scaling().is_identity());
        let mut larger = square(Fit::Inside);
        larger.enlarge = true;
        assert_eq!(place(40, 30, larger).canvas, Size::new(400, 300));
        let cover = place(300, 200, square(Fit::Cover(Gravity::Center)));
        assert_eq!(cover.canvas, Size::new(200, 200));
        assert!(cover.scaling().is_identity());
    }

    #[test]
    fn no_side_is_ever_zero() {
        let inside = place(1, 16_000, square(Fit::Inside));
        assert_eq!(inside.canvas, Size::new(1, 400));
        let cover = place(16_000, 1, square(Fit::Cover(Gravity::Center)));
        assert_eq!(cover.canvas, Size::new(1, 1));
    }

    #[test]
    fn gravity_decides_which_part_cover_keeps() {
        let left = |gravity| place(800, 400, square(Fit::Cover(gravity))).source.x;
        assert_eq!(left(Gravity::West), 0.0);
        assert_eq!(left(Gravity::Center), 200.0);
        assert_eq!(left(Gravity::NorthEast), 400.0);
    }

    #[test]
    fn gravity_decides_where_pad_places_the_image() {
        let pad = |gravity| Fit::Pad {
            gravity,
            background: None,
        };
        let south = place(800, 400, square(pad(Gravity::South)));
        assert_eq!(south.size, Size::new(400, 200));
        assert_eq!(south.canvas, Size::new(400, 400));
        assert_eq!(south.offset, (0, 200));
        let small = place(100, 100, square(pad(Gravity::Center)));
        assert_eq!(
            (small.size, small.offset),
            (Size::new(100, 100), (150, 150))
        );
    }

    #[test]
    fn a_limited_placement_keeps_its_shape() {
        let whole = Placement::new(Rect::from_size(Size::new(20_000, 10)), None, None);
        assert_eq!(whole.limited_to(16_383).canvas, Size::new(16_383, 8));
        assert_eq!(whole.limited_to(20_000), whole);
    }
}
