//! Kernels over rows of 8 samples, two blocks at a time.
//!
//! A register of 8 words holds a row of two blocks, 4 words each, unless stated otherwise.

use std::arch::x86_64::*;

use super::super::super::scalar::{FORWARD_COS, FORWARD_SIN, INVERSE_COS, INVERSE_SIN};
use super::super::super::{Edges, Quantizer, WholeMode};
use super::super::memory::{load_i16_halves, load_u8, store_i16_halves, store_u8};
use super::super::subblock::quantize as quantize_block;

/// Four rows of two blocks.
type Rows = [__m128i; 4];

/// Returns the words of samples `8 * half` to `8 * half + 7`.
#[inline]
#[target_feature(enable = "sse4.1")]
fn widen(row: &[u8; 16], half: usize) -> __m128i {
    let samples = u64::from_le_bytes(row.as_chunks::<8>().0[half]);
    _mm_cvtepu8_epi16(_mm_cvtsi64_si128(samples as i64))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn widen_rows(rows: &[[u8; 16]; 4], half: usize) -> Rows {
    [
        widen(&rows[0], half),
        widen(&rows[1], half),
        widen(&rows[2], half),
        widen(&rows[3], half),
    ]
}

/// Transposes two blocks: register `i` of the result has column `i` of each.
#[inline]
#[target_feature(enable = "sse4.1")]
fn transpose([a, b, c, d]: Rows) -> Rows {
    let (ab_low, ab_high) = (_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
    let (cd_low, cd_high) = (_mm_unpacklo_epi16(c, d), _mm_unpackhi_epi16(c, d));
    let first = [
        _mm_unpacklo_epi32(ab_low, cd_low),
        _mm_unpackhi_epi32(ab_low, cd_low),
    ];
    let second = [
        _mm_unpacklo_epi32(ab_high, cd_high),
        _mm_unpackhi_epi32(ab_high, cd_high),
    ];
    [
        _mm_unpacklo_epi64(first[0], second[0]),
        _mm_unpackhi_epi64(first[0], second[0]),
        _mm_unpacklo_epi64(first[1], second[1]),
        _mm_unpackhi_epi64(first[1], second[1]),
    ]
}

/// Returns a Hadamard transform of columns, and the first half of that of rows.
#[inline]
#[target_feature(enable = "sse4.1")]
fn hadamard_halves(rows: Rows) -> Rows {
    let (a, b) = (
        _mm_add_epi16(rows[0], rows[2]),
        _mm_add_epi16(rows[1], rows[3]),
    );
    let (c, d) = (
        _mm_sub_epi16(rows[0], rows[2]),
        _mm_sub_epi16(rows[1], rows[3]),
    );
    let columns = transpose([
        _mm_add_epi16(a, b),
        _mm_sub_epi16(a, b),
        _mm_add_epi16(c, d),
        _mm_sub_epi16(c, d),
    ]);
    [
        _mm_add_epi16(columns[0], columns[2]),
        _mm_add_epi16(columns[1], columns[3]),
        _mm_sub_epi16(columns[0], columns[2]),
        _mm_sub_epi16(columns[1], columns[3]),
    ]
}

/// Returns half the sums of absolute Hadamard coefficients, from the first half of the transform. The sum
/// of a block is spread over four words.
#[inline]
#[target_feature(enable = "sse4.1")]
fn half_sums([a, b, c, d]: Rows) -> __m128i {
    // |a + b| + |a - b| = 2 max(|a|, |b|)
    let first = _mm_max_epi16(_mm_abs_epi16(a), _mm_abs_epi16(b));
    let second = _mm_max_epi16(_mm_abs_epi16(c), _mm_abs_epi16(d));
    _mm_add_epi16(first, second)
}

#[target_feature(enable = "sse4.1")]
pub(super) fn energies(source: &[[u8; 16]]) -> [u16; 16] {
    let mut halves = [[_mm_setzero_si128(); 2]; 4];
    let first_of_block = _mm_set1_epi64x(0xffff);
    for (halves, rows) in halves.iter_mut().zip(source.as_chunks::<4>().0) {
        for (half, sums) in halves.iter_mut().enumerate() {
            let transformed = hadamard_halves(widen_rows(rows, half));
            let dc = _mm_abs_epi16(_mm_add_epi16(transformed[0], transformed[1]));
            let all = _mm_madd_epi16(half_sums(transformed), _mm_set1_epi16(2));
            *sums = _mm_sub_epi32(all, _mm_and_si128(dc, first_of_block));
        }
    }
    let [a, b, c, d] = halves.map(|[left, right]| _mm_hadd_epi32(left, right));
    let mut out = [0; 16];
    store_i16_halves([_mm_packus_epi32(a, b), _mm_packus_epi32(c, d)], &mut out);
    out.map(|value| value as u16)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn word(sample: u8) -> __m128i {
    _mm_set1_epi16(sample.into())
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn clamp(values: __m128i) -> __m128i {
    _mm_min_epi16(
        _mm_max_epi16(values, _mm_setzero_si128()),
        _mm_set1_epi16(255),
    )
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn subtract(rows: Rows, prediction: Rows) -> Rows {
    [
        _mm_sub_epi16(rows[0], prediction[0]),
        _mm_sub_epi16(rows[1], prediction[1]),
        _mm_sub_epi16(rows[2], prediction[2]),
        _mm_sub_epi16(rows[3], prediction[3]),
    ]
}

/// Adds the scores of the modes for samples `8 * half` to `8 * half + 7` of each row.
#[inline]
#[target_feature(enable = "sse4.1")]
fn add_scores(source: &[[u8; 16]], edges: &Edges, half: usize, sums: &mut [__m128i; 4]) {
    let top = widen(&edges.top, half);
    let gradient = _mm_sub_epi16(top, word(edges.corner[half]));
    let dc = word(edges.dc[half]);
    let groups = source
        .as_chunks::<4>()
        .0
        .iter()
        .zip(edges.left[half].as_chunks::<4>().0);
    for (rows, left) in groups {
        let rows = widen_rows(rows, half);
        let left = [word(left[0]), word(left[1]), word(left[2]), word(left[3])];
        let true_motion = [
            clamp(_mm_add_epi16(gradient, left[0])),
            clamp(_mm_add_epi16(gradient, left[1])),
            clamp(_mm_add_epi16(gradient, left[2])),
            clamp(_mm_add_epi16(gradient, left[3])),
        ];
        for (sum, prediction) in sums.iter_mut().zip([[dc; 4], [top; 4], left, true_motion]) {
            let words = half_sums(hadamard_halves(subtract(rows, prediction)));
            *sum = _mm_add_epi32(*sum, _mm_madd_epi16(words, _mm_set1_epi16(2)));
        }
    }
}

#[target_feature(enable = "sse4.1")]
pub(super) fn score(source: &[[u8; 16]], edges: &Edges) -> [u32; 4] {
    let mut sums = [_mm_setzero_si128(); 4];
    for half in 0..2 {
        add_scores(source, edges, half, &mut sums);
    }
    let low = _mm_hadd_epi32(sums[0], sums[1]);
    let high = _mm_hadd_epi32(sums[2], sums[3]);
    let total = _mm_hadd_epi32(low, high);
    [
        _mm_extract_epi32::<0>(total) as u32,
        _mm_extract_epi32::<1>(total) as u32,
        _mm_extract_epi32::<2>(total) as u32,
        _mm_extract_epi32::<3>(total) as u32,
    ]
}

#[target_feature(enable = "sse4.1")]
pub(super) fn squared_error(a: &[[u8; 16]], b: &[[u8; 16]]) -> u32 {
    let mut sum = _mm_setzero_si128();
    let zero = _mm_setzero_si128();
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (load_u8(a), load_u8(b));
        let difference = _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a));
        let low = _mm_unpacklo_epi8(difference, zero);
        let high = _mm_unpackhi_epi8(difference, zero);
        sum = _mm_add_epi32(sum, _mm_madd_epi16(low, low));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(high, high));
    }
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0x4e>(sum));
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0xb1>(sum));
    _mm_cvtsi128_si32(sum) as u32
}

#[target_feature(enable = "sse4.1")]
pub(super) fn predict(edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]) {
    let halves = |left: u8, right: u8| {
        store_u8(_mm_unpacklo_epi64(
            _mm_set1_epi8(left as i8),
            _mm_set1_epi8(right as i8),
        ))
    };
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
            let gradient_a = _mm_sub_epi16(widen(&edges.top, 0), word(edges.corner[0]));
            let gradient_b = _mm_sub_epi16(widen(&edges.top, 1), word(edges.corner[1]));
            for (row, (&a, &b)) in prediction.iter_mut().zip(lefts) {
                let a = _mm_add_epi16(gradient_a, word(a));
                let b = _mm_add_epi16(gradient_b, word(b));
                *row = store_u8(_mm_packus_epi16(a, b));
            }
        }
    }
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn forward_step([a, b, c, d]: Rows) -> Rows {
    let (cos, sin) = (_mm_set1_epi16(FORWARD_COS), _mm_set1_epi16(FORWARD_SIN));
    let (sum, inner_sum) = (_mm_add_epi16(a, d), _mm_add_epi16(b, c));
    let (outer, inner) = (_mm_sub_epi16(a, d), _mm_sub_epi16(b, c));
    let scaled_outer = _mm_add_epi16(outer, _mm_mulhrs_epi16(outer, cos));
    let scaled_inner = _mm_add_epi16(inner, _mm_mulhrs_epi16(inner, cos));
    [
        _mm_add_epi16(sum, inner_sum),
        _mm_add_epi16(scaled_outer, _mm_mulhrs_epi16(inner, sin)),
        _mm_sub_epi16(sum, inner_sum),
        _mm_sub_epi16(_mm_mulhrs_epi16(outer, sin), scaled_inner),
    ]
}

/// Transforms the residual of two blocks into rows of the first and rows of the second, two a register.
#[inline]
#[target_feature(enable = "sse4.1")]
fn forward_pair(source: Rows, prediction: Rows) -> [[__m128i; 2]; 2] {
    let mut rows = subtract(source, prediction);
    for row in &mut rows {
        *row = _mm_slli_epi16::<3>(*row);
    }
    let mut columns = forward_step(transpose(forward_step(rows)));
    for column in &mut columns {
        *column = _mm_srai_epi16::<4>(_mm_add_epi16(*column, _mm_set1_epi16(8)));
    }
    let [a, b, c, d] = columns;
    let (ab_low, ab_high) = (_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
    let (cd_low, cd_high) = (_mm_unpacklo_epi16(c, d), _mm_unpackhi_epi16(c, d));
    [
        [
            _mm_unpacklo_epi32(ab_low, cd_low),
            _mm_unpackhi_epi32(ab_low, cd_low),
        ],
        [
            _mm_unpacklo_epi32(ab_high, cd_high),
            _mm_unpackhi_epi32(ab_high, cd_high),
        ],
    ]
}

#[target_feature(enable = "sse4.1")]
pub(super) fn forward(source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]) {
    let groups = source
        .as_chunks::<4>()
        .0
        .iter()
        .zip(prediction.as_chunks::<4>().0);
    for ((source, prediction), out) in groups.zip(out.as_chunks_mut::<4>().0) {
        for (half, out) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let [first, second] =
                forward_pair(widen_rows(source, half), widen_rows(prediction, half));
            store_i16_halves(first, &mut out[0]);
            store_i16_halves(second, &mut out[1]);
        }
    }
}

#[target_feature(enable = "sse4.1")]
pub(super) fn quantize(
    coefficients: &mut [[i16; 16]],
    quantizer: &Quantizer,
    levels: &mut [[i16; 16]],
    nonzero: &mut [u16],
) {
    for ((block, levels), nonzero) in coefficients.iter_mut().zip(levels).zip(nonzero) {
        let (dequantized, bits) = quantize_block(load_i16_halves(block), quantizer, levels);
        store_i16_halves(dequantized, block);
        *nonzero = bits;
    }
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn inverse_step([a, b, c, d]: Rows) -> Rows {
    let cos = _mm_set1_epi16(INVERSE_COS as i16);
    // The factor is above 2^15 and wraps around, which subtracts the value once too often.
    let sin = _mm_set1_epi16(INVERSE_SIN as u16 as i16);
    let scale_cos = |value| _mm_add_epi16(value, _mm_mulhi_epi16(value, cos));
    let scale_sin = |value| _mm_add_epi16(value, _mm_mulhi_epi16(value, sin));
    let (sum, difference) = (_mm_add_epi16(a, c), _mm_sub_epi16(a, c));
    let low = _mm_sub_epi16(scale_sin(b), scale_cos(d));
    let high = _mm_add_epi16(scale_cos(b), scale_sin(d));
    [
        _mm_add_epi16(sum, high),
        _mm_add_epi16(difference, low),
        _mm_sub_epi16(difference, low),
        _mm_sub_epi16(sum, high),
    ]
}

/// Returns the rows of the residual of two blocks.
#[inline]
#[target_feature(enable = "sse4.1")]
fn inverse_pair(first: &[i16; 16], second: &[i16; 16]) -> Rows {
    let [first_01, first_23] = load_i16_halves(first);
    let [second_01, second_23] = load_i16_halves(second);
    let mut columns = transpose(inverse_step([
        _mm_unpacklo_epi64(first_01, second_01),
        _mm_unpackhi_epi64(first_01, second_01),
        _mm_unpacklo_epi64(first_23, second_23),
        _mm_unpackhi_epi64(first_23, second_23),
    ]));
    columns[0] = _mm_add_epi16(columns[0], _mm_set1_epi16(4));
    let mut rows = transpose(inverse_step(columns));
    for row in &mut rows {
        *row = _mm_srai_epi16::<3>(*row);
    }
    rows
}

#[target_feature(enable = "sse4.1")]
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
            let left = _mm_add_epi16(left[i], widen(&prediction[i], 0));
            let right = _mm_add_epi16(right[i], widen(&prediction[i], 1));
            *out = store_u8(_mm_packus_epi16(left, right));
        }
    }
}
