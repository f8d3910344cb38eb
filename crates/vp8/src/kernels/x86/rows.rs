//! Kernels over rows of 16 samples, four blocks at a time.
//!
//! A register of 16 words holds a row of four blocks, 4 words each, unless stated otherwise.

use std::arch::x86_64::*;

use super::super::scalar::{FORWARD_COS, FORWARD_SIN, INVERSE_COS, INVERSE_SIN};
use super::super::{Edges, Quantizer, WholeMode};
use super::memory::{load_i16, load_u8, load_u16, store_i16, store_u8};

#[inline]
#[target_feature(enable = "avx2")]
fn widen(row: &[u8; 16]) -> __m256i {
    _mm256_cvtepu8_epi16(load_u8(row))
}

/// Transposes four blocks: register `i` of the result has column `i` of each.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn transpose([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab_low, ab_high) = (_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi16(c, d), _mm256_unpackhi_epi16(c, d));
    let first = [
        _mm256_unpacklo_epi32(ab_low, cd_low),
        _mm256_unpackhi_epi32(ab_low, cd_low),
    ];
    let second = [
        _mm256_unpacklo_epi32(ab_high, cd_high),
        _mm256_unpackhi_epi32(ab_high, cd_high),
    ];
    [
        _mm256_unpacklo_epi64(first[0], second[0]),
        _mm256_unpackhi_epi64(first[0], second[0]),
        _mm256_unpacklo_epi64(first[1], second[1]),
        _mm256_unpackhi_epi64(first[1], second[1]),
    ]
}

/// Returns the first half of a Hadamard transform of columns, and of what remains after it.
#[inline]
#[target_feature(enable = "avx2")]
fn hadamard_halves(rows: [__m256i; 4]) -> [__m256i; 4] {
    let (a, b) = (
        _mm256_add_epi16(rows[0], rows[2]),
        _mm256_add_epi16(rows[1], rows[3]),
    );
    let (c, d) = (
        _mm256_sub_epi16(rows[0], rows[2]),
        _mm256_sub_epi16(rows[1], rows[3]),
    );
    let columns = transpose([
        _mm256_add_epi16(a, b),
        _mm256_sub_epi16(a, b),
        _mm256_add_epi16(c, d),
        _mm256_sub_epi16(c, d),
    ]);
    [
        _mm256_add_epi16(columns[0], columns[2]),
        _mm256_add_epi16(columns[1], columns[3]),
        _mm256_sub_epi16(columns[0], columns[2]),
        _mm256_sub_epi16(columns[1], columns[3]),
    ]
}

/// Returns half the sum of absolute Hadamard coefficients of each block, spread over four words.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn hadamard(rows: [__m256i; 4]) -> __m256i {
    let [a, b, c, d] = hadamard_halves(rows);
    // |a + b| + |a - b| = 2 max(|a|, |b|)
    let first = _mm256_max_epi16(_mm256_abs_epi16(a), _mm256_abs_epi16(b));
    let second = _mm256_max_epi16(_mm256_abs_epi16(c), _mm256_abs_epi16(d));
    _mm256_add_epi16(first, second)
}

#[target_feature(enable = "avx2")]
pub(super) fn energies(source: &[[u8; 16]]) -> [u16; 16] {
    let mut groups = [_mm256_setzero_si256(); 4];
    let first_of_block = _mm256_set1_epi64x(0xffff);
    for (group, rows) in groups.iter_mut().zip(source.as_chunks::<4>().0) {
        let rows = [
            widen(&rows[0]),
            widen(&rows[1]),
            widen(&rows[2]),
            widen(&rows[3]),
        ];
        let [a, b, c, d] = hadamard_halves(rows);
        let max_first = _mm256_max_epi16(_mm256_abs_epi16(a), _mm256_abs_epi16(b));
        let max_second = _mm256_max_epi16(_mm256_abs_epi16(c), _mm256_abs_epi16(d));
        let sums = _mm256_add_epi16(max_first, max_second);
        let dc = _mm256_and_si256(_mm256_abs_epi16(_mm256_add_epi16(a, b)), first_of_block);
        let all = _mm256_madd_epi16(sums, _mm256_set1_epi16(2));
        *group = _mm256_sub_epi32(all, dc);
    }
    let low = _mm256_hadd_epi32(groups[0], groups[1]);
    let high = _mm256_hadd_epi32(groups[2], groups[3]);
    let packed = _mm256_packus_epi32(low, high);
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    let mut out = [0; 16];
    store_i16(_mm256_permutevar8x32_epi32(packed, order), &mut out);
    out.map(|value| value as u16)
}

#[inline]
#[target_feature(enable = "avx2")]
fn pair(values: [u8; 2]) -> __m256i {
    _mm256_set_m128i(
        _mm_set1_epi16(values[1].into()),
        _mm_set1_epi16(values[0].into()),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn clamp(values: __m256i) -> __m256i {
    _mm256_min_epi16(
        _mm256_max_epi16(values, _mm256_setzero_si256()),
        _mm256_set1_epi16(255),
    )
}

#[target_feature(enable = "avx2")]
pub(super) fn score(source: &[[u8; 16]], edges: &Edges) -> [u32; 4] {
    let top = widen(&edges.top);
    let top_gradient = _mm256_sub_epi16(top, pair(edges.corner));
    let dc = pair(edges.dc);
    let mut sums = [_mm256_setzero_si256(); 4];
    let lefts = edges.left[0]
        .as_chunks::<4>()
        .0
        .iter()
        .zip(edges.left[1].as_chunks::<4>().0);
    for (rows, left) in source.as_chunks::<4>().0.iter().zip(lefts) {
        let mut residuals = [[_mm256_setzero_si256(); 4]; 4];
        for i in 0..4 {
            let row = widen(&rows[i]);
            let left = pair([left.0[i], left.1[i]]);
            residuals[0][i] = _mm256_sub_epi16(row, dc);
            residuals[1][i] = _mm256_sub_epi16(row, top);
            residuals[2][i] = _mm256_sub_epi16(row, left);
            let true_motion = clamp(_mm256_add_epi16(top_gradient, left));
            residuals[3][i] = _mm256_sub_epi16(row, true_motion);
        }
        for (sum, residual) in sums.iter_mut().zip(residuals) {
            let halves = _mm256_madd_epi16(hadamard(residual), _mm256_set1_epi16(2));
            *sum = _mm256_add_epi32(*sum, halves);
        }
    }
    let low = _mm256_hadd_epi32(sums[0], sums[1]);
    let high = _mm256_hadd_epi32(sums[2], sums[3]);
    let lanes = _mm256_hadd_epi32(low, high);
    let total = _mm_add_epi32(
        _mm256_castsi256_si128(lanes),
        _mm256_extracti128_si256::<1>(lanes),
    );
    [
        _mm_extract_epi32::<0>(total) as u32,
        _mm_extract_epi32::<1>(total) as u32,
        _mm_extract_epi32::<2>(total) as u32,
        _mm_extract_epi32::<3>(total) as u32,
    ]
}

#[target_feature(enable = "avx2")]
pub(super) fn squared_error(a: &[[u8; 16]], b: &[[u8; 16]]) -> u32 {
    let mut sum = _mm256_setzero_si256();
    for (a, b) in a.iter().zip(b) {
        let difference = _mm256_sub_epi16(widen(a), widen(b));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(difference, difference));
    }
    let sum = _mm_add_epi32(
        _mm256_castsi256_si128(sum),
        _mm256_extracti128_si256::<1>(sum),
    );
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0x4e>(sum));
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0xb1>(sum));
    _mm_cvtsi128_si32(sum) as u32
}

#[target_feature(enable = "avx2")]
pub(super) fn predict(edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]) {
    let halves = |left: u8, right: u8| {
        _mm_unpacklo_epi64(_mm_set1_epi8(left as i8), _mm_set1_epi8(right as i8))
    };
    match mode {
        WholeMode::Dc => {
            prediction.fill(store_u8(halves(edges.dc[0], edges.dc[1])));
        }
        WholeMode::Vertical => prediction.fill(edges.top),
        WholeMode::Horizontal => {
            for ((row, &a), &b) in prediction
                .iter_mut()
                .zip(&edges.left[0])
                .zip(&edges.left[1])
            {
                *row = store_u8(halves(a, b));
            }
        }
        WholeMode::TrueMotion => {
            let gradient = _mm256_sub_epi16(widen(&edges.top), pair(edges.corner));
            for ((row, &a), &b) in prediction
                .iter_mut()
                .zip(&edges.left[0])
                .zip(&edges.left[1])
            {
                let sums = _mm256_add_epi16(gradient, pair([a, b]));
                let packed = _mm256_packus_epi16(sums, sums);
                let packed = _mm256_permute4x64_epi64::<0xd8>(packed);
                *row = store_u8(_mm256_castsi256_si128(packed));
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn forward_step([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (cos, sin) = (
        _mm256_set1_epi16(FORWARD_COS),
        _mm256_set1_epi16(FORWARD_SIN),
    );
    let (sum, inner_sum) = (_mm256_add_epi16(a, d), _mm256_add_epi16(b, c));
    let (outer, inner) = (_mm256_sub_epi16(a, d), _mm256_sub_epi16(b, c));
    let scaled_outer = _mm256_add_epi16(outer, _mm256_mulhrs_epi16(outer, cos));
    let scaled_inner = _mm256_add_epi16(inner, _mm256_mulhrs_epi16(inner, cos));
    [
        _mm256_add_epi16(sum, inner_sum),
        _mm256_add_epi16(scaled_outer, _mm256_mulhrs_epi16(inner, sin)),
        _mm256_sub_epi16(sum, inner_sum),
        _mm256_sub_epi16(_mm256_mulhrs_epi16(outer, sin), scaled_inner),
    ]
}

#[target_feature(enable = "avx2")]
pub(super) fn forward(source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]) {
    let groups = source
        .as_chunks::<4>()
        .0
        .iter()
        .zip(prediction.as_chunks::<4>().0);
    for ((source, prediction), out) in groups.zip(out.as_chunks_mut::<4>().0) {
        let mut rows = [_mm256_setzero_si256(); 4];
        for i in 0..4 {
            let residual = _mm256_sub_epi16(widen(&source[i]), widen(&prediction[i]));
            rows[i] = _mm256_slli_epi16::<3>(residual);
        }
        let mut columns = forward_step(transpose(forward_step(rows)));
        for column in &mut columns {
            *column = _mm256_srai_epi16::<4>(_mm256_add_epi16(*column, _mm256_set1_epi16(8)));
        }
        let [a, b, c, d] = columns;
        let (ab_low, ab_high) = (_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_epi16(c, d), _mm256_unpackhi_epi16(c, d));
        // Two rows of blocks 0 and 2, and of blocks 1 and 3.
        let even = [
            _mm256_unpacklo_epi32(ab_low, cd_low),
            _mm256_unpackhi_epi32(ab_low, cd_low),
        ];
        let odd = [
            _mm256_unpacklo_epi32(ab_high, cd_high),
            _mm256_unpackhi_epi32(ab_high, cd_high),
        ];
        store_i16(
            _mm256_permute2x128_si256::<0x20>(even[0], even[1]),
            &mut out[0],
        );
        store_i16(
            _mm256_permute2x128_si256::<0x20>(odd[0], odd[1]),
            &mut out[1],
        );
        store_i16(
            _mm256_permute2x128_si256::<0x31>(even[0], even[1]),
            &mut out[2],
        );
        store_i16(
            _mm256_permute2x128_si256::<0x31>(odd[0], odd[1]),
            &mut out[3],
        );
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn quantize(
    coefficients: &mut [[i16; 16]],
    quantizer: &Quantizer,
    levels: &mut [[i16; 16]],
    nonzero: &mut [u16],
) {
    let step = load_u16(&quantizer.step);
    let reciprocal = load_u16(&quantizer.reciprocal);
    let rounding = load_u16(&quantizer.rounding);
    // Words of the zigzag order within their half, and those from the other half.
    #[rustfmt::skip]
    let same_half = _mm256_setr_epi8(
        0, 1, 2, 3, 8, 9, -1, -1, 10, 11, 4, 5, 6, 7, 12, 13,
        2, 3, 8, 9, 10, 11, 4, 5, -1, -1, 6, 7, 12, 13, 14, 15,
    );
    #[rustfmt::skip]
    let other_half = _mm256_setr_epi8(
        -1, -1, -1, -1, -1, -1, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, 14, 15, -1, -1, -1, -1, -1, -1,
    );
    for ((block, levels), nonzero) in coefficients.iter_mut().zip(levels).zip(nonzero) {
        let values = load_i16(block);
        let magnitudes = _mm256_add_epi16(_mm256_abs_epi16(values), rounding);
        // All magnitudes but 0 keep the reciprocal. An operand that does not change would be widened before
        // the loop, and the multiplication with it, into several slower instructions.
        let reciprocal = _mm256_sign_epi16(reciprocal, magnitudes);
        let quantized = _mm256_sign_epi16(_mm256_mulhi_epu16(magnitudes, reciprocal), values);
        store_i16(_mm256_mullo_epi16(quantized, step), block);
        let swapped = _mm256_permute2x128_si256::<0x01>(quantized, quantized);
        let zigzag = _mm256_or_si256(
            _mm256_shuffle_epi8(quantized, same_half),
            _mm256_shuffle_epi8(swapped, other_half),
        );
        store_i16(zigzag, levels);
        let zeros = _mm256_cmpeq_epi16(zigzag, _mm256_setzero_si256());
        let mask = _mm256_movemask_epi8(_mm256_packs_epi16(zeros, zeros)) as u32;
        *nonzero = !((mask & 0xff) | ((mask >> 8) & 0xff00)) as u16;
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn inverse_step([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let cos = _mm256_set1_epi16(INVERSE_COS as i16);
    // The factor is above 2^15 and wraps around, which subtracts the value once too often.
    let sin = _mm256_set1_epi16(INVERSE_SIN as u16 as i16);
    let scale_cos = |value| _mm256_add_epi16(value, _mm256_mulhi_epi16(value, cos));
    let scale_sin = |value| _mm256_add_epi16(value, _mm256_mulhi_epi16(value, sin));
    let (sum, difference) = (_mm256_add_epi16(a, c), _mm256_sub_epi16(a, c));
    let low = _mm256_sub_epi16(scale_sin(b), scale_cos(d));
    let high = _mm256_add_epi16(scale_cos(b), scale_sin(d));
    [
        _mm256_add_epi16(sum, high),
        _mm256_add_epi16(difference, low),
        _mm256_sub_epi16(difference, low),
        _mm256_sub_epi16(sum, high),
    ]
}

#[target_feature(enable = "avx2")]
pub(super) fn inverse(coefficients: &[[i16; 16]], prediction: &[[u8; 16]], out: &mut [[u8; 16]]) {
    let groups = coefficients
        .as_chunks::<4>()
        .0
        .iter()
        .zip(prediction.as_chunks::<4>().0);
    for ((blocks, prediction), out) in groups.zip(out.as_chunks_mut::<4>().0) {
        let [a, b, c, d] = [
            load_i16(&blocks[0]),
            load_i16(&blocks[1]),
            load_i16(&blocks[2]),
            load_i16(&blocks[3]),
        ];
        let even = [
            _mm256_permute2x128_si256::<0x20>(a, c),
            _mm256_permute2x128_si256::<0x31>(a, c),
        ];
        let odd = [
            _mm256_permute2x128_si256::<0x20>(b, d),
            _mm256_permute2x128_si256::<0x31>(b, d),
        ];
        let mut columns = transpose(inverse_step([
            _mm256_unpacklo_epi64(even[0], odd[0]),
            _mm256_unpackhi_epi64(even[0], odd[0]),
            _mm256_unpacklo_epi64(even[1], odd[1]),
            _mm256_unpackhi_epi64(even[1], odd[1]),
        ]));
        columns[0] = _mm256_add_epi16(columns[0], _mm256_set1_epi16(4));
        let mut rows = transpose(inverse_step(columns));
        for (row, prediction) in rows.iter_mut().zip(prediction) {
            *row = _mm256_add_epi16(_mm256_srai_epi16::<3>(*row), widen(prediction));
        }
        for (rows, out) in rows
            .as_chunks::<2>()
            .0
            .iter()
            .zip(out.as_chunks_mut::<2>().0)
        {
            let packed = _mm256_packus_epi16(rows[0], rows[1]);
            let packed = _mm256_permute4x64_epi64::<0xd8>(packed);
            out[0] = store_u8(_mm256_castsi256_si128(packed));
            out[1] = store_u8(_mm256_extracti128_si256::<1>(packed));
        }
    }
}
