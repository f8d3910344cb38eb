//! Options of the encoder.

use crate::Error;

/// Options of an [`Encoder`](crate::Encoder).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderOptions {
    /// Quality from 0 to 100, on a scale like that of libwebp.
    pub quality: u8,
    /// Effort from 0 (fastest) to 6 (smallest). The README has figures.
    pub effort: u8,
    /// The most bytes that a frame may have. Encoding ends early, with [`Error::TooLarge`], if a frame
    /// certainly needs more.
    pub max_bytes: Option<usize>,
}

impl Default for EncoderOptions {
    /// Returns quality 75, effort 2, and no limit.
    fn default() -> Self {
        Self { quality: 75, effort: 2, max_bytes: None }
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

/// Quantizer indices in 16ths by quality: `127 * (1 - c.cbrt())`, where `c` is `quality / 100` bent at 75 %.
#[rustfmt::skip]
const INDEX_IN_16THS: [u16; 101] = [
    2032, 1650, 1550, 1480, 1425, 1378, 1337, 1300, 1267, 1236, 1208, 1181,
    1156, 1133, 1110, 1089, 1068, 1049, 1030, 1012, 994, 977, 960, 944,
    929, 914, 899, 885, 871, 857, 844, 831, 818, 805, 793, 781,
    769, 758, 746, 735, 724, 713, 703, 692, 682, 672, 662, 652,
    642, 633, 623, 614, 605, 595, 586, 578, 569, 560, 552, 543,
    535, 527, 518, 510, 502, 494, 486, 479, 471, 463, 456, 448,
    441, 434, 426, 419, 398, 377, 357, 337, 318, 299, 281, 263,
    245, 228, 211, 194, 178, 162, 146, 130, 115, 100, 85, 70,
    56, 41, 27, 14, 0,
];

/// Returns the quantizer index in 16ths for a quality of at most 100.
pub(crate) fn quantizer_index_in_16ths(quality: u8) -> u32 {
    INDEX_IN_16THS[usize::from(quality.min(100))].into()
}
