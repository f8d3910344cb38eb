//! Rectangles with edges that may lie between pixels.

use super::size::{Size, round};

/// A rectangle in pixels. Its edges may be between pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    /// The distance of the left edge from the origin.
    pub(crate) x: f64,
    /// The distance of the top edge from the origin.
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    /// Creates the rectangle of this size at the origin.
    pub(crate) fn from_size(size: Size) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width: f64::from(size.width),
            height: f64::from(size.height),
        }
    }

    /// Returns the size, rounded to whole pixels.
    pub(crate) fn size(self) -> Size {
        Size::new(round(self.width), round(self.height))
    }

    /// Returns the top left corner `(x, y)`, rounded to whole pixels.
    pub(crate) fn origin(self) -> (u32, u32) {
        (round(self.x), round(self.y))
    }

    /// Returns the same rectangle in a coordinate system whose unit is two pixels.
    pub(crate) fn halved(self) -> Self {
        Self {
            x: self.x / 2.0,
            y: self.y / 2.0,
            width: self.width / 2.0,
            height: self.height / 2.0,
        }
    }

    /// Returns the rectangle moved by `x` to the right and `y` downward.
    pub(super) fn translated(self, x: f64, y: f64) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// Returns the rectangle mirrored left to right within an image of this width.
    pub(super) fn mirrored_x(self, width: u32) -> Self {
        Self {
            x: f64::from(width) - self.x - self.width,
            ..self
        }
    }

    /// Returns the rectangle mirrored top to bottom within an image of this height.
    pub(super) fn mirrored_y(self, height: u32) -> Self {
        Self {
            y: f64::from(height) - self.y - self.height,
            ..self
        }
    }

    /// Returns the rectangle with both axes swapped.
    pub(super) const fn transposed(self) -> Self {
        Self {
            x: self.y,
            y: self.x,
            width: self.height,
            height: self.width,
        }
    }
}
