//! Options of the encoder.

use crate::Error;

/// Options of an [`Encoder`](crate::Encoder).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderOptions {
    /// Quality from 0 to 100, on a scale like that of libwebp.
    pub quality: u8,
    /// Effort from 0 (fastest) to 6 (smallest). The README has figures.
    pub effort: u8,
    /// The maximum size of a frame in bytes. Encoding ends with [`Error::TooLarge`] as soon as the frame is
    /// certain to exceed it.
    pub max_bytes: Option<usize>,
}

impl Default for EncoderOptions {
    /// Returns quality 75, effort 2, and no limit.
    fn default() -> Self {
        Self {
            quality: 75,
            effort: 2,
            max_bytes: None,
        }
    }
}

impl EncoderOptions {
    /// Checks the ranges.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.quality > 100 {
            return Err(Error::Quality(self.quality));
        }
        if self.effort > 6 {
            return Err(Error::Effort(self.effort));
        }
        Ok(())
    }
}

/// Quantizer indices by quality: `127 * (1 - c.cbrt())`, rounded. `c` is `2 / 3 * quality / 100` up to
/// quality 75, and `2 * quality / 100 - 1` above.
#[rustfmt::skip]
const INDEX_BY_QUALITY: [u8; 101] = [
    127, 103, 97, 93, 89, 86, 84, 81, 79, 77, 76, 74, 72, 71, 69, 68, 67, 66, 64, 63,
    62, 61, 60, 59, 58, 57, 56, 55, 54, 54, 53, 52, 51, 50, 50, 49, 48, 47, 47, 46,
    45, 45, 44, 43, 43, 42, 41, 41, 40, 40, 39, 38, 38, 37, 37, 36, 36, 35, 35, 34,
    33, 33, 32, 32, 31, 31, 30, 30, 29, 29, 29, 28, 28, 27, 27, 26, 25, 24, 22, 21,
    20, 19, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 4, 3, 2, 1,
    0,
];

/// Returns the quantizer index for a quality of at most 100.
pub(crate) fn quantizer_index(quality: u8) -> u8 {
    INDEX_BY_QUALITY[usize::from(quality.min(100))]
}
