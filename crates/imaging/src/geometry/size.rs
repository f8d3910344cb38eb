//! Sizes in whole pixels.

/// A width and a height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Size {
    /// Creates a size from a width and a height in pixels.
    pub(crate) const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Returns the number of pixels.
    pub(crate) fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Returns the length of the longer side.
    pub(crate) fn longest_side(self) -> u32 {
        self.width.max(self.height)
    }

    /// Returns the size with width and height swapped.
    pub(crate) const fn transposed(self) -> Self {
        Self::new(self.height, self.width)
    }

    /// Multiplies both sides by `factor` and rounds them to the nearest pixel, but to at least 1.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let scale = |side| round(f64::from(side) * factor).max(1);
        Self::new(scale(self.width), scale(self.height))
    }
}

/// Rounds a length to the nearest whole pixel.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates at the ends of u32"
)]
pub(super) fn round(length: f64) -> u32 {
    length.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_rounds_to_the_nearest_pixel_and_never_to_zero() {
        assert_eq!(Size::new(3, 2).scaled(0.5), Size::new(2, 1));
        assert_eq!(Size::new(16_000, 1).scaled(0.01), Size::new(160, 1));
    }
}
