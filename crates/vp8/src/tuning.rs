//! Constants that were chosen by SSIMULACRA2 at equal bytes, on half of the images of
//! `bench/quality`.

/// Returns what is added before division, in 256ths of a step, by coefficient in coding order. Errors of
/// high frequencies are seen less, so that more of them become 0.
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

/// The gain of subblocks over a whole mode from which on they are chosen, in 256ths of a bit.
pub(crate) const SUBBLOCKS_BIAS: u32 = 1024;

/// The score, in AC steps, from which on whole modes are compared with subblocks.
pub(crate) const FLAT_WEIGHT: u32 = 50;

/// The squared error that a bit is worth, in 64ths of a squared AC step.
pub(crate) const LAMBDA_WEIGHT: u32 = 2;

/// The cost of a bit in trellis quantization, in 16ths of its cost in the choice of modes. Greater values
/// save bytes, but lose more in SSIMULACRA2 than they save.
pub(crate) const TRELLIS_WEIGHT: u32 = 1;

/// The growth of the quantizer index with the activity of a segment.
pub(crate) const ACTIVITY_WEIGHT: i32 = 85;

/// The energy that is added to that of each block, so that slight noise does not count.
pub(crate) const ACTIVITY_FLOOR: u32 = 40;

/// The least difference between the indices of segments that is worth the bits of a segment map.
pub(crate) const LEAST_INDEX_RANGE: i32 = 5;

/// The level of the loop filter, in 256ths of an AC step.
pub(crate) const FILTER_STRENGTH: u32 = 56;

/// The differences of the quantizer indices of coefficients other than luma AC (RFC 6386, section 9.6): luma DC, Y2
/// DC and AC, chroma DC and AC. Chroma DC is finer, since a small error there tints whole areas:
/// each macroblock inherits it from the one before.
pub(crate) const INDEX_DELTAS: [i32; 5] = [0, -2, -5, -10, -4];
