//! A bound on the work of decoding coded images.

use std::cell::Cell;

use crate::{Rejection, RejectionCode};

/// The time in nanoseconds that decoding all images of a file may take, on the core of the
/// measurements in `docs/rendering.md`. Together with the time for the variants, it is about half
/// of the default of `render.timeout`, which leaves a margin for slower cores.
const MAX_NANOSECONDS: u64 = 12_000_000_000;

/// The maximum time that an image takes for each pixel and for each coded byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct DecodingSpeed {
    pub(super) nanoseconds_per_pixel: u64,
    /// Entropy coding dominates the time of detailed images. If HEVC has so many bytes, half of this time
    /// is for the variants, which are as detailed.
    pub(super) nanoseconds_per_byte: u64,
}

/// The time that is left for decoding the images of a file.
#[derive(Debug)]
pub(super) struct WorkBudget(Cell<u64>);

impl WorkBudget {
    /// Creates the budget of a file.
    pub(super) const fn new() -> Self {
        Self(Cell::new(MAX_NANOSECONDS))
    }

    /// Spends the time for decoding `pixels` pixels from `bytes` bytes.
    ///
    /// # Errors
    /// `too_expensive` if this time exceeds the rest of the budget.
    pub(super) fn spend(
        &self,
        speed: DecodingSpeed,
        pixels: u64,
        bytes: usize,
    ) -> Result<(), Rejection> {
        let cost = (pixels.saturating_mul(speed.nanoseconds_per_pixel))
            .saturating_add((bytes as u64).saturating_mul(speed.nanoseconds_per_byte));
        let left = self.0.get().checked_sub(cost).ok_or_else(|| {
            Rejection::new(
                RejectionCode::TooExpensive,
                "the image takes too long to decode",
            )
        })?;
        self.0.set(left);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_bytes_share_a_budget() {
        let speed = DecodingSpeed {
            nanoseconds_per_pixel: 100,
            nanoseconds_per_byte: 200,
        };
        let budget = WorkBudget::new();
        assert_eq!(budget.spend(speed, 60_000_000, 0), Ok(()));
        assert_eq!(budget.spend(speed, 0, 30_000_000), Ok(()));
        let rejection = budget.spend(speed, 1, 0).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::TooExpensive);
    }
}
