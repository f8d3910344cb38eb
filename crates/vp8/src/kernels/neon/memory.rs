//! Loads and stores through arrays, which compile to single instructions.
//!
//! Elements of registers are in the order of memory on little-endian processors only.

use std::arch::aarch64::*;

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_u8(bytes: &[u8; 16]) -> uint8x16_t {
    let [low, high] = [load_half(bytes, 0), load_half(bytes, 1)];
    vcombine_u8(low, high)
}

/// Returns the samples `8 * half` to `8 * half + 7`.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_half(bytes: &[u8; 16], half: usize) -> uint8x8_t {
    vcreate_u8(u64::from_le_bytes(bytes.as_chunks::<8>().0[half]))
}

/// Returns the samples, four at a time, so that rows of blocks can be stored from registers.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn store_u8(value: uint8x16_t) -> [u8; 16] {
    let value = vreinterpretq_u32_u8(value);
    let mut out = [0; 16];
    out[..4].copy_from_slice(&vgetq_lane_u32::<0>(value).to_le_bytes());
    out[4..8].copy_from_slice(&vgetq_lane_u32::<1>(value).to_le_bytes());
    out[8..12].copy_from_slice(&vgetq_lane_u32::<2>(value).to_le_bytes());
    out[12..].copy_from_slice(&vgetq_lane_u32::<3>(value).to_le_bytes());
    out
}

/// Loads 8 elements from `i` on.
macro_rules! load_words {
    ($a:ident, $i:literal) => {{
        let words = vdupq_n_u16($a[$i] as u16);
        let words = vsetq_lane_u16::<1>($a[$i + 1] as u16, words);
        let words = vsetq_lane_u16::<2>($a[$i + 2] as u16, words);
        let words = vsetq_lane_u16::<3>($a[$i + 3] as u16, words);
        let words = vsetq_lane_u16::<4>($a[$i + 4] as u16, words);
        let words = vsetq_lane_u16::<5>($a[$i + 5] as u16, words);
        let words = vsetq_lane_u16::<6>($a[$i + 6] as u16, words);
        vsetq_lane_u16::<7>($a[$i + 7] as u16, words)
    }};
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_u16(values: &[u16; 16]) -> [uint16x8_t; 2] {
    [load_words!(values, 0), load_words!(values, 8)]
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_i16(values: &[i16; 16]) -> [int16x8_t; 2] {
    let (low, high) = (load_words!(values, 0), load_words!(values, 8));
    [vreinterpretq_s16_u16(low), vreinterpretq_s16_u16(high)]
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn store_u16_half(value: uint16x8_t) -> [u16; 8] {
    [
        vgetq_lane_u16::<0>(value),
        vgetq_lane_u16::<1>(value),
        vgetq_lane_u16::<2>(value),
        vgetq_lane_u16::<3>(value),
        vgetq_lane_u16::<4>(value),
        vgetq_lane_u16::<5>(value),
        vgetq_lane_u16::<6>(value),
        vgetq_lane_u16::<7>(value),
    ]
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn store_u16([low, high]: [uint16x8_t; 2], out: &mut [u16; 16]) {
    out[..8].copy_from_slice(&store_u16_half(low));
    out[8..].copy_from_slice(&store_u16_half(high));
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn store_i16([low, high]: [int16x8_t; 2], out: &mut [i16; 16]) {
    let (low, high) = (vreinterpretq_u16_s16(low), vreinterpretq_u16_s16(high));
    out[..8].copy_from_slice(&store_u16_half(low).map(|value| value as i16));
    out[8..].copy_from_slice(&store_u16_half(high).map(|value| value as i16));
}
