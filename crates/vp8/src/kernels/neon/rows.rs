//! Kernels over rows of 8 samples, two blocks at a time.
//!
//! A register of 8 words holds a row of two blocks, 4 words each, unless stated otherwise.

use std::arch::aarch64::*;

use super::super::scalar::{FORWARD_COS, FORWARD_SIN, INVERSE_COS, INVERSE_SIN};
use super::super::{Edges, Quantizer, WholeMode};
use super::memory::{load_half, load_i16, store_i16, store_u8, store_u16};
use super::quantize::quantize as quantize_block;

/// Four rows of two blocks.
type Rows = [int16x8_t; 4];

/// Returns the differences of samples as words.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn subtract(a: uint8x8_t, b: uint8x8_t) -> int16x8_t {
    vreinterpretq_s16_u16(vsubl_u8(a, b))
}

#[inline]
#[target_feature(enable = "neon")]
fn subtract_rows(rows: [uint8x8_t; 4], prediction: [uint8x8_t; 4]) -> Rows {
    [
        subtract(rows[0], prediction[0]),
        subtract(rows[1], prediction[1]),
        subtract(rows[2], prediction[2]),
        subtract(rows[3], prediction[3]),
    ]
}

/// Returns the samples `8 * half` to `8 * half + 7` of rows.
#[inline]
#[target_feature(enable = "neon")]
fn load_rows(rows: &[[u8; 16]; 4], half: usize) -> [uint8x8_t; 4] {
    [
        load_half(&rows[0], half),
        load_half(&rows[1], half),
        load_half(&rows[2], half),
        load_half(&rows[3], half),
    ]
}

/// Returns the even words of `a` and `b` in turn, and the odd ones.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn transpose_words(a: int16x8_t, b: int16x8_t) -> [int16x8_t; 2] {
    [vtrn1q_s16(a, b), vtrn2q_s16(a, b)]
}

/// Returns the even double words of `a` and `b` in turn, and the odd ones.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn transpose_double_words(a: int16x8_t, b: int16x8_t) -> [int16x8_t; 2] {
    let (a, b) = (vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b));
    [
        vreinterpretq_s16_s32(vtrn1q_s32(a, b)),
        vreinterpretq_s16_s32(vtrn2q_s32(a, b)),
    ]
}

/// Returns the low halves of `a` and `b`, and the high ones.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn transpose_halves(a: int16x8_t, b: int16x8_t) -> [int16x8_t; 2] {
    let (a, b) = (vreinterpretq_s64_s16(a), vreinterpretq_s64_s16(b));
    [
        vreinterpretq_s16_s64(vtrn1q_s64(a, b)),
        vreinterpretq_s16_s64(vtrn2q_s64(a, b)),
    ]
}

/// Transposes two blocks: register `i` of the result has column `i` of each.
#[inline]
#[target_feature(enable = "neon")]
fn transpose([a, b, c, d]: Rows) -> Rows {
    let [ab_even, ab_odd] = transpose_words(a, b);
    let [cd_even, cd_odd] = transpose_words(c, d);
    let [column_0, column_2] = transpose_double_words(ab_even, cd_even);
    let [column_1, column_3] = transpose_double_words(ab_odd, cd_odd);
    [column_0, column_1, column_2, column_3]
}

/// Returns a Hadamard transform of columns, and the first half of that of rows.
#[inline]
#[target_feature(enable = "neon")]
fn hadamard_halves(rows: Rows) -> Rows {
    let (a, b) = (vaddq_s16(rows[0], rows[2]), vaddq_s16(rows[1], rows[3]));
    let (c, d) = (vsubq_s16(rows[0], rows[2]), vsubq_s16(rows[1], rows[3]));
    let columns = transpose([
        vaddq_s16(a, b),
        vsubq_s16(a, b),
        vaddq_s16(c, d),
        vsubq_s16(c, d),
    ]);
    [
        vaddq_s16(columns[0], columns[2]),
        vaddq_s16(columns[1], columns[3]),
        vsubq_s16(columns[0], columns[2]),
        vsubq_s16(columns[1], columns[3]),
    ]
}

/// Returns half the sums of absolute Hadamard coefficients, from the first half of the transform. The sum
/// of a block is spread over four words.
#[inline]
#[target_feature(enable = "neon")]
fn half_sums([a, b, c, d]: Rows) -> uint16x8_t {
    // |a + b| + |a - b| = 2 max(|a|, |b|)
    let first = vmaxq_s16(vabsq_s16(a), vabsq_s16(b));
    let second = vmaxq_s16(vabsq_s16(c), vabsq_s16(d));
    vreinterpretq_u16_s16(vaddq_s16(first, second))
}

/// Returns half the sums of absolute Hadamard coefficients of four blocks, each spread over two words, and
/// the first coefficients in words 0, 2, 4 and 6.
#[inline]
#[target_feature(enable = "neon")]
fn half_sums_and_first(rows: &[[u8; 16]; 4]) -> [uint16x8_t; 2] {
    let zeros = [vdup_n_u8(0); 4];
    let left = hadamard_halves(subtract_rows(load_rows(rows, 0), zeros));
    let right = hadamard_halves(subtract_rows(load_rows(rows, 1), zeros));
    // First coefficients are sums of samples, which are not negative.
    let first = vuzp1q_s16(vaddq_s16(left[0], left[1]), vaddq_s16(right[0], right[1]));
    [
        vpaddq_u16(half_sums(left), half_sums(right)),
        vreinterpretq_u16_s16(first),
    ]
}

#[target_feature(enable = "neon")]
pub(super) fn energies(source: &[[u8; 16]]) -> [u16; 16] {
    let mut energies = [vdupq_n_u16(0); 2];
    for (energies, groups) in energies.iter_mut().zip(source.as_chunks::<8>().0) {
        let groups = groups.as_chunks::<4>().0;
        let [sums_a, first_a] = half_sums_and_first(&groups[0]);
        let [sums_b, first_b] = half_sums_and_first(&groups[1]);
        let sums = vshlq_n_u16::<1>(vpaddq_u16(sums_a, sums_b));
        *energies = vsubq_u16(sums, vuzp1q_u16(first_a, first_b));
    }
    let mut out = [0; 16];
    store_u16(energies, &mut out);
    out
}

/// Returns the prediction of mode TM for a row whose left sample is `left`. `gradient` is the row above
/// without the corner.
#[inline]
#[target_feature(enable = "neon")]
fn true_motion(gradient: uint16x8_t, left: uint8x8_t) -> uint8x8_t {
    vqmovun_s16(vreinterpretq_s16_u16(vaddw_u8(gradient, left)))
}

/// Adds half the scores of the modes for samples `8 * half` to `8 * half + 7` of each row.
#[inline]
#[target_feature(enable = "neon")]
fn add_scores(source: &[[u8; 16]], edges: &Edges, half: usize, sums: &mut [uint32x4_t; 4]) {
    let top = load_half(&edges.top, half);
    let gradient = vsubl_u8(top, vdup_n_u8(edges.corner[half]));
    let dc = vdup_n_u8(edges.dc[half]);
    let groups = source
        .as_chunks::<4>()
        .0
        .iter()
        .zip(edges.left[half].as_chunks::<4>().0);
    for (rows, left) in groups {
        let rows = load_rows(rows, half);
        let left = [
            vdup_n_u8(left[0]),
            vdup_n_u8(left[1]),
            vdup_n_u8(left[2]),
            vdup_n_u8(left[3]),
        ];
        let true_motion = [
            true_motion(gradient, left[0]),
            true_motion(gradient, left[1]),
            true_motion(gradient, left[2]),
            true_motion(gradient, left[3]),
        ];
        for (sum, prediction) in sums.iter_mut().zip([[dc; 4], [top; 4], left, true_motion]) {
            let words = half_sums(hadamard_halves(subtract_rows(rows, prediction)));
            *sum = vpadalq_u16(*sum, words);
        }
    }
}

#[target_feature(enable = "neon")]
pub(super) fn score(source: &[[u8; 16]], edges: &Edges) -> [u32; 4] {
    let mut sums = [vdupq_n_u32(0); 4];
    for half in 0..2 {
        add_scores(source, edges, half, &mut sums);
    }
    let (low, high) = (vpaddq_u32(sums[0], sums[1]), vpaddq_u32(sums[2], sums[3]));
    let total = vshlq_n_u32::<1>(vpaddq_u32(low, high));
    [
        vgetq_lane_u32::<0>(total),
        vgetq_lane_u32::<1>(total),
        vgetq_lane_u32::<2>(total),
        vgetq_lane_u32::<3>(total),
    ]
}

#[target_feature(enable = "neon")]
pub(super) fn squared_error(a: &[[u8; 16]], b: &[[u8; 16]]) -> u32 {
    let mut sums = [vdupq_n_u32(0); 2];
    for (a, b) in a.iter().zip(b) {
        for (half, sum) in sums.iter_mut().enumerate() {
            let difference = vabd_u8(load_half(a, half), load_half(b, half));
            *sum = vpadalq_u16(*sum, vmull_u8(difference, difference));
        }
    }
    vaddvq_u32(vaddq_u32(sums[0], sums[1]))
}

#[target_feature(enable = "neon")]
pub(super) fn predict(edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]) {
    let halves = |left: u8, right: u8| store_u8(vcombine_u8(vdup_n_u8(left), vdup_n_u8(right)));
    let lefts = edges.left[0].iter().zip(&edges.left[1]);
    match mode {
        WholeMode::Dc => prediction.fill(halves(edges.dc[0], edges.dc[1])),
        WholeMode::Vertical => prediction.fill(edges.top),
        WholeMode::Horizontal => {
            for (row, (&a, &b)) in prediction.iter_mut().zip(lefts) {
                *row = halves(a, b);
            }
        }
        WholeMode::TrueMotion => {
            let gradient =
                |half| vsubl_u8(load_half(&edges.top, half), vdup_n_u8(edges.corner[half]));
            let (gradient_a, gradient_b) = (gradient(0), gradient(1));
            for (row, (&a, &b)) in prediction.iter_mut().zip(lefts) {
                let a = true_motion(gradient_a, vdup_n_u8(a));
                let b = true_motion(gradient_b, vdup_n_u8(b));
                *row = store_u8(vcombine_u8(a, b));
            }
        }
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn forward_step([a, b, c, d]: Rows) -> Rows {
    let (sum, inner_sum) = (vaddq_s16(a, d), vaddq_s16(b, c));
    let (outer, inner) = (vsubq_s16(a, d), vsubq_s16(b, c));
    let scaled_outer = vaddq_s16(outer, vqrdmulhq_n_s16(outer, FORWARD_COS));
    let scaled_inner = vaddq_s16(inner, vqrdmulhq_n_s16(inner, FORWARD_COS));
    [
        vaddq_s16(sum, inner_sum),
        vaddq_s16(scaled_outer, vqrdmulhq_n_s16(inner, FORWARD_SIN)),
        vsubq_s16(sum, inner_sum),
        vsubq_s16(vqrdmulhq_n_s16(outer, FORWARD_SIN), scaled_inner),
    ]
}

/// Transforms the residual of two blocks into rows of the first and rows of the second, two a register.
#[inline]
#[target_feature(enable = "neon")]
fn forward_pair(mut rows: Rows) -> [[int16x8_t; 2]; 2] {
    for row in &mut rows {
        *row = vshlq_n_s16::<3>(*row);
    }
    let mut rows = transpose(forward_step(transpose(forward_step(rows))));
    for row in &mut rows {
        *row = vrshrq_n_s16::<4>(*row);
    }
    let [first_01, second_01] = transpose_halves(rows[0], rows[1]);
    let [first_23, second_23] = transpose_halves(rows[2], rows[3]);
    [[first_01, first_23], [second_01, second_23]]
}

#[target_feature(enable = "neon")]
pub(super) fn forward(source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]) {
    let groups = source
        .as_chunks::<4>()
        .0
        .iter()
        .zip(prediction.as_chunks::<4>().0);
    for ((source, prediction), out) in groups.zip(out.as_chunks_mut::<4>().0) {
        for (half, out) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let residual = subtract_rows(load_rows(source, half), load_rows(prediction, half));
            let [first, second] = forward_pair(residual);
            store_i16(first, &mut out[0]);
            store_i16(second, &mut out[1]);
        }
    }
}

#[target_feature(enable = "neon")]
pub(super) fn quantize(
    coefficients: &mut [[i16; 16]],
    quantizer: &Quantizer,
    levels: &mut [[i16; 16]],
    nonzero: &mut [u16],
) {
    for ((block, levels), nonzero) in coefficients.iter_mut().zip(levels).zip(nonzero) {
        let (dequantized, bits) = quantize_block(load_i16(block), quantizer, levels);
        store_i16(dequantized, block);
        *nonzero = bits;
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn inverse_step([a, b, c, d]: Rows) -> Rows {
    // The multiplication doubles products before it drops their lower halves, so the sine is halved, and
    // the product with the cosine, which is odd, is shifted once more.
    let scale_cos = |value| vsraq_n_s16::<1>(value, vqdmulhq_n_s16(value, INVERSE_COS as i16));
    let scale_sin = |value| vqdmulhq_n_s16(value, (INVERSE_SIN / 2) as i16);
    let (sum, difference) = (vaddq_s16(a, c), vsubq_s16(a, c));
    let low = vsubq_s16(scale_sin(b), scale_cos(d));
    let high = vaddq_s16(scale_cos(b), scale_sin(d));
    [
        vaddq_s16(sum, high),
        vaddq_s16(difference, low),
        vsubq_s16(difference, low),
        vsubq_s16(sum, high),
    ]
}

/// Returns the rows of the residual of two blocks.
#[inline]
#[target_feature(enable = "neon")]
fn inverse_pair(first: &[i16; 16], second: &[i16; 16]) -> Rows {
    let (first, second) = (load_i16(first), load_i16(second));
    let [row_0, row_1] = transpose_halves(first[0], second[0]);
    let [row_2, row_3] = transpose_halves(first[1], second[1]);
    let columns = transpose(inverse_step([row_0, row_1, row_2, row_3]));
    let mut rows = transpose(inverse_step(columns));
    for row in &mut rows {
        *row = vrshrq_n_s16::<3>(*row);
    }
    rows
}

/// Returns the samples of a prediction and its residual.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn reconstruct(prediction: uint8x8_t, residual: int16x8_t) -> uint8x8_t {
    let sum = vaddw_u8(vreinterpretq_u16_s16(residual), prediction);
    vqmovun_s16(vreinterpretq_s16_u16(sum))
}

#[target_feature(enable = "neon")]
pub(super) fn inverse(coefficients: &[[i16; 16]], prediction: &[[u8; 16]], out: &mut [[u8; 16]]) {
    let groups = coefficients
        .as_chunks::<4>()
        .0
        .iter()
        .zip(prediction.as_chunks::<4>().0);
    for ((blocks, prediction), out) in groups.zip(out.as_chunks_mut::<4>().0) {
        let left = inverse_pair(&blocks[0], &blocks[1]);
        let right = inverse_pair(&blocks[2], &blocks[3]);
        for (i, out) in out.iter_mut().enumerate() {
            let left = reconstruct(load_half(&prediction[i], 0), left[i]);
            let right = reconstruct(load_half(&prediction[i], 1), right[i]);
            *out = store_u8(vcombine_u8(left, right));
        }
    }
}
