//! Quantization that weighs the error of each level against its cost (a Viterbi search over levels).

use crate::kernels::Quantizer;
use crate::probabilities::LevelCosts;
use crate::tables::ZIGZAG;
use crate::tokens::BlockKind;

/// The weights of a block's error and rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    /// The cost of a unit of squared coefficient error.
    pub(crate) error: u64,
    /// The cost of a 256th of a bit.
    pub(crate) rate: u64,
}

/// The cheapest path to a coefficient whose magnitude belongs to a class (0, 1, or greater).
#[derive(Clone, Copy)]
struct Node {
    cost: u64,
    magnitude: u16,
    /// The class of the previous coefficient.
    before: u8,
}

const UNREACHED: Node = Node {
    cost: u64::MAX,
    magnitude: 0,
    before: 0,
};

/// A position at which a block may begin or continue.
#[derive(Clone, Copy)]
struct From {
    cost: u64,
    class: u8,
    /// `true` if the block could end here instead.
    can_end: bool,
}

/// Quantizes a block like [`Kernels::quantize`](crate::kernels::Kernels::quantize), but with the levels that
/// have the least total of error and rate.
pub(crate) fn quantize(
    block: &mut [i16; 16],
    quantizer: &Quantizer,
    (kind, neighbors): (BlockKind, usize),
    costs: &LevelCosts,
    weights: Weights,
    levels: &mut [i16; 16],
) -> u16 {
    let first = kind.first();
    let mut nodes = [[UNREACHED; 3]; 16];
    let zero_errors = zero_errors(block, weights);
    let start_context = LevelCosts::context(kind, first, neighbors);
    let mut best_end = zero_errors[first] + weights.rate * u64::from(costs.end(start_context).1);
    let mut last = None;
    let start = From {
        cost: 0,
        class: neighbors as u8,
        can_end: true,
    };
    let mut froms = [Some(start), None, None];
    // Levels never exceed those of plain quantization, so all levels after its last nonzero level are 0.
    let end = (first..16)
        .rev()
        .find(|&index| plain_level(block, quantizer, index) != 0);
    for index in first..end.map_or(first, |last| last + 1) {
        let reached = step(block, quantizer, (kind, index), costs, weights, &froms);
        nodes[index] = reached;
        for (class, node) in reached.iter().enumerate().skip(1) {
            let end = if index < 15 {
                costs.end(LevelCosts::context(kind, index + 1, class)).1
            } else {
                0
            };
            let rest = zero_errors[index + 1] + weights.rate * u64::from(end);
            let total = node.cost.saturating_add(rest);
            if total < best_end {
                (best_end, last) = (total, Some((index, class)));
            }
        }
        for (class, from) in froms.iter_mut().enumerate() {
            let Node { cost, .. } = reached[class];
            let next = From {
                cost,
                class: class as u8,
                can_end: class > 0,
            };
            *from = (cost != u64::MAX).then_some(next);
        }
    }
    trace(&nodes, last, first, block, quantizer, levels)
}

/// Returns, for each coefficient, the error if it and all later ones become 0.
fn zero_errors(block: &[i16; 16], weights: Weights) -> [u64; 17] {
    let mut errors = [0; 17];
    for index in (0..16).rev() {
        let value = u64::from(block[ZIGZAG[index]].unsigned_abs());
        errors[index] = errors[index + 1] + weights.error * value * value;
    }
    errors
}

/// Returns the magnitude of the level in plain quantization.
fn plain_level(block: &[i16; 16], quantizer: &Quantizer, index: usize) -> u16 {
    let position = ZIGZAG[index];
    let magnitude = block[position].unsigned_abs() + quantizer.rounding[position];
    ((u32::from(magnitude) * u32::from(quantizer.reciprocal[position])) >> 16) as u16
}

/// Returns the cheapest paths to coefficient `index`, by class.
#[inline]
fn step(
    block: &[i16; 16],
    quantizer: &Quantizer,
    (kind, index): (BlockKind, usize),
    costs: &LevelCosts,
    weights: Weights,
    froms: &[Option<From>; 3],
) -> [Node; 3] {
    let position = ZIGZAG[index];
    let magnitude = u32::from(block[position].unsigned_abs());
    let step = u32::from(quantizer.step[position]);
    let plain = plain_level(block, quantizer, index);
    let mut nodes = [UNREACHED; 3];
    for candidate in plain.saturating_sub(1)..=plain {
        let difference = u64::from(magnitude.abs_diff(u32::from(candidate) * step));
        let error = weights.error * difference * difference;
        let node = &mut nodes[usize::from(candidate.min(2))];
        for from in froms.iter().flatten() {
            let context = LevelCosts::context(kind, index, from.class.into());
            let no_end = if from.can_end {
                costs.end(context).0
            } else {
                0
            };
            let rate = u64::from(costs.level(context, candidate) + no_end);
            let cost = from.cost + error + weights.rate * rate;
            if cost < node.cost {
                *node = Node {
                    cost,
                    magnitude: candidate,
                    before: from.class,
                };
            }
        }
    }
    nodes
}

/// Writes the levels of the cheapest path to `levels`, and the dequantized coefficients to `block`. Returns a
/// bit per nonzero level.
fn trace(
    nodes: &[[Node; 3]; 16],
    last: Option<(usize, usize)>,
    first: usize,
    block: &mut [i16; 16],
    quantizer: &Quantizer,
    levels: &mut [i16; 16],
) -> u16 {
    *levels = [0; 16];
    let mut nonzero = 0;
    if let Some((last, mut class)) = last {
        for index in (first..=last).rev() {
            let node = nodes[index][class];
            let value = node.magnitude as i16;
            levels[index] = if block[ZIGZAG[index]] < 0 {
                -value
            } else {
                value
            };
            nonzero |= u16::from(value != 0) << index;
            class = usize::from(node.before);
        }
    }
    for (&position, &level) in ZIGZAG.iter().zip(levels.iter()) {
        block[position] = level * quantizer.step[position] as i16;
    }
    nonzero
}
