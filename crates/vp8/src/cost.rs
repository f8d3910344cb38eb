//! Costs of symbols in 256ths of a bit.

/// Returns `log2(value)` in 256ths, by squaring a fixed-point mantissa for each fractional bit.
const fn log2_in_256ths(value: u32) -> u32 {
    let integer = 31 - value.leading_zeros();
    let mut mantissa = (value as u64) << (30 - integer);
    let mut fraction = 0u32;
    let mut bit = 0;
    while bit < 9 {
        mantissa = (mantissa * mantissa) >> 30;
        fraction <<= 1;
        if mantissa >= 1 << 31 {
            mantissa >>= 1;
            fraction |= 1;
        }
        bit += 1;
    }
    256 * integer + fraction.div_ceil(2)
}

const fn zero_costs() -> [u16; 257] {
    let mut costs = [8 * 256; 257];
    let mut probability = 1;
    while probability < 257 {
        costs[probability] = (8 * 256 - log2_in_256ths(probability as u32)) as u16;
        probability += 1;
    }
    costs
}

const ZERO_COSTS: [u16; 257] = zero_costs();

/// Returns the cost of `bit`, which is 0 with a probability of `probability / 256`.
#[inline]
pub(crate) const fn bit_cost(bit: bool, probability: u8) -> u32 {
    let probability = probability as usize;
    ZERO_COSTS[if bit { 256 - probability } else { probability }] as u32
}

/// Returns the total cost of `zeros` zeros and `ones` ones that are encoded with `probability`.
pub(crate) fn bits_cost(zeros: u32, ones: u32, probability: u8) -> u64 {
    u64::from(zeros) * u64::from(bit_cost(false, probability))
        + u64::from(ones) * u64::from(bit_cost(true, probability))
}

/// Returns the probability of zero, in 256ths, at which `zeros` zeros and `ones` ones cost least.
pub(crate) fn best_probability(zeros: u32, ones: u32) -> u8 {
    let total = u64::from(zeros) + u64::from(ones);
    if total == 0 {
        return 255;
    }
    ((256 * u64::from(zeros) + total / 2) / total).clamp(1, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_within_a_256th_of_a_bit_of_the_logarithm() {
        for probability in 1..=255u8 {
            let exact = -256.0 * (f64::from(probability) / 256.0).log2();
            assert!((f64::from(bit_cost(false, probability)) - exact).abs() <= 1.0);
        }
        assert_eq!(bit_cost(false, 128), 256);
        assert_eq!(bit_cost(true, 128), 256);
    }

    #[test]
    fn the_best_probability_costs_less_than_its_neighbors() {
        for (zeros, ones) in [(0, 5), (5, 0), (1, 1000), (1000, 1), (300, 700)] {
            let best = best_probability(zeros, ones);
            let cost = bits_cost(zeros, ones, best);
            for other in [best.saturating_sub(3).max(1), best.saturating_add(3)] {
                assert!(cost <= bits_cost(zeros, ones, other));
            }
        }
    }
}
