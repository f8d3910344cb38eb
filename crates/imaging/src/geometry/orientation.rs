//! The eight EXIF orientations (CIPA DC-008, tag 0x0112).

use super::rect::Rect;
use super::size::Size;

/// The transformation that turns stored pixels upright.
///
/// Each of the eight orientations is a sequence of up to three steps: swap the axes, then mirror
/// left to right, then mirror top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation {
    pub(crate) swap_axes: bool,
    pub(crate) mirror_x: bool,
    pub(crate) mirror_y: bool,
}

impl Orientation {
    /// The orientation of pixels that are stored upright.
    pub(crate) const UPRIGHT: Self = Self {
        swap_axes: false,
        mirror_x: false,
        mirror_y: false,
    };

    /// Creates an orientation from an EXIF value; any value except 1 to 8 means upright.
    pub(crate) const fn from_exif(value: u8) -> Self {
        let (swap_axes, mirror_x, mirror_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            swap_axes,
            mirror_x,
            mirror_y,
        }
    }

    /// Returns the EXIF value, 1 to 8.
    pub(crate) const fn to_exif(self) -> u8 {
        match (self.swap_axes, self.mirror_x, self.mirror_y) {
            (false, false, false) => 1,
            (false, true, false) => 2,
            (false, true, true) => 3,
            (false, false, true) => 4,
            (true, false, false) => 5,
            (true, true, false) => 6,
            (true, true, true) => 7,
            (true, false, true) => 8,
        }
    }

    /// Returns the orientation followed by a quarter turn clockwise.
    pub(crate) const fn then_clockwise(self) -> Self {
        Self {
            swap_axes: !self.swap_axes,
            mirror_x: !self.mirror_y,
            mirror_y: self.mirror_x,
        }
    }

    /// Converts a stored size to the upright one, or vice versa.
    pub(crate) const fn apply_to_size(self, size: Size) -> Size {
        if self.swap_axes {
            size.transposed()
        } else {
            size
        }
    }

    /// Converts a rectangle of the upright image to the same rectangle of the stored image.
    /// `stored` is the size of the stored image.
    pub(crate) fn to_stored(self, upright: Rect, stored: Size) -> Rect {
        let size = self.apply_to_size(stored);
        let mut rect = upright;
        if self.mirror_x {
            rect = rect.mirrored_x(size.width);
        }
        if self.mirror_y {
            rect = rect.mirrored_y(size.height);
        }
        if self.swap_axes {
            rect = rect.transposed();
        }
        rect
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_values_are_upright() {
        for value in [0, 1, 9, 255] {
            assert_eq!(Orientation::from_exif(value), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn to_exif_reverses_from_exif() {
        for value in 1..=8 {
            assert_eq!(Orientation::from_exif(value).to_exif(), value);
        }
    }

    #[test]
    fn four_clockwise_quarter_turns_lead_back_to_upright() {
        let mut values = vec![1];
        for _ in 0..4 {
            let last = Orientation::from_exif(values[values.len() - 1]);
            values.push(last.then_clockwise().to_exif());
        }
        assert_eq!(values, [1, 6, 3, 8, 1]);
    }

    /// Checks the stored position of the top right pixel of an upright image of 3 x 2 px for each
    /// orientation. The positions are from the table in the EXIF specification.
    #[test]
    fn an_upright_rectangle_is_found_in_the_stored_image() {
        let corner = Rect::from_size(Size::new(1, 1)).translated(2.0, 0.0);
        let stored = [
            (2, 0),
            (0, 0),
            (0, 1),
            (2, 1),
            (0, 2),
            (0, 0),
            (1, 0),
            (1, 2),
        ];
        for (value, expected) in (1..).zip(stored) {
            let orientation = Orientation::from_exif(value);
            let size = orientation.apply_to_size(Size::new(3, 2));
            let found = orientation.to_stored(corner, size);
            assert_eq!(found.origin(), expected, "orientation {value}");
            assert_eq!(found.size(), Size::new(1, 1));
        }
    }
}
