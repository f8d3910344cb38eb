//! The length of the first partition, which its 19-bit size field limits (RFC 6386, section 9.1).

use crate::header::MAX_FIRST_PARTITION;
use crate::kernels::LumaModes;
use crate::macroblock::AllowedModes;
use crate::modes::SUBBLOCK_COSTS;

/// Keeps the first partition within its greatest length, by fewer modes on huge frames.
#[derive(Debug, Clone)]
pub(crate) struct ModeBudget {
    macroblocks: u64,
    coded: u64,
    /// Bits for subblock modes, of all macroblocks together.
    subblock_bits: i64,
    spent: i64,
}

/// The most bits that a macroblock takes on average: whole modes 7.4, a skip flag 1, a segment 2.
const WHOLE_BITS: u64 = 11;
/// The same without segments.
const UNSEGMENTED_BITS: u64 = 9;
/// Bytes that stay free for the frame header, which has a little more than 1,056 probabilities.
const HEADER_BYTES: u64 = 4096;
/// The most bits that the modes of 16 subblocks take: the dearest path has 39.6 bits.
const MAX_SUBBLOCK_BITS: i64 = 16 * 40;

impl ModeBudget {
    pub(crate) fn new(macroblocks: usize) -> Self {
        let macroblocks = macroblocks as u64;
        let whole_bits = macroblocks * WHOLE_BITS;
        let subblock_bits = Self::total_bits() as i64 - whole_bits as i64 - MAX_SUBBLOCK_BITS;
        Self {
            macroblocks,
            coded: 0,
            subblock_bits,
            spent: 0,
        }
    }

    fn total_bits() -> u64 {
        8 * (MAX_FIRST_PARTITION as u64 - HEADER_BYTES)
    }

    pub(crate) fn allows_segments(&self) -> bool {
        self.macroblocks * WHOLE_BITS <= Self::total_bits()
    }

    /// Returns whether skip flags fit. If not, nothing but mode DC fits either, which takes 3.4 bits.
    pub(crate) fn allows_skipping(&self) -> bool {
        self.macroblocks * UNSEGMENTED_BITS <= Self::total_bits()
    }

    /// Returns the modes for the next macroblock. Subblocks get a share in proportion to the macroblocks so
    /// far, so that the upper part of a frame does not use it up.
    pub(crate) fn allowed(&self) -> AllowedModes {
        if !self.allows_skipping() {
            return AllowedModes::DcOnly;
        }
        let share = self.subblock_bits as i128 * i128::from(self.coded + 1);
        if i128::from(self.spent) * i128::from(self.macroblocks) <= share {
            AllowedModes::All
        } else {
            AllowedModes::Whole
        }
    }

    /// Counts the modes of a macroblock, whose neighbors above and on the left have these modes.
    pub(crate) fn spend(&mut self, luma: LumaModes, mut above: [u8; 4], mut left: [u8; 4]) {
        self.coded += 1;
        if let LumaModes::Whole(_) = luma {
            return;
        }
        let mut cost = 0;
        for index in 0..16 {
            let mode = luma.subblock(index);
            let (above, left) = (&mut above[index % 4], &mut left[index / 4]);
            cost += u32::from(
                SUBBLOCK_COSTS[usize::from(*above)][usize::from(*left)][usize::from(mode)],
            );
            (*above, *left) = (mode, mode);
        }
        self.spent += i64::from(cost.div_ceil(256));
    }
}
