//! The nine positions of a gravity as fractions.

use crate::Gravity;

/// Returns the fractions of the padding that lie left of the image and above it, each 0 to 1. For
/// `cover`, they are the fractions of the excess pixels that lie left of the kept part and above.
///
/// [`Gravity::Attention`] counts as the center.
pub(super) const fn alignment(gravity: Gravity) -> (f64, f64) {
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
