//! The relation between parts of a scaled image and parts of its source.

use super::area::Area;
use super::rect::Rect;
use super::size::{Size, round};

/// The radius of the filter (Lanczos3), in pixels of the source or of the result, whichever has
/// the larger pixels.
const FILTER_RADIUS: f64 = 3.0;

/// The mapping of a rectangle of an image to a target size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scaling {
    /// The rectangle that is scaled.
    pub(crate) source: Rect,
    /// The size to which it is scaled.
    pub(crate) size: Size,
}

/// One axis of a [`Scaling`].
struct Axis {
    start: f64,
    /// The number of source pixels for each target pixel.
    scale: f64,
    size: u32,
}

impl Scaling {
    /// Creates the scaling of a whole image.
    pub(crate) fn from_sizes(source: Size, size: Size) -> Self {
        let source = Rect::from_size(source);
        Self { source, size }
    }

    /// Returns whether every source pixel is copied unscaled.
    pub(crate) fn is_identity(&self) -> bool {
        self.source.width == f64::from(self.size.width)
            && self.source.height == f64::from(self.size.height)
            && self.source.x.fract() == 0.0
            && self.source.y.fract() == 0.0
    }

    /// Returns the part of the result that a change of the source may affect; `None` if it affects
    /// nothing.
    pub(crate) fn affected_by(&self, change: Area) -> Option<Area> {
        let (x, y) = self.axes();
        Area::between(
            x.affected_by(self.is_identity(), (change.x, change.right())),
            y.affected_by(self.is_identity(), (change.y, change.bottom())),
        )
    }

    /// Returns the area of the source that determines `part` of the result, and the scaling from
    /// that area to the part. `image` is the size of the source.
    pub(crate) fn for_part(&self, part: Area, image: Size) -> Option<(Area, Self)> {
        let (x, y) = self.axes();
        let needed = Area::between(
            x.needed_for((part.x, part.right()), image.width),
            y.needed_for((part.y, part.bottom()), image.height),
        )?;
        let source = Rect {
            x: x.position(part.x) - f64::from(needed.x),
            y: y.position(part.y) - f64::from(needed.y),
            width: f64::from(part.width) * x.scale,
            height: f64::from(part.height) * y.scale,
        };
        let size = part.size();
        Some((needed, Self { source, size }))
    }

    fn axes(&self) -> (Axis, Axis) {
        let axis = |start, length, size| Axis {
            start,
            scale: length / f64::from(size),
            size,
        };
        (
            axis(self.source.x, self.source.width, self.size.width),
            axis(self.source.y, self.source.height, self.size.height),
        )
    }
}

impl Axis {
    /// Returns the source position of the edge of a target pixel.
    fn position(&self, edge: u32) -> f64 {
        self.start + f64::from(edge) * self.scale
    }

    /// Returns how far the filter reaches from the center of a target pixel, in source pixels. The
    /// additional pixel covers the rounding of the filter's window.
    fn reach(&self) -> f64 {
        FILTER_RADIUS * self.scale.max(1.0) + 1.0
    }

    fn affected_by(&self, is_identity: bool, (start, end): (u32, u32)) -> (u32, u32) {
        let reach = if is_identity { 0.0 } else { self.reach() };
        let edge = |position: f64| (position - self.start) / self.scale;
        let first = edge(f64::from(start) - reach).floor();
        let last = edge(f64::from(end) + reach).ceil();
        (round(first), round(last).min(self.size))
    }

    fn needed_for(&self, (start, end): (u32, u32), image_side: u32) -> (u32, u32) {
        let first = (self.position(start) - self.reach()).floor();
        let last = (self.position(end) + self.reach()).ceil();
        (round(first), round(last).min(image_side))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaling(from: u32, to: u32) -> Scaling {
        Scaling::from_sizes(Size::new(from, from), Size::new(to, to))
    }

    fn square(start: u32, end: u32) -> Area {
        Area::between((start, end), (start, end)).unwrap()
    }

    #[test]
    fn without_scaling_a_change_affects_only_its_own_area() {
        let mut identity = scaling(50, 50);
        assert_eq!(identity.affected_by(square(3, 9)), Some(square(3, 9)));
        identity.source.x = 4.0;
        identity.source.y = 4.0;
        assert_eq!(identity.affected_by(square(3, 9)), Some(square(0, 5)));
        assert_eq!(identity.affected_by(square(0, 4)), None);
    }

    #[test]
    fn a_scaled_change_affects_all_that_the_filter_reaches() {
        let affected = scaling(1000, 100).affected_by(square(500, 510)).unwrap();
        assert!(affected.x <= 47 && affected.right() >= 54, "{affected:?}");
        assert!(affected.x >= 45 && affected.right() <= 56, "{affected:?}");
    }

    #[test]
    fn a_part_needs_all_source_pixels_that_the_filter_reaches() {
        let scaling = scaling(1000, 100);
        let image = Size::new(1000, 1000);
        let (needed, part) = scaling.for_part(square(50, 52), image).unwrap();
        assert!(needed.x <= 470 && needed.right() >= 550, "{needed:?}");
        let start = f64::from(needed.x) + part.source.x;
        assert_eq!((start, part.source.width), (500.0, 20.0));
        let (needed, _) = scaling.for_part(square(0, 100), image).unwrap();
        assert_eq!(needed, Area::from_size(image));
    }
}
