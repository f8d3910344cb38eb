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

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn store_u8(value: uint8x16_t) -> [u8; 16] {
    let value = vreinterpretq_u64_u8(value);
    let low = vgetq_lane_u64::<0>(value);
    let high = vgetq_lane_u64::<1>(value);
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

#[inline]
#[target_feature(enable = "neon")]
fn load_words([a, b, c, d]: [u16; 4]) -> uint16x4_t {
    let low = u64::from(a) | u64::from(b) << 16;
    vcreate_u16(low | u64::from(c) << 32 | u64::from(d) << 48)
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_u16(values: &[u16; 16]) -> [uint16x8_t; 2] {
    let words = values.as_chunks::<4>().0;
    let low = vcombine_u16(load_words(words[0]), load_words(words[1]));
    let high = vcombine_u16(load_words(words[2]), load_words(words[3]));
    [low, high]
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn load_i16(values: &[i16; 16]) -> [int16x8_t; 2] {
    let [low, high] = load_u16(&values.map(|value| value as u16));
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
