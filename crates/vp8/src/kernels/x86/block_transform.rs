//! Transforms of a single block, in two registers of 8 words: rows 0 and 1, rows 2 and 3.

use std::arch::x86_64::*;

use super::super::scalar::{FORWARD_COS, FORWARD_SIN, INVERSE_COS, INVERSE_SIN};

/// Returns a register whose halves are `low` and `high`, 4 times each.
#[inline]
#[target_feature(enable = "sse4.1")]
fn halves(low: i16, high: i16) -> __m128i {
    _mm_setr_epi16(low, low, low, low, high, high, high, high)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn low_twice(value: __m128i) -> __m128i {
    _mm_unpacklo_epi64(value, value)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn high_twice(value: __m128i) -> __m128i {
    _mm_unpackhi_epi64(value, value)
}

/// Transforms columns. Returns rows 0 and 2, and rows 1 and 3.
#[inline]
#[target_feature(enable = "sse4.1")]
fn forward_step([rows_01, rows_23]: [__m128i; 2]) -> [__m128i; 2] {
    let plus_minus = halves(1, -1);
    let rows_32 = _mm_shuffle_epi32::<0x4e>(rows_23);
    let sums = _mm_add_epi16(rows_01, rows_32);
    let differences = _mm_sub_epi16(rows_01, rows_32);
    let inner_sum = _mm_sign_epi16(high_twice(sums), plus_minus);
    let even = _mm_add_epi16(low_twice(sums), inner_sum);
    let (outer, inner) = (low_twice(differences), high_twice(differences));
    let scaled_outer = _mm_mulhrs_epi16(outer, halves(FORWARD_COS, FORWARD_SIN));
    let scaled_inner = _mm_mulhrs_epi16(inner, halves(FORWARD_SIN, FORWARD_COS));
    let outer = _mm_add_epi16(scaled_outer, _mm_and_si128(outer, halves(-1, 0)));
    let inner = _mm_add_epi16(scaled_inner, _mm_and_si128(inner, halves(0, -1)));
    [
        even,
        _mm_add_epi16(outer, _mm_sign_epi16(inner, plus_minus)),
    ]
}

/// Transposes rows 0 and 2, and rows 1 and 3, to columns 0 and 1, and columns 2 and 3.
#[inline]
#[target_feature(enable = "sse4.1")]
fn transpose_interleaved([even, odd]: [__m128i; 2]) -> [__m128i; 2] {
    let (low, high) = (_mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
    [_mm_unpacklo_epi32(low, high), _mm_unpackhi_epi32(low, high)]
}

/// Returns the coefficients of a residual, as the scalar kernel does.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn forward(residual: [__m128i; 2]) -> [__m128i; 2] {
    let scaled = [
        _mm_slli_epi16::<3>(residual[0]),
        _mm_slli_epi16::<3>(residual[1]),
    ];
    let columns = transpose_interleaved(forward_step(scaled));
    let [a, b] = transpose_interleaved(forward_step(columns));
    let half = _mm_set1_epi16(8);
    [
        _mm_srai_epi16::<4>(_mm_add_epi16(a, half)),
        _mm_srai_epi16::<4>(_mm_add_epi16(b, half)),
    ]
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn inverse_step([rows_01, rows_23]: [__m128i; 2]) -> [__m128i; 2] {
    let plus_minus = halves(1, -1);
    let (cos, sin) = (INVERSE_COS as i16, INVERSE_SIN as u16 as i16);
    let third = _mm_sign_epi16(low_twice(rows_23), plus_minus);
    let even = _mm_add_epi16(low_twice(rows_01), third);
    let (second, fourth) = (high_twice(rows_01), high_twice(rows_23));
    let second = _mm_add_epi16(second, _mm_mulhi_epi16(second, halves(cos, sin)));
    let fourth = _mm_add_epi16(fourth, _mm_mulhi_epi16(fourth, halves(sin, cos)));
    let odd = _mm_add_epi16(second, _mm_sign_epi16(fourth, plus_minus));
    let rows_32 = _mm_sub_epi16(even, odd);
    [_mm_add_epi16(even, odd), _mm_shuffle_epi32::<0x4e>(rows_32)]
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn transpose([rows_01, rows_23]: [__m128i; 2]) -> [__m128i; 2] {
    let low = _mm_unpacklo_epi16(rows_01, rows_23);
    let high = _mm_unpackhi_epi16(rows_01, rows_23);
    [_mm_unpacklo_epi16(low, high), _mm_unpackhi_epi16(low, high)]
}

/// Returns the residual of coefficients (RFC 6386, section 14.3).
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn inverse(coefficients: [__m128i; 2]) -> [__m128i; 2] {
    let mut columns = transpose(inverse_step(coefficients));
    columns[0] = _mm_add_epi16(columns[0], halves(4, 0));
    let [a, b] = transpose(inverse_step(columns));
    [_mm_srai_epi16::<3>(a), _mm_srai_epi16::<3>(b)]
}
