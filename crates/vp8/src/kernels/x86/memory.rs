//! Loads and stores through arrays, which compile to single instructions.

use std::arch::x86_64::*;

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn load_u8(bytes: &[u8; 16]) -> __m128i {
    let value = u128::from_le_bytes(*bytes);
    _mm_set_epi64x((value >> 64) as i64, value as i64)
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn store_u8(value: __m128i) -> [u8; 16] {
    let low = _mm_extract_epi64::<0>(value) as u64;
    let high = _mm_extract_epi64::<1>(value) as u64;
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

/// Loads 8 elements from `i` on, as two integers: the compiler loads single elements otherwise.
macro_rules! load_half {
    ($a:ident, $i:literal) => {{
        let quarter = |i: usize| {
            let [a, b, c, d] =
                [$a[i], $a[i + 1], $a[i + 2], $a[i + 3]].map(|value| u64::from(value as u16));
            (a | b << 16 | c << 32 | d << 48) as i64
        };
        _mm_set_epi64x(quarter($i + 4), quarter($i))
    }};
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn load_i16_halves(values: &[i16; 16]) -> [__m128i; 2] {
    [load_half!(values, 0), load_half!(values, 8)]
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_i16(values: &[i16; 16]) -> __m256i {
    let [low, high] = load_i16_halves(values);
    _mm256_set_m128i(high, low)
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn load_u16_halves(values: &[u16; 16]) -> [__m128i; 2] {
    [load_half!(values, 0), load_half!(values, 8)]
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_u16(values: &[u16; 16]) -> __m256i {
    let [low, high] = load_u16_halves(values);
    _mm256_set_m128i(high, low)
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn store_half(value: __m128i) -> [i16; 8] {
    [
        _mm_extract_epi16::<0>(value) as i16,
        _mm_extract_epi16::<1>(value) as i16,
        _mm_extract_epi16::<2>(value) as i16,
        _mm_extract_epi16::<3>(value) as i16,
        _mm_extract_epi16::<4>(value) as i16,
        _mm_extract_epi16::<5>(value) as i16,
        _mm_extract_epi16::<6>(value) as i16,
        _mm_extract_epi16::<7>(value) as i16,
    ]
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn store_i16_halves([low, high]: [__m128i; 2], out: &mut [i16; 16]) {
    out[..8].copy_from_slice(&store_half(low));
    out[8..].copy_from_slice(&store_half(high));
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_i16(value: __m256i, out: &mut [i16; 16]) {
    let halves = [
        _mm256_castsi256_si128(value),
        _mm256_extracti128_si256::<1>(value),
    ];
    store_i16_halves(halves, out);
}
