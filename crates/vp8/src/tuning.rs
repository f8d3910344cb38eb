//! Constants that give the best SSIMULACRA2 scores at equal file sizes, measured with half of the images of
//! `bench/quality`.

/// Returns the rounding offsets in 256ths of a step, by coefficient in coding order. High frequencies are less
/// visible, so their offsets are smaller and more of them become 0.
const fn rounding(dc: u16, first: u16, last: u16) -> [u16; 16] {
    let mut rounding = [dc; 16];
    let mut index = 1;
    while index < 16 {
        rounding[index] = first - (first - last) * (index as u16 - 1) / 14;
        index += 1;
    }
    rounding
}

pub(crate) const LUMA_ROUNDING: [u16; 16] = rounding(124, 88, 50);
pub(crate) const Y2_ROUNDING: [u16; 16] = rounding(120, 110, 110);
pub(crate) const CHROMA_ROUNDING: [u16; 16] = rounding(122, 122, 105);

/// The score that a bit of a mode is worth, in 64ths of an AC step.
pub(crate) const MODE_WEIGHT: u32 = 24;

/// The least gain in score, in 256ths of a bit, at which subblock modes are chosen instead of a whole mode.
pub(crate) const SUBBLOCKS_BIAS: u32 = 1024;

/// The least score of a whole mode, in AC steps, at which subblock modes are compared.
pub(crate) const FLAT_WEIGHT: u32 = 50;

/// The squared error that a bit is worth, in 64ths of a squared AC step.
pub(crate) const LAMBDA_WEIGHT: u32 = 2;

/// The cost of a bit in trellis quantization, in 16ths of its cost in the choice of modes. Greater values
/// save bytes, but lose more in SSIMULACRA2 than they save.
pub(crate) const TRELLIS_WEIGHT: u32 = 1;

/// The growth of the quantizer index with the activity of a segment.
pub(crate) const ACTIVITY_WEIGHT: i32 = 85;

/// The energy that is added to the energy of each block, so that slight noise has no effect.
pub(crate) const ACTIVITY_FLOOR: u32 = 40;

/// The least difference between the highest and the lowest index of segments that is worth the bits of a
/// segment map.
pub(crate) const LEAST_INDEX_RANGE: i32 = 5;

/// The level of the loop filter, in 256ths of an AC step.
pub(crate) const FILTER_STRENGTH: u32 = 56;

/// The differences of the quantizer indices of coefficients other than luma AC (RFC 6386, section 9.6): luma
/// DC, Y2 DC and AC, chroma DC and AC. Chroma DC has a smaller step because an error in it tints whole areas:
/// prediction repeats the error in the next macroblocks.
pub(crate) const INDEX_DELTAS: [i32; 5] = [0, -2, -5, -10, -4];
