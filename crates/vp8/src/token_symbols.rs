//! Symbols of tokens (RFC 6386, section 13.2).

use crate::bool_encoder::{Symbol, symbol};
use crate::probabilities::Probabilities;
use crate::tables::{CATEGORY_3, CATEGORY_4, CATEGORY_5, CATEGORY_6};
use crate::tokens::{END, LARGE, NO_END};

/// The greatest number of symbols of an element: category 6 takes two elements.
const MAX_SYMBOLS: usize = 12;

/// Translates elements of [`Tokens`](crate::tokens::Tokens) to symbols.
pub(crate) struct TokenSymbols {
    probabilities: [[u8; 16]; 128],
    /// For each context, the symbols of the first three nodes and a sign, all bits 0.
    starts: [u64; 128],
}

/// The bits of the first symbols of a magnitude, and their number. From magnitude 2 on, more follow.
static START_BITS: [(u64, usize); 128] = {
    let mut starts = [(0x0001_0001_0001, 3); 128];
    starts[0] = (0x0001, 2);
    starts[1] = (0x0001_0001, 4);
    starts[END as usize] = (0, 1);
    starts
};

/// A buffer of symbols that are encoded next.
pub(crate) struct SymbolBuffer {
    symbols: Vec<Symbol>,
    start: usize,
    end: usize,
}

impl SymbolBuffer {
    pub(crate) fn new() -> Self {
        Self {
            symbols: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    pub(crate) fn waiting(&self) -> &[Symbol] {
        &self.symbols[self.start..self.end]
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// Reserves space for the symbols of `elements` elements. All earlier symbols must be consumed.
    fn reset(&mut self, elements: usize) {
        let length = MAX_SYMBOLS * elements + 4;
        if self.symbols.len() < length {
            self.symbols.resize(length, 0);
        }
        (self.start, self.end) = (0, 0);
    }
}

impl TokenSymbols {
    pub(crate) fn new(probabilities: &Probabilities) -> Self {
        let probabilities = probabilities.by_token();
        let starts = probabilities.map(|nodes| {
            let symbols = [nodes[0], nodes[1], nodes[2], 128].map(|node| symbol(false, node));
            symbols
                .iter()
                .rev()
                .fold(0, |packed, &symbol| (packed << 16) | u64::from(symbol))
        });
        Self {
            probabilities,
            starts,
        }
    }

    /// Translates elements into an empty buffer.
    #[inline(always)]
    pub(crate) fn translate(&self, elements: &[u16], buffer: &mut SymbolBuffer) {
        buffer.reset(elements.len());
        let symbols = &mut buffer.symbols[..];
        let mut end = 0;
        let mut elements = elements.iter();
        while let Some(&element) = elements.next() {
            let context = usize::from(element & 127);
            let magnitude = (element >> 8) & 127;
            let (bits, count) = START_BITS[usize::from(magnitude)];
            let sign = u64::from(element >> 15) << 48;
            let skipped = usize::from(element & NO_END != 0);
            let start = (self.starts[context] | bits | sign) >> (16 * skipped);
            if let Some(out) = symbols[end..].first_chunk_mut::<4>() {
                *out = [start, start >> 16, start >> 32, start >> 48].map(|symbol| symbol as u16);
            }
            end += count - skipped;
            if magnitude >= 2 && magnitude != END {
                let magnitude = match magnitude {
                    LARGE => elements.next().copied().unwrap_or(LARGE),
                    _ => magnitude,
                };
                end += translate_rest(magnitude, &self.probabilities[context], &mut symbols[end..]);
                symbols[end] = symbol(element >> 15 == 1, 128);
                end += 1;
            }
        }
        buffer.end = end;
    }
}

/// Translates the rest of a magnitude of at least 2, beginning with the fourth node of the token tree. Returns
/// the number of symbols.
#[inline(always)]
fn translate_rest(magnitude: u16, nodes: &[u8; 16], out: &mut [Symbol]) -> usize {
    let Some(out) = out.first_chunk_mut::<16>() else {
        return 0;
    };
    out[0] = symbol(magnitude > 4, nodes[3]);
    if magnitude <= 4 {
        out[1] = symbol(magnitude != 2, nodes[4]);
        out[2] = symbol(magnitude == 4, nodes[5]);
        return if magnitude == 2 { 2 } else { 3 };
    }
    out[1] = symbol(magnitude > 10, nodes[6]);
    if magnitude <= 10 {
        out[2] = symbol(magnitude > 6, nodes[7]);
        if magnitude <= 6 {
            out[3] = symbol(magnitude == 6, 159);
            return 4;
        }
        out[3] = symbol(magnitude >= 9, 165);
        out[4] = symbol(magnitude & 1 == 0, 145);
        return 5;
    }
    out[2] = symbol(magnitude > 34, nodes[8]);
    let (second, probability, first, extra): (bool, u8, u16, &[u8]) = match magnitude {
        11..=18 => (false, nodes[9], 11, &CATEGORY_3),
        19..=34 => (true, nodes[9], 19, &CATEGORY_4),
        35..=66 => (false, nodes[10], 35, &CATEGORY_5),
        _ => (true, nodes[10], 67, &CATEGORY_6),
    };
    out[3] = symbol(second, probability);
    for (index, (out, &probability)) in out[4..].iter_mut().zip(extra).enumerate() {
        let bit = ((magnitude - first) >> (extra.len() - 1 - index)) & 1;
        *out = symbol(bit == 1, probability);
    }
    4 + extra.len()
}
