//! The length of the first partition, which its 19-bit size field limits (RFC 6386, section 9.1).

use crate::header::MAX_FIRST_PARTITION;
use crate::kernels::LumaModes;
use crate::macroblock::AllowedModes;
use crate::modes::SUBBLOCK_COSTS;

/// A budget for modes. On huge frames it restricts the modes, so that the first partition does not become
/// too long.
#[derive(Debug, Clone)]
pub(crate) struct ModeBudget {
    macroblocks: u64,
    coded: u64,
    /// Bits for the subblock modes of all macroblocks.
    subblock_bits: i64,
    spent: i64,
}

/// The maximum average number of bits per macroblock: 7.4 for whole modes, 1 for a skip flag, 2 for a segment.
const WHOLE_BITS: u64 = 11;
/// The same without segments.
const UNSEGMENTED_BITS: u64 = 9;
/// Bytes reserved for the frame header, which consists of 1,056 probabilities and a few other fields.
const HEADER_BYTES: u64 = 4096;
/// The maximum number of bits for the modes of 16 subblocks. The most expensive mode takes 39.6 bits.
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

    /// Returns whether there is space for skip flags. If not, the only mode is DC, which takes 3.4 bits.
    pub(crate) fn allows_skipping(&self) -> bool {
        self.macroblocks * UNSEGMENTED_BITS <= Self::total_bits()
    }

    /// Returns the modes that the next macroblock may use. The budget for subblock modes is released in
    /// proportion to the macroblocks so far, so that the upper part of a frame cannot use all of it.
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

    /// Subtracts the cost of a macroblock's modes. It depends on the modes of the neighbors above and on the
    /// left.
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
