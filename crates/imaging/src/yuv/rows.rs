//! Conversion of rows of RGB to limited-range YCbCr (BT.601).
//!
//! Every product is the upper half of a product of two 16-bit numbers, which all processors with
//! SIMD compute quickly. The error of a result is at most 0.52.
#![expect(
    unsafe_code,
    reason = "code for processor extensions is called after a check for them"
)]

/// The weights of red, green and blue in luma, times 219/255, with 16 fractional bits.
const LUMA: [u32; 3] = [16_829, 33_039, 6416];
/// The weights of red and green (subtracted) and of blue (added) in blue-difference chroma.
const U: [u32; 3] = [9714, 19_070, 28_784];
/// The weights of green and blue (subtracted) and of red (added) in red-difference chroma.
const V: [u32; 3] = [24_103, 4681, 28_784];

/// A row of pixels, separated into its channels.
#[derive(Debug, Clone)]
pub(super) struct ChannelRows {
    red: Vec<u8>,
    green: Vec<u8>,
    blue: Vec<u8>,
}

impl ChannelRows {
    /// Creates a black row.
    pub(super) fn new(width: usize) -> Self {
        Self {
            red: vec![0; width],
            green: vec![0; width],
            blue: vec![0; width],
        }
    }

    /// Replaces the row with a row of interleaved pixels of the same width.
    pub(super) fn split(&mut self, pixels: &[u8]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor supports AVX2.
            unsafe { self.split_avx2(pixels) };
            return;
        }
        self.split_inline(pixels);
    }

    // With AVX2, the compiler separates the channels by shuffles of whole vectors.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn split_avx2(&mut self, pixels: &[u8]) {
        self.split_inline(pixels);
    }

    #[inline(always)]
    fn split_inline(&mut self, pixels: &[u8]) {
        let pixels = pixels.as_chunks::<3>().0;
        let channels = self.red.iter_mut().zip(&mut self.green).zip(&mut self.blue);
        for (pixel, ((red, green), blue)) in pixels.iter().zip(channels) {
            [*red, *green, *blue] = *pixel;
        }
    }

    /// Returns the rows of red, green and blue.
    pub(super) fn channels(&self) -> [&[u8]; 3] {
        [&self.red, &self.green, &self.blue]
    }
}

/// Returns `value * weight`, where `weight` has 16 fractional bits.
#[inline(always)]
const fn weighted(value: u16, weight: u32) -> u16 {
    ((value as u32 * weight) >> 16) as u16
}

/// Computes a row of luma.
pub(super) fn luma(row: &ChannelRows, to: &mut [u8]) {
    /// 16.5, and the mean error of three products that are rounded down, with 8 fractional bits.
    const OFFSET: u16 = (16 << 8) + 128 + 1;
    let channels = row.red.iter().zip(&row.green).zip(&row.blue);
    for (to, ((red, green), blue)) in to.iter_mut().zip(channels) {
        let [red, green, blue] = [*red, *green, *blue].map(|value| u16::from(value) << 8);
        let sum = weighted(red, LUMA[0]) + weighted(green, LUMA[1]) + weighted(blue, LUMA[2]);
        *to = ((sum + OFFSET) >> 8) as u8;
    }
}

/// 128.5 with 8 fractional bits.
const CHROMA_OFFSET: u16 = (128 << 8) + 128;

/// Computes a row of blue-difference chroma from sums of four pixels.
pub(super) fn chroma_u(red: &[u16], green: &[u16], blue: &[u16], to: &mut [u8]) {
    difference(blue, [red, green], [U[2], U[0], U[1]], to);
}

/// Computes a row of red-difference chroma from sums of four pixels.
pub(super) fn chroma_v(red: &[u16], green: &[u16], blue: &[u16], to: &mut [u8]) {
    difference(red, [green, blue], [V[2], V[0], V[1]], to);
}

/// Computes the weighted difference of one channel and the two others.
fn difference(plus: &[u16], minus: [&[u16]; 2], weights: [u32; 3], to: &mut [u8]) {
    let channels = plus.iter().zip(minus[0]).zip(minus[1]);
    for (to, ((plus, first), second)) in to.iter_mut().zip(channels) {
        // Six more bits make a sum of four 256 times their mean.
        let [plus, first, second] = [*plus, *first, *second].map(|sum| sum << 6);
        let positive = CHROMA_OFFSET + weighted(plus, weights[0]);
        let negative = weighted(first, weights[1]) + weighted(second, weights[2]);
        *to = ((positive - negative) >> 8) as u8;
    }
}
