//! Transforms of a single block, in two registers of 8 words: rows 0 and 1, rows 2 and 3.

use std::arch::aarch64::*;

use super::super::scalar::{FORWARD_COS, FORWARD_SIN, INVERSE_COS, INVERSE_SIN};

/// Returns a register whose halves are `low` and `high`, 4 times each.
#[inline]
#[target_feature(enable = "neon")]
fn halves(low: i16, high: i16) -> int16x8_t {
    vcombine_s16(vdup_n_s16(low), vdup_n_s16(high))
}

#[inline]
#[target_feature(enable = "neon")]
fn low_twice(value: int16x8_t) -> int16x8_t {
    vreinterpretq_s16_s64(vdupq_laneq_s64::<0>(vreinterpretq_s64_s16(value)))
}

#[inline]
#[target_feature(enable = "neon")]
fn high_twice(value: int16x8_t) -> int16x8_t {
    vreinterpretq_s16_s64(vdupq_laneq_s64::<1>(vreinterpretq_s64_s16(value)))
}

#[inline]
#[target_feature(enable = "neon")]
fn swap_halves(value: int16x8_t) -> int16x8_t {
    vextq_s16::<4>(value, value)
}

/// Transforms columns. Returns rows 0 and 2, and rows 1 and 3.
#[inline]
#[target_feature(enable = "neon")]
fn forward_step([rows_01, rows_23]: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let plus_minus = halves(1, -1);
    let rows_32 = swap_halves(rows_23);
    let sums = vaddq_s16(rows_01, rows_32);
    let differences = vsubq_s16(rows_01, rows_32);
    let even = vmlaq_s16(low_twice(sums), high_twice(sums), plus_minus);
    let (outer, inner) = (low_twice(differences), high_twice(differences));
    let scaled_outer = vqrdmulhq_s16(outer, halves(FORWARD_COS, FORWARD_SIN));
    let scaled_inner = vqrdmulhq_s16(inner, halves(FORWARD_SIN, FORWARD_COS));
    let outer = vmlaq_s16(scaled_outer, outer, halves(1, 0));
    let inner = vmlaq_s16(scaled_inner, inner, halves(0, 1));
    [even, vmlaq_s16(outer, inner, plus_minus)]
}

/// Transposes rows 0 and 2, and rows 1 and 3, to columns 0 and 1, and columns 2 and 3.
#[inline]
#[target_feature(enable = "neon")]
fn transpose_interleaved([even, odd]: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let low = vreinterpretq_s32_s16(vzip1q_s16(even, odd));
    let high = vreinterpretq_s32_s16(vzip2q_s16(even, odd));
    [
        vreinterpretq_s16_s32(vzip1q_s32(low, high)),
        vreinterpretq_s16_s32(vzip2q_s32(low, high)),
    ]
}

/// Returns the coefficients of a residual, as the scalar kernel does.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn forward(residual: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let scaled = [vshlq_n_s16::<3>(residual[0]), vshlq_n_s16::<3>(residual[1])];
    let columns = transpose_interleaved(forward_step(scaled));
    let [a, b] = transpose_interleaved(forward_step(columns));
    [vrshrq_n_s16::<4>(a), vrshrq_n_s16::<4>(b)]
}

#[inline]
#[target_feature(enable = "neon")]
fn inverse_step([rows_01, rows_23]: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let plus_minus = halves(1, -1);
    // The sine is above 2^15 and wraps around, which subtracts the value once too often.
    let (cos, sin) = (INVERSE_COS as i16, INVERSE_SIN as u16 as i16);
    let even = vmlaq_s16(low_twice(rows_01), low_twice(rows_23), plus_minus);
    let (second, fourth) = (high_twice(rows_01), high_twice(rows_23));
    // The multiplication doubles products before it drops their lower halves.
    let second = vsraq_n_s16::<1>(second, vqdmulhq_s16(second, halves(cos, sin)));
    let fourth = vsraq_n_s16::<1>(fourth, vqdmulhq_s16(fourth, halves(sin, cos)));
    let odd = vmlaq_s16(second, fourth, plus_minus);
    [vaddq_s16(even, odd), swap_halves(vsubq_s16(even, odd))]
}

#[inline]
#[target_feature(enable = "neon")]
fn transpose([rows_01, rows_23]: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let (low, high) = (vzip1q_s16(rows_01, rows_23), vzip2q_s16(rows_01, rows_23));
    [vzip1q_s16(low, high), vzip2q_s16(low, high)]
}

/// Returns the residual of coefficients (RFC 6386, section 14.3).
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn inverse(coefficients: [int16x8_t; 2]) -> [int16x8_t; 2] {
    let columns = transpose(inverse_step(coefficients));
    let [a, b] = transpose(inverse_step(columns));
    [vrshrq_n_s16::<3>(a), vrshrq_n_s16::<3>(b)]
}
