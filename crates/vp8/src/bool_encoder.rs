//! The boolean entropy encoder (RFC 6386, section 7).

/// Bits are written to the output in groups of this many.
const FLUSH_BITS: u32 = 40;

/// A bit and the probability that it is 0: `probability << 1 | bit`.
pub(crate) type Symbol = u16;

/// Returns the symbol of `bit`, which is 0 with a probability of `probability / 256`.
#[inline(always)]
pub(crate) const fn symbol(bit: bool, probability: u8) -> Symbol {
    (probability as u16) << 1 | bit as u16
}

/// A boolean encoder.
pub(crate) struct BoolEncoder {
    out: Vec<u8>,
    state: State,
}

/// The state of an encoder. `low` is the variable `bottom` of section 7. Its lowest 8 bits may still change
/// with `range`, and up to 47 bits above them wait for a flush. An overflow may also change bytes that were
/// flushed.
#[derive(Clone, Copy)]
struct State {
    low: u64,
    range: u32,
    pending: u32,
}

impl State {
    #[inline(always)]
    fn put(&mut self, symbol: Symbol, out: &mut Vec<u8>) {
        let split = 1 + (((self.range - 1) * u32::from(symbol >> 1)) >> 8);
        let bit = symbol & 1 == 1;
        let low = if bit { split } else { 0 };
        let range = if bit { self.range - split } else { split };
        let shift = range.leading_zeros() - 24;
        self.range = range << shift;
        self.low = (self.low + u64::from(low)) << shift;
        self.pending += shift;
        if self.pending >= FLUSH_BITS {
            *self = self.flush(out);
        }
    }

    #[inline(never)]
    fn flush(self, out: &mut Vec<u8>) -> Self {
        let kept = 8 + self.pending - FLUSH_BITS;
        append(out, self.low >> kept, FLUSH_BITS / 8);
        let low = self.low & ((1 << kept) - 1);
        Self {
            low,
            pending: self.pending - FLUSH_BITS,
            ..self
        }
    }
}

/// Appends the lowest `count` bytes of `value`. If the bit above them is set, adds it to the
/// earlier bytes.
fn append(out: &mut Vec<u8>, value: u64, count: u32) {
    if value >> (8 * count) != 0 {
        for byte in out.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }
    out.extend_from_slice(&value.to_be_bytes()[8 - count as usize..]);
}

impl BoolEncoder {
    pub(crate) fn new() -> Self {
        Self {
            out: Vec::new(),
            state: State {
                low: 0,
                range: 255,
                pending: 0,
            },
        }
    }

    /// Returns the number of bytes so far.
    pub(crate) fn bytes(&self) -> usize {
        self.out.len() + (self.state.pending / 8) as usize
    }

    /// Encodes `bit`, which is 0 with a probability of `probability / 256`.
    pub(crate) fn put(&mut self, bit: bool, probability: u8) {
        self.state.put(symbol(bit, probability), &mut self.out);
    }

    /// Encodes symbols.
    #[inline(always)]
    pub(crate) fn put_symbols(&mut self, symbols: &[Symbol]) {
        let mut state = self.state;
        for &symbol in symbols {
            state.put(symbol, &mut self.out);
        }
        self.state = state;
    }

    /// Encodes symbols with two encoders alternately. A processor can execute the steps of both at the same
    /// time.
    #[inline(always)]
    pub(crate) fn put_symbols_of_two(encoders: &mut [Self; 2], symbols: [&[Symbol]; 2]) {
        let [first, second] = encoders;
        let (mut first_state, mut second_state) = (first.state, second.state);
        for (&a, &b) in symbols[0].iter().zip(symbols[1]) {
            first_state.put(a, &mut first.out);
            second_state.put(b, &mut second.out);
        }
        (first.state, second.state) = (first_state, second_state);
    }

    /// Encodes the lowest `bits` bits of `value`, the highest first. Each bit has a probability of 1/2.
    pub(crate) fn put_literal(&mut self, value: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.put((value >> bit) & 1 == 1, 128);
        }
    }

    /// Encodes a flag, and if it is set, the magnitude of `value` in `bits` bits and its sign.
    pub(crate) fn put_optional_signed(&mut self, value: i32, bits: u32) {
        self.put(value != 0, 128);
        if value != 0 {
            self.put_literal(value.unsigned_abs(), bits);
            self.put(value < 0, 128);
        }
    }

    /// Writes the remaining bits and returns all bytes.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let bits = 8 + self.state.pending;
        let count = bits.div_ceil(8);
        append(&mut self.out, self.state.low << (8 * count - bits), count);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::BoolEncoder;

    /// Decodes as section 7.3 describes, one bit at a time.
    struct Decoder<'a> {
        input: &'a [u8],
        value: u32,
        range: u32,
        shifts: u32,
    }

    impl Decoder<'_> {
        fn get(&mut self, probability: u8) -> bool {
            let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
            let bit = self.value >= split << 8;
            if bit {
                self.range -= split;
                self.value -= split << 8;
            } else {
                self.range = split;
            }
            while self.range < 128 {
                self.value <<= 1;
                self.range <<= 1;
                self.shifts += 1;
                if self.shifts == 8 {
                    self.shifts = 0;
                    let (first, rest) = self.input.split_first().unwrap_or((&0, &[]));
                    self.value |= u32::from(*first);
                    self.input = rest;
                }
            }
            bit
        }
    }

    #[test]
    fn every_sequence_of_bits_is_decoded_again() {
        let mut random = fastrand::Rng::with_seed(7);
        for length in [0, 1, 7, 8, 39, 40, 41, 1000, 20_000] {
            for skew in [1, 128, 255] {
                let symbols: Vec<(bool, u8)> = (0..length)
                    .map(|_| {
                        let probability = random.u8(1..=255);
                        let bit = random.u8(..) >= if skew == 128 { probability } else { skew };
                        (bit, probability)
                    })
                    .collect();
                let mut encoder = BoolEncoder::new();
                for &(bit, probability) in &symbols {
                    encoder.put(bit, probability);
                }
                let out = encoder.finish();
                let value = (u32::from(out[0]) << 8) | u32::from(*out.get(1).unwrap_or(&0));
                let input = out.get(2..).unwrap_or(&[]);
                let mut decoder = Decoder {
                    input,
                    value,
                    range: 255,
                    shifts: 0,
                };
                for &(bit, probability) in &symbols {
                    assert_eq!(decoder.get(probability), bit);
                }
            }
        }
    }
}
