//! The inverse discrete cosine transform of a block (ITU-T T.81, A.3.3).
//!
//! Its results equal those of libjpeg's `islow` (Loeffler, Ligtenberg and Moschytz 1989, 12
//! multiplications) bit for bit. The code has the form of libjpeg-turbo: each rotation is a sum of
//! two products of 16-bit numbers, which processors compute for eight columns at once.

use crate::block::Block;

/// The number of fractional bits of the factors.
const FACTOR_BITS: u32 = 13;
/// The number of additional fractional bits between the two passes.
const PASS_BITS: u32 = 2;

/// Factors with [`FACTOR_BITS`] fractional bits, named for their values.
const F_0_298: i16 = 2446;
const F_0_390: i16 = 3196;
const F_0_541: i16 = 4433;
const F_0_765: i16 = 6270;
const F_0_899: i16 = 7373;
const F_1_175: i16 = 9633;
const F_1_501: i16 = 12_299;
const F_1_847: i16 = 15_137;
const F_1_961: i16 = 16_069;
const F_2_053: i16 = 16_819;
const F_2_562: i16 = 20_995;
const F_3_072: i16 = 25_172;

/// Transforms a block into samples. `samples` begins with the first sample of the block, and each
/// row begins `stride` samples after the previous one.
pub(crate) fn transform(block: &Block, factors: &Block, samples: &mut [u8], stride: usize) {
    let mut dequantized = [0; 64];
    for ((to, value), factor) in dequantized.iter_mut().zip(block).zip(factors) {
        *to = value.wrapping_mul(*factor);
    }
    let mut columns = [0; 64];
    pass::<{ FACTOR_BITS - PASS_BITS }>(&dequantized, &mut columns);
    let mut rows = [0; 64];
    transpose(&mut columns);
    pass::<{ FACTOR_BITS + PASS_BITS + 3 }>(&columns, &mut rows);
    let mut bytes = [0; 64];
    for (byte, value) in bytes.iter_mut().zip(&rows) {
        *byte = value.saturating_add(128).clamp(0, 255) as u8;
    }
    transpose(&mut bytes);
    for (row, values) in samples.chunks_mut(stride).zip(bytes.as_chunks::<8>().0) {
        let Some(row) = row.first_chunk_mut() else {
            return;
        };
        *row = *values;
    }
}

/// Transforms a block that has only a DC coefficient, so that all its samples are equal.
pub(crate) fn transform_even(dc: i16, factor: i16, samples: &mut [u8], stride: usize) {
    let value = i32::from(dc.wrapping_mul(factor)) << PASS_BITS;
    let value = (value + (1 << (PASS_BITS + 2))) >> (PASS_BITS + 3);
    let sample = (value + 128).clamp(0, 255) as u8;
    for row in samples.chunks_mut(stride).take(8) {
        if let Some(row) = row.first_chunk_mut::<8>() {
            *row = [sample; 8];
        }
    }
}

/// Transforms each column of a block in one dimension, and removes `SHIFT` fractional bits.
///
/// The columns are independent of each other, so the compiler generates code that processes several
/// columns at once. The compiler generates no such code if it first inlines this function or
/// unrolls the loop. The function is therefore never inlined.
#[inline(never)]
fn pass<const SHIFT: u32>(from: &Block, to: &mut Block) {
    for column in 0..8 {
        let even = even_part(
            from[column],
            from[16 + column],
            from[32 + column],
            from[48 + column],
        );
        let odd = odd_part(
            from[8 + column],
            from[24 + column],
            from[40 + column],
            from[56 + column],
        );
        to[column] = descale::<SHIFT>(even[0].wrapping_add(odd[0]));
        to[8 + column] = descale::<SHIFT>(even[1].wrapping_add(odd[1]));
        to[16 + column] = descale::<SHIFT>(even[2].wrapping_add(odd[2]));
        to[24 + column] = descale::<SHIFT>(even[3].wrapping_add(odd[3]));
        to[32 + column] = descale::<SHIFT>(even[3].wrapping_sub(odd[3]));
        to[40 + column] = descale::<SHIFT>(even[2].wrapping_sub(odd[2]));
        to[48 + column] = descale::<SHIFT>(even[1].wrapping_sub(odd[1]));
        to[56 + column] = descale::<SHIFT>(even[0].wrapping_sub(odd[0]));
    }
}

#[inline(always)]
fn even_part(x0: i16, x2: i16, x4: i16, x6: i16) -> [i32; 4] {
    let sum = i32::from(x0.wrapping_add(x4)) << FACTOR_BITS;
    let difference = i32::from(x0.wrapping_sub(x4)) << FACTOR_BITS;
    let low = rotate(x2, F_0_541, x6, F_0_541 - F_1_847);
    let high = rotate(x2, F_0_541 + F_0_765, x6, F_0_541);
    [
        sum.wrapping_add(high),
        difference.wrapping_add(low),
        difference.wrapping_sub(low),
        sum.wrapping_sub(high),
    ]
}

#[inline(always)]
fn odd_part(x1: i16, x3: i16, x5: i16, x7: i16) -> [i32; 4] {
    let z3 = x7.wrapping_add(x3);
    let z4 = x5.wrapping_add(x1);
    let a = rotate(z3, F_1_175 - F_1_961, z4, F_1_175);
    let b = rotate(z3, F_1_175, z4, F_1_175 - F_0_390);
    [
        rotate(x1, F_1_501 - F_0_899, x7, -F_0_899).wrapping_add(b),
        rotate(x3, F_3_072 - F_2_562, x5, -F_2_562).wrapping_add(a),
        rotate(x3, -F_2_562, x5, F_2_053 - F_2_562).wrapping_add(b),
        rotate(x1, -F_0_899, x7, F_0_298 - F_0_899).wrapping_add(a),
    ]
}

/// Returns the sum of two products.
#[inline(always)]
fn rotate(a: i16, a_factor: i16, b: i16, b_factor: i16) -> i32 {
    let products = (
        i32::from(a) * i32::from(a_factor),
        i32::from(b) * i32::from(b_factor),
    );
    products.0.wrapping_add(products.1)
}

/// Removes `SHIFT` fractional bits, rounded half up.
#[inline(always)]
fn descale<const SHIFT: u32>(value: i32) -> i16 {
    let rounded = value.wrapping_add(1 << (SHIFT - 1)) >> SHIFT;
    rounded.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Exchanges rows and columns. Each of three steps interleaves the two halves of the block, which
/// rotates the six bits of every index by one. After three such rotations, the three bits of the
/// row and the three bits of the column have changed places.
#[inline(always)]
fn transpose<T: Copy>(block: &mut [T; 64]) {
    let mut other = *block;
    interleave(block, &mut other);
    interleave(&other, block);
    interleave(block, &mut other);
    *block = other;
}

// This function is not inlined, so that the compiler turns the loop into a few vector instructions
// instead of unrolling it.
#[inline(never)]
fn interleave<T: Copy>(from: &[T; 64], to: &mut [T; 64]) {
    for (pair, index) in to.as_chunks_mut().0.iter_mut().zip(0..32) {
        *pair = [from[index], from[index + 32]];
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    use super::*;

    /// Applies the definition of the transform in floating point.
    fn defined(block: &Block) -> [f64; 64] {
        let scale = |index: usize| if index == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |at: usize, index: usize| {
            let (at, index) = (at as f64, index as f64);
            ((2.0 * at + 1.0) * index * PI / 16.0).cos()
        };
        std::array::from_fn(|sample| {
            let (x, y) = (sample % 8, sample / 8);
            let terms = (0..64).map(|place| {
                let (u, v) = (place % 8, place / 8);
                let amplitude = scale(u) * scale(v) * f64::from(block[place]);
                amplitude * wave(x, u) * wave(y, v)
            });
            (terms.sum::<f64>() / 4.0 + 128.0).clamp(0.0, 255.0)
        })
    }

    fn transformed(block: &Block) -> [u8; 64] {
        let mut samples = [0; 64];
        transform(block, &[1; 64], &mut samples, 8);
        samples
    }

    /// Returns random coefficients, smaller at higher indices, as in a typical image.
    fn random_block(seed: u64) -> Block {
        let mut state = seed;
        std::array::from_fn(|place| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let range = 1_200 / (1 + place as i64);
            ((state >> 33) as i64 % (2 * range + 1) - range) as i16
        })
    }

    #[test]
    fn samples_differ_from_the_definition_by_rounding_only() {
        for seed in 0..2000 {
            let block = random_block(seed);
            for (ours, exact) in transformed(&block).into_iter().zip(defined(&block)) {
                assert!((f64::from(ours) - exact).abs() < 1.02, "{ours} {exact}");
            }
        }
    }

    #[test]
    fn transform_even_returns_the_same_samples_as_transform() {
        for dc in -2000..2000 {
            let mut block = [0; 64];
            block[0] = dc;
            let mut samples = [0; 64];
            transform_even(dc, 1, &mut samples, 8);
            assert_eq!(transformed(&block), samples, "{dc}");
        }
    }

    #[test]
    fn the_largest_coefficients_cause_no_overflow() {
        for value in [i16::MIN, i16::MAX] {
            transformed(&[value; 64]);
            transform_even(value, value, &mut [0; 64], 8);
        }
    }
}
