//! The data that kernels share.

use crate::tables::ZIGZAG;

/// The samples of a macroblock: 16 rows of luma, then 8 rows of U and V side by side.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Pixels(pub(crate) [[u8; 16]; 24]);

impl Pixels {
    pub(crate) const fn new() -> Self {
        Self([[0; 16]; 24])
    }

    pub(crate) fn luma(&self) -> &[[u8; 16]] {
        &self.0[..16]
    }

    pub(crate) fn luma_mut(&mut self) -> &mut [[u8; 16]] {
        &mut self.0[..16]
    }

    pub(crate) fn chroma(&self) -> &[[u8; 16]] {
        &self.0[16..]
    }

    pub(crate) fn chroma_mut(&mut self) -> &mut [[u8; 16]] {
        &mut self.0[16..]
    }

    /// Returns the samples of the luma block in column `x` and row `y` of blocks.
    #[inline(always)]
    pub(crate) fn subblock(&self, x: usize, y: usize) -> [u8; 16] {
        let mut block = [0; 16];
        for row in 0..4 {
            block[4 * row..][..4].copy_from_slice(&self.0[4 * y + row][4 * x..][..4]);
        }
        block
    }

    /// Sets the samples of the luma block in column `x` and row `y` of blocks.
    #[inline(always)]
    pub(crate) fn set_subblock(&mut self, x: usize, y: usize, block: &[u8; 16]) {
        for row in 0..4 {
            self.0[4 * y + row][4 * x..][..4].copy_from_slice(&block[4 * row..][..4]);
        }
    }
}

/// Coefficients or levels of a macroblock: 16 luma blocks, 8 chroma blocks in kernel order (U0 U1 V0 V1
/// U2 U3 V2 V3), and the block Y2 of luma DC coefficients.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Coefficients(pub(crate) [[i16; 16]; 25]);

impl Coefficients {
    pub(crate) const fn new() -> Self {
        Self([[0; 16]; 25])
    }
}

/// A mode that predicts all luma or all chroma of a macroblock (RFC 6386, section 12.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum WholeMode {
    Dc,
    Vertical,
    Horizontal,
    TrueMotion,
}

impl WholeMode {
    pub(crate) const ALL: [Self; 4] =
        [Self::Dc, Self::Vertical, Self::Horizontal, Self::TrueMotion];
}

/// The samples beside luma or chroma that whole modes predict from.
///
/// The two elements of each pair belong to columns 0 to 7 and 8 to 15. For luma, both are equal.
#[derive(Debug, Clone)]
#[repr(C, align(32))]
pub(crate) struct Edges {
    /// The row above.
    pub(crate) top: [u8; 16],
    /// The column on the left, one sample for each row.
    pub(crate) left: [[u8; 16]; 2],
    /// The sample above the left column.
    pub(crate) corner: [u8; 2],
    /// The prediction of mode DC.
    pub(crate) dc: [u8; 2],
}

/// The samples beside a subblock: the left column upwards, the corner, and 8 samples of the row above
/// (section 12.3). After them, the last sample of the row above and twice the lowest of the left column,
/// so that [`SUBBLOCK_SHUFFLES`] needs no special cases.
pub(crate) type SubblockEdge = [u8; 16];

/// The sources of the 16 predicted samples, for the modes from `B_VE_PRED` to `B_HU_PRED`.
///
/// A value `i` below 16 is the average of the edge samples `i - 1`, `i` (counted twice) and `i + 1`; for `i =
/// 0`, sample 0 takes the place of `i - 1`. A value `16 + i` is the average of the samples `i` and `i + 1`.
pub(crate) const SUBBLOCK_SHUFFLES: [[u8; 16]; 8] = [
    [5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8],
    [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0],
    [6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12],
    [4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4],
    [20, 21, 22, 23, 4, 5, 6, 7, 3, 20, 21, 22, 2, 4, 5, 6],
    [21, 22, 23, 24, 6, 7, 8, 9, 22, 23, 24, 10, 7, 8, 9, 11],
    [19, 4, 5, 6, 18, 3, 19, 4, 17, 2, 18, 3, 16, 1, 17, 2],
    [18, 2, 17, 1, 17, 1, 16, 0, 16, 0, 30, 30, 30, 30, 30, 30],
];

/// The quantization of one kind of block in one segment, by position in the block.
#[derive(Debug, Clone)]
#[repr(C, align(32))]
pub(crate) struct Quantizer {
    /// The dequantization factors.
    pub(crate) step: [u16; 16],
    /// `2^16 / step`, rounded up.
    pub(crate) reciprocal: [u16; 16],
    /// The value added to a magnitude before division. If it is less than half a step, there is a dead zone.
    pub(crate) rounding: [u16; 16],
}

impl Quantizer {
    /// Creates a quantizer. `rounding` is in 256ths of a step, for each coefficient in coding order.
    pub(crate) fn new(dc_step: u16, ac_step: u16, rounding: &[u16; 16]) -> Self {
        let mut quantizer = Self {
            step: [0; 16],
            reciprocal: [0; 16],
            rounding: [0; 16],
        };
        for (index, &position) in ZIGZAG.iter().enumerate() {
            let step = if position == 0 { dc_step } else { ac_step };
            quantizer.step[position] = step;
            quantizer.reciprocal[position] = (65535 / step) + 1;
            quantizer.rounding[position] =
                ((u32::from(step) * u32::from(rounding[index])) >> 8) as u16;
        }
        quantizer
    }
}

/// The luma prediction of a macroblock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LumaModes {
    /// One mode for the whole macroblock.
    Whole(WholeMode),
    /// A mode for each subblock (`B_PRED`), with 4 bits per mode. The first mode is in the lowest bits.
    Subblocks(u64),
}

impl LumaModes {
    pub(crate) fn from_subblocks(modes: &[u8; 16]) -> Self {
        Self::Subblocks(
            modes
                .iter()
                .rev()
                .fold(0, |packed, &mode| (packed << 4) | u64::from(mode)),
        )
    }

    /// Returns the mode of subblock `index`. A whole mode counts as its counterpart (section 11.3).
    pub(crate) fn subblock(self, index: usize) -> u8 {
        match self {
            Self::Whole(mode) => as_subblock_mode(mode),
            Self::Subblocks(packed) => ((packed >> (4 * index)) & 15) as u8,
        }
    }
}

/// Returns the subblock mode that stands for `mode` as context of the subblocks beside it.
fn as_subblock_mode(mode: WholeMode) -> u8 {
    match mode {
        WholeMode::Dc => 0,
        WholeMode::TrueMotion => 1,
        WholeMode::Vertical => 2,
        WholeMode::Horizontal => 3,
    }
}
