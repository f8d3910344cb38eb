//! Quantization of one block.

use std::arch::aarch64::*;

use super::super::Quantizer;
use super::memory::{load_u8, load_u16, store_i16};
use crate::tables::ZIGZAG;

/// The bytes of the words of a block in coding order.
static CODING_ORDER: [[u8; 16]; 2] = {
    let mut bytes = [[0; 16]; 2];
    let mut i = 0;
    while i < 16 {
        bytes[i / 8][2 * (i % 8)] = 2 * ZIGZAG[i] as u8;
        bytes[i / 8][2 * (i % 8) + 1] = 2 * ZIGZAG[i] as u8 + 1;
        i += 1;
    }
    bytes
};

/// Returns the dequantized coefficients and a bit per nonzero level.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn quantize(
    [low, high]: [int16x8_t; 2],
    quantizer: &Quantizer,
    levels: &mut [i16; 16],
) -> ([int16x8_t; 2], u16) {
    let step = load_u16(&quantizer.step);
    let reciprocal = load_u16(&quantizer.reciprocal);
    let rounding = load_u16(&quantizer.rounding);
    let divide = |values, i: usize| {
        let magnitudes = vaddq_u16(vreinterpretq_u16_s16(vabsq_s16(values)), rounding[i]);
        let quantized = vreinterpretq_s16_u16(multiply_high(magnitudes, reciprocal[i]));
        let sign = vshrq_n_s16::<15>(values);
        vsubq_s16(veorq_s16(quantized, sign), sign)
    };
    let (low, high) = (divide(low, 0), divide(high, 1));
    let bytes = uint8x16x2_t(vreinterpretq_u8_s16(low), vreinterpretq_u8_s16(high));
    let zigzag = [
        vreinterpretq_s16_u8(vqtbl2q_u8(bytes, load_u8(&CODING_ORDER[0]))),
        vreinterpretq_s16_u8(vqtbl2q_u8(bytes, load_u8(&CODING_ORDER[1]))),
    ];
    store_i16(zigzag, levels);
    let dequantized = [
        vmulq_s16(low, vreinterpretq_s16_u16(step[0])),
        vmulq_s16(high, vreinterpretq_s16_u16(step[1])),
    ];
    (dequantized, nonzero_bits(zigzag))
}

/// Returns the higher halves of products.
#[inline]
#[target_feature(enable = "neon")]
fn multiply_high(a: uint16x8_t, b: uint16x8_t) -> uint16x8_t {
    let low = vreinterpretq_u16_u32(vmull_u16(vget_low_u16(a), vget_low_u16(b)));
    vuzp2q_u16(low, vreinterpretq_u16_u32(vmull_high_u16(a, b)))
}

/// Returns a bit per nonzero level.
#[inline]
#[target_feature(enable = "neon")]
fn nonzero_bits([low, high]: [int16x8_t; 2]) -> u16 {
    let weights = |first: u64| {
        let low = first | first << 17 | first << 34 | first << 51;
        vcombine_u16(vcreate_u16(low), vcreate_u16(low << 4))
    };
    let low = vandq_u16(vtstq_s16(low, low), weights(1));
    let high = vandq_u16(vtstq_s16(high, high), weights(1 << 8));
    vaddvq_u16(vorrq_u16(low, high))
}
