//! Token probabilities of a frame, and costs of levels that follow from them.

use crate::bool_encoder::BoolEncoder;
use crate::cost::{best_probability, bit_cost, bits_cost};
use crate::tables::{BANDS, DEFAULT_PROBABILITIES, UPDATE_PROBABILITIES};
use crate::tokens::{BlockKind, CLASSES, CONTEXTS, TokenCounts};

/// The probabilities of one context, by node of the token tree.
type Nodes = [u8; 11];

/// The token probabilities of a frame, by context.
#[derive(Clone)]
pub(crate) struct Probabilities([Nodes; CONTEXTS]);

fn flattened(table: &[[[Nodes; 3]; 8]; 4]) -> [Nodes; CONTEXTS] {
    let mut flat = [[0; 11]; CONTEXTS];
    flat.copy_from_slice(table.as_flattened().as_flattened());
    flat
}

impl Probabilities {
    pub(crate) fn new() -> Self {
        Self(flattened(&DEFAULT_PROBABILITIES))
    }

    /// Returns the probabilities at which the counted tokens and the updates of the probabilities take the
    /// fewest bits.
    pub(crate) fn from_counts(counts: &TokenCounts) -> Self {
        let mut probabilities = Self::new();
        let updates = flattened(&UPDATE_PROBABILITIES);
        for (context, nodes) in probabilities.0.iter_mut().enumerate() {
            let branches = count_branches(counts, context);
            for ((node, &update), (zeros, ones)) in
                nodes.iter_mut().zip(&updates[context]).zip(branches)
            {
                let best = best_probability(zeros, ones);
                let kept = bits_cost(zeros, ones, *node) + u64::from(bit_cost(false, update));
                let updated =
                    bits_cost(zeros, ones, best) + u64::from(bit_cost(true, update) + 8 * 256);
                if updated < kept {
                    *node = best;
                }
            }
        }
        probabilities
    }

    /// Writes the differences from the defaults (RFC 6386, section 13.4).
    pub(crate) fn write(&self, out: &mut BoolEncoder) {
        let defaults = flattened(&DEFAULT_PROBABILITIES);
        let updates = flattened(&UPDATE_PROBABILITIES);
        let probabilities = self.0.as_flattened().iter();
        for ((&new, &old), &update) in probabilities
            .zip(defaults.as_flattened())
            .zip(updates.as_flattened())
        {
            out.put(new != old, update);
            if new != old {
                out.put_literal(new.into(), 8);
            }
        }
    }

    /// Returns the probabilities in a table that needs no checks of bounds.
    pub(crate) fn by_token(&self) -> [[u8; 16]; 128] {
        let mut table = [[0; 16]; 128];
        for (entry, nodes) in table.iter_mut().zip(&self.0) {
            entry[..11].copy_from_slice(nodes);
        }
        table
    }
}

/// Returns the numbers of zeros and ones at each node of the token tree.
fn count_branches(counts: &TokenCounts, context: usize) -> [(u32, u32); 11] {
    let mut class = [0; CLASSES];
    let mut could_end = 0;
    for (index, class) in class.iter_mut().enumerate() {
        let (after_nonzero, after_zero) = counts.get(context, index);
        *class = after_nonzero + after_zero;
        could_end += if index < 11 { after_nonzero } else { 0 };
    }
    let sum = |range: std::ops::Range<usize>| class[range].iter().sum::<u32>();
    [
        (class[11], could_end),
        (class[0], sum(1..11)),
        (class[1], sum(2..11)),
        (sum(2..5), sum(5..11)),
        (class[2], sum(3..5)),
        (class[3], class[4]),
        (sum(5..7), sum(7..11)),
        (class[5], class[6]),
        (sum(7..9), sum(9..11)),
        (class[7], class[8]),
        (class[9], class[10]),
    ]
}

/// Returns a lower bound, in bytes, of the size of all counted tokens.
pub(crate) fn least_bytes(counts: &TokenCounts) -> usize {
    let mut cost = 0;
    for context in 0..CONTEXTS {
        for (zeros, ones) in count_branches(counts, context) {
            // No encoder needs fewer bits than at the best of the 255 probabilities. Rounding changes the cost
            // of a symbol by less than a 256th of a bit.
            let symbols = u64::from(zeros) + u64::from(ones);
            cost += bits_cost(zeros, ones, best_probability(zeros, ones)).saturating_sub(symbols);
        }
    }
    (cost / (8 * 256)) as usize
}

/// The least magnitude of the last class. All greater magnitudes have the same class.
const COUNTED_MAGNITUDES: usize = 68;

/// Costs of levels in 256ths of a bit.
pub(crate) struct LevelCosts {
    /// Costs of magnitudes, by context. They include the sign and a "no" at the end-of-block node.
    levels: Vec<[u16; COUNTED_MAGNITUDES]>,
    /// The costs of "no end of block" and of "end of block", by context.
    ends: [(u16, u16); CONTEXTS],
}

impl LevelCosts {
    pub(crate) fn new(probabilities: &Probabilities) -> Self {
        let mut costs = Self {
            levels: vec![[0; COUNTED_MAGNITUDES]; CONTEXTS],
            ends: [(0, 0); CONTEXTS],
        };
        costs.update(probabilities);
        costs
    }

    /// Recomputes all costs.
    pub(crate) fn update(&mut self, probabilities: &Probabilities) {
        for (context, nodes) in probabilities.0.iter().enumerate() {
            self.ends[context] = (
                bit_cost(true, nodes[0]) as u16,
                bit_cost(false, nodes[0]) as u16,
            );
            for (magnitude, cost) in self.levels[context].iter_mut().enumerate() {
                *cost = magnitude_cost(magnitude, nodes) as u16;
            }
        }
    }

    /// Returns the index of the context of coefficient `index` after a magnitude.
    #[inline(always)]
    pub(crate) fn context(kind: BlockKind, index: usize, magnitude_before: usize) -> usize {
        kind as usize * 24 + 3 * BANDS[index] + magnitude_before.min(2)
    }

    /// Returns the cost of a level, without the end-of-block node.
    #[inline(always)]
    pub(crate) fn level(&self, context: usize, magnitude: u16) -> u32 {
        let index = usize::from(magnitude).min(COUNTED_MAGNITUDES - 1);
        u32::from(self.levels[context][index])
    }

    /// Returns the costs of "no end of block" and "end of block".
    #[inline(always)]
    pub(crate) fn end(&self, context: usize) -> (u32, u32) {
        let (no, yes) = self.ends[context];
        (no.into(), yes.into())
    }

    /// Returns the cost of a block.
    pub(crate) fn block(
        &self,
        kind: BlockKind,
        neighbors: usize,
        levels: &[i16; 16],
        nonzero: u16,
    ) -> u32 {
        let first = kind.first();
        let end = 16 - nonzero.leading_zeros() as usize;
        let mut context = Self::context(kind, first, neighbors);
        let mut cost = 0;
        let mut can_end = true;
        for (index, level) in levels.iter().enumerate().take(end).skip(first) {
            let magnitude = level.unsigned_abs();
            cost += self.level(context, magnitude);
            if can_end {
                cost += self.end(context).0;
            }
            can_end = magnitude != 0;
            context = Self::context(kind, index + 1, magnitude.into());
        }
        if end < 16 {
            cost += self.end(context).1;
        }
        cost
    }
}

/// Returns the cost of a magnitude and its sign in a context.
fn magnitude_cost(magnitude: usize, nodes: &Nodes) -> u32 {
    let node = |index: usize, bit: bool| bit_cost(bit, nodes[index]);
    if magnitude == 0 {
        return node(1, false);
    }
    let sign = 256;
    let start = node(1, true) + node(2, magnitude > 1) + sign;
    let rest = match magnitude {
        1 => 0,
        2..=4 => {
            let third = if magnitude > 2 {
                node(5, magnitude == 4)
            } else {
                0
            };
            node(3, false) + node(4, magnitude > 2) + third
        }
        5..=10 => {
            let extra = if magnitude > 6 { 2 } else { 1 };
            node(3, true) + node(6, false) + node(7, magnitude > 6) + 256 * extra
        }
        _ => {
            let (high, second, extra) = match magnitude {
                11..=18 => (false, false, 3),
                19..=34 => (false, true, 4),
                35..=66 => (true, false, 5),
                _ => (true, true, 7),
            };
            let pair = node(if high { 10 } else { 9 }, second);
            node(3, true) + node(6, true) + node(8, high) + pair + 256 * extra
        }
    };
    start + rest
}
