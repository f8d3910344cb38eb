//! Rectangles of whole pixels.

use super::orientation::Orientation;
use super::rect::Rect;
use super::size::Size;

/// A rectangle of one or more whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    /// The distance of the left edge from the origin.
    pub(crate) x: u32,
    /// The distance of the top edge from the origin.
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Area {
    /// Creates the area of this size at the origin.
    pub(crate) const fn from_size(size: Size) -> Self {
        Self {
            x: 0,
            y: 0,
            width: size.width,
            height: size.height,
        }
    }

    /// Creates the area between two edges on each axis; `None` if the edges do not enclose a pixel.
    pub(crate) const fn between(
        (left, right): (u32, u32),
        (top, bottom): (u32, u32),
    ) -> Option<Self> {
        if left >= right || top >= bottom {
            return None;
        }
        Some(Self {
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
        })
    }

    /// Returns the size.
    pub(crate) const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }

    /// Returns the position of the first column after the area.
    pub(crate) const fn right(self) -> u32 {
        self.x + self.width
    }

    /// Returns the position of the first row after the area.
    pub(crate) const fn bottom(self) -> u32 {
        self.y + self.height
    }

    /// Returns the area as a rectangle.
    pub(crate) fn rect(self) -> Rect {
        Rect {
            x: self.x.into(),
            y: self.y.into(),
            width: self.width.into(),
            height: self.height.into(),
        }
    }

    /// Returns the smallest area that contains both areas.
    pub(crate) fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: self.right().max(other.right()) - x,
            height: self.bottom().max(other.bottom()) - y,
        }
    }

    /// Returns the area moved by `x` to the right and `y` downward.
    pub(crate) const fn translated(self, x: u32, y: u32) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// Returns the area, extended to the left and to the top until its position is even.
    pub(crate) const fn at_even_position(self) -> Self {
        let (x, y) = (self.x & !1, self.y & !1);
        Self {
            x,
            y,
            width: self.right() - x,
            height: self.bottom() - y,
        }
    }

    /// Converts an area of the stored image to the same area of the upright image. `stored` is the
    /// size of the stored image.
    pub(crate) const fn to_upright(self, orientation: Orientation, stored: Size) -> Self {
        let upright = orientation.apply_to_size(stored);
        let mut area = self;
        if orientation.swap_axes {
            area = Self {
                x: self.y,
                y: self.x,
                width: self.height,
                height: self.width,
            };
        }
        if orientation.mirror_x {
            area.x = upright.width - area.right();
        }
        if orientation.mirror_y {
            area.y = upright.height - area.bottom();
        }
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area {
        x: 3,
        y: 4,
        width: 5,
        height: 6,
    };

    #[test]
    fn an_even_position_keeps_the_right_and_bottom_edges() {
        let even = AREA.at_even_position();
        assert_eq!((even.x, even.y), (2, 4));
        assert_eq!((even.right(), even.bottom()), (AREA.right(), AREA.bottom()));
    }

    #[test]
    fn a_union_contains_both_areas() {
        let far = Area::from_size(Size::new(1, 1)).translated(10, 0);
        let both = Area::between((3, 11), (0, 10));
        assert_eq!(Some(AREA.union(far)), both);
        assert_eq!(Area::between((3, 3), (0, 1)), None);
    }

    #[test]
    fn to_stored_reverses_to_upright() {
        let stored = Size::new(20, 30);
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif);
            let upright = AREA.to_upright(orientation, stored);
            let back = orientation.to_stored(upright.rect(), stored);
            assert_eq!(back, AREA.rect(), "orientation {exif}");
        }
    }
}
