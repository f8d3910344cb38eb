//! The change from full to limited range.
//!
//! All arithmetic uses 16 bits, so that processors can compute many samples at once.
//!
//! Full range has 256 levels of luma, but limited range only 220. An ordered dither keeps the mean:
//! of 2 x 2 samples with the same value, some are rounded up and some down, so that their mean is
//! as close as possible to the exact value. `docs/rendering.md` has figures for the gain in
//! quality.

/// The chroma of gray.
pub(crate) const NEUTRAL: u8 = 128;

/// The dither of even and of odd rows: the amounts, in eighths, that are added to even and to odd
/// samples before they are rounded down.
const EIGHTHS: [[u16; 2]; 2] = [[1, 5], [7, 3]];

/// Converts a row of luma from full to limited range, `16 + 219/255 * luma`. `row` is the number of
/// the row.
pub(crate) fn limit_luma(row: usize, full: &[u8], limited: &mut [u8]) {
    let offsets = EIGHTHS[row % 2].map(|eighths| 16 * 255 + eighths * 255 / 8);
    dithered(full, limited, offsets, |luma, offset| {
        let scaled = u16::from(luma) * 219 + offset;
        // The division by 255 is exact for every 16-bit number but the largest.
        ((scaled + 1 + (scaled >> 8)) >> 8) as u8
    });
}

/// Converts a row of chroma from full to limited range, `128 + 224/255 * (chroma - 128)`. `sums`
/// has 64 times the chroma. `row` is the number of the row.
pub(super) fn limit_chroma_sums(row: usize, sums: &[u16], limited: &mut [u8]) {
    /// 224/255 with 16 fractional bits.
    const FACTOR: u32 = 57_569;
    /// 128 - 224/255 * 128 with 8 fractional bits.
    const OFFSET: u16 = 3984;
    let offsets = EIGHTHS[row % 2].map(|eighths| OFFSET + eighths * 32);
    dithered(sums, limited, offsets, |sum, offset| {
        // Two more bits make it 256 times the chroma, so the product has 8 fractional bits.
        let scaled = (((sum << 2) as u32 * FACTOR) >> 16) as u16;
        ((scaled + offset) >> 8) as u8
    });
}

/// Converts samples with two alternating offsets.
#[inline(always)]
fn dithered<S: Copy>(from: &[S], to: &mut [u8], offsets: [u16; 2], convert: impl Fn(S, u16) -> u8) {
    let (pairs, last) = from.as_chunks::<2>();
    let (targets, last_target) = to.as_chunks_mut::<2>();
    for (target, pair) in targets.iter_mut().zip(pairs) {
        *target = [convert(pair[0], offsets[0]), convert(pair[1], offsets[1])];
    }
    if let ([target], [sample]) = (last_target, last) {
        *target = convert(*sample, offsets[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the mean of 2 x 2 dithered samples, and the largest difference from `exact`.
    fn square(exact: f64, limit: impl Fn(usize, &mut [u8])) -> (f64, f64) {
        let mut rows = [[0; 2]; 2];
        for (row, samples) in rows.iter_mut().enumerate() {
            limit(row, samples);
        }
        let samples = rows.as_flattened().iter().map(|sample| f64::from(*sample));
        let worst = samples.clone().map(|sample| (sample - exact).abs());
        (samples.sum::<f64>() / 4.0, worst.fold(0.0, f64::max))
    }

    #[test]
    fn the_mean_of_a_square_is_the_definition_within_an_eighth() {
        for full in 0..=255_u8 {
            let exact = 16.0 + 219.0 / 255.0 * f64::from(full);
            let (mean, worst) = square(exact, |row, to| limit_luma(row, &[full; 2], to));
            assert!((mean - exact).abs() <= 0.13, "{full}: {mean} {exact}");
            assert!(worst <= 0.88, "{full}: {worst}");
        }
        for sum in 0..=255 * 64_u16 {
            let exact = 128.0 + 224.0 / 255.0 * (f64::from(sum) / 64.0 - 128.0);
            let (mean, worst) = square(exact, |row, to| limit_chroma_sums(row, &[sum; 2], to));
            assert!((mean - exact).abs() <= 0.14, "{sum}: {mean} {exact}");
            assert!(worst <= 0.89, "{sum}: {worst}");
        }
    }

    #[test]
    fn black_white_and_gray_are_not_dithered() {
        for row in 0..2 {
            let mut limited = [0; 3];
            for (full, expected) in [(0, 16), (255, 235)] {
                limit_luma(row, &[full; 3], &mut limited);
                assert_eq!(limited, [expected; 3]);
            }
            limit_chroma_sums(row, &[128 * 64; 3], &mut limited);
            assert_eq!(limited, [NEUTRAL; 3]);
        }
    }
}
