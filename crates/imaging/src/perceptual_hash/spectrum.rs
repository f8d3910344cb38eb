//! The lowest frequencies of an image.

use super::hash::{PerceptualHash, PerceptualHashes};
use super::luma::{SIDE, Square};

/// The number of frequencies in each direction.
const FREQUENCIES: usize = 8;

/// The cosine of each multiple of π/64 up to π/2, times 2^20.
const COSINES: [i64; SIDE + 1] = [
    1_048_576, 1_047_313, 1_043_527, 1_037_227, 1_028_428, 1_017_151, 1_003_425, 987_281, 968_758,
    947_901, 924_761, 899_394, 871_859, 842_224, 810_560, 776_944, 741_455, 704_181, 665_210,
    624_636, 582_558, 539_076, 494_295, 448_324, 401_273, 353_255, 304_386, 254_783, 204_567,
    153_858, 102_778, 51_451, 0,
];

/// The coefficients of the lowest frequencies: rows of vertical frequencies, columns of horizontal ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spectrum([[i64; FREQUENCIES]; FREQUENCIES]);

impl Spectrum {
    /// Computes the discrete cosine transform (DCT-II) of a square, without the usual factors. They are
    /// the same for all coefficients, so they do not change the hash.
    pub(super) fn new(square: &Square) -> Self {
        let mut columns = [[0; SIDE]; FREQUENCIES];
        for (frequency, row) in columns.iter_mut().enumerate() {
            for (y, samples) in square.iter().enumerate() {
                let cosine = cosine(y, frequency);
                for (sum, sample) in row.iter_mut().zip(samples) {
                    *sum += cosine * i64::from(*sample);
                }
            }
        }
        Self(columns.map(|row| {
            std::array::from_fn(|frequency| {
                let products = row.iter().enumerate();
                products.map(|(x, sum)| cosine(x, frequency) * sum).sum()
            })
        }))
    }

    /// Returns the spectrum of the image, mirrored left to right. This changes the sign of every odd
    /// horizontal frequency.
    fn mirrored(mut self) -> Self {
        for row in &mut self.0 {
            for odd in row.iter_mut().skip(1).step_by(2) {
                *odd = -*odd;
            }
        }
        self
    }

    /// Returns the spectrum of the image, mirrored along the diagonal from the top left.
    fn transposed(self) -> Self {
        Self(std::array::from_fn(|row| self.0.map(|other| other[row])))
    }

    /// Returns the spectrum of the image, mirrored top to bottom.
    fn flipped(self) -> Self {
        self.transposed().mirrored().transposed()
    }

    fn hash(&self) -> PerceptualHash {
        let coefficients = self.0.as_flattened();
        let mut sorted = coefficients.to_vec();
        sorted.sort_unstable();
        let middle = sorted.len() / 2;
        // Twice the median, so that it stays an integer.
        let twice_median = sorted[middle - 1] + sorted[middle];
        let bits = coefficients
            .iter()
            .map(|coefficient| u64::from(2 * coefficient > twice_median));
        PerceptualHash::from_bits(bits.fold(0, |hash, bit| hash << 1 | bit))
    }
}

impl From<&Spectrum> for PerceptualHashes {
    fn from(spectrum: &Spectrum) -> Self {
        let transposed = spectrum.transposed();
        let turned = [
            spectrum.mirrored(),
            spectrum.mirrored().flipped(),
            spectrum.flipped(),
            transposed,
            transposed.mirrored(),
            transposed.mirrored().flipped(),
            transposed.flipped(),
        ];
        Self {
            upright: spectrum.hash(),
            turned: turned.map(|spectrum| spectrum.hash()),
        }
    }
}

/// Returns the cosine of π (2 * `position` + 1) * `frequency` / 64, times 2^20.
const fn cosine(position: usize, frequency: usize) -> i64 {
    const QUARTER: usize = SIDE;
    let angle = (2 * position + 1) * frequency % (4 * QUARTER);
    let half = if angle > 2 * QUARTER {
        4 * QUARTER - angle
    } else {
        angle
    };
    if half > QUARTER {
        -COSINES[2 * QUARTER - half]
    } else {
        COSINES[half]
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn the_cosines_are_exact_to_the_last_digit() {
        for position in 0..SIDE {
            for frequency in 0..FREQUENCIES {
                let angle = (2 * position + 1) as f64 * frequency as f64 * PI / 64.0;
                let exact = angle.cos() * f64::from(1 << 20);
                let off = exact - cosine(position, frequency) as f64;
                assert!(off.abs() <= 0.5, "{position} {frequency}: {off}");
            }
        }
    }

    #[test]
    fn a_wave_has_a_single_frequency() {
        for frequency in 1..FREQUENCIES {
            let wave: [u8; SIDE] = std::array::from_fn(|x| {
                u8::try_from(128 + cosine(x, frequency) * 100 / (1 << 20)).unwrap()
            });
            let Spectrum(rows) = Spectrum::new(&[wave; SIDE]);
            let strongest = (1..FREQUENCIES).max_by_key(|index| rows[0][*index].abs());
            assert_eq!(strongest, Some(frequency));
            assert!(
                rows[1]
                    .iter()
                    .all(|coefficient| coefficient.abs() < 1 << 32)
            );
        }
    }
}
