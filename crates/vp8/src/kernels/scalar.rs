//! The kernels in portable code. They define the results of all others.

use super::{
    Edges, Kernels, Quantizer, SUBBLOCK_MODES, SUBBLOCK_SHUFFLES, SubblockEdge, WholeMode,
};
use crate::tables::ZIGZAG;

/// Kernels without SIMD instructions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar;

impl Kernels for Scalar {
    fn energies(self, source: &[[u8; 16]]) -> [u16; 16] {
        let mut energies = [0; 16];
        for (index, energy) in energies.iter_mut().enumerate() {
            let block = residual(source, &[[0; 16]; 16], index);
            let (sum, first) = hadamard(&block);
            *energy = (sum - first) as u16;
        }
        energies
    }

    fn score(self, source: &[[u8; 16]], edges: &Edges) -> [u32; 4] {
        let mut prediction = [[0; 16]; 16];
        WholeMode::ALL.map(|mode| {
            self.predict(edges, mode, &mut prediction[..source.len()]);
            (0..source.len())
                .map(|block| hadamard(&residual(source, &prediction, block)).0)
                .sum()
        })
    }

    fn squared_error(self, a: &[[u8; 16]], b: &[[u8; 16]]) -> u32 {
        let pairs = a.as_flattened().iter().zip(b.as_flattened());
        pairs.map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    }

    fn predict(self, edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]) {
        for (y, row) in prediction.iter_mut().enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                let half = x / 8;
                let (top, left) = (edges.top[x], edges.left[half][y]);
                *sample = match mode {
                    WholeMode::Dc => edges.dc[half],
                    WholeMode::Vertical => top,
                    WholeMode::Horizontal => left,
                    WholeMode::TrueMotion => true_motion(left, top, edges.corner[half]),
                };
            }
        }
    }

    fn forward(self, source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]) {
        for (index, out) in out.iter_mut().enumerate() {
            *out = forward_transform(&residual(source, prediction, index));
        }
    }

    fn quantize(
        self,
        coefficients: &mut [[i16; 16]],
        quantizer: &Quantizer,
        levels: &mut [[i16; 16]],
        nonzero: &mut [u16],
    ) {
        for ((block, levels), nonzero) in coefficients.iter_mut().zip(levels).zip(nonzero) {
            *nonzero = quantize_block(block, quantizer, levels);
        }
    }

    fn inverse(self, coefficients: &[[i16; 16]], prediction: &[[u8; 16]], out: &mut [[u8; 16]]) {
        for (index, block) in coefficients.iter().enumerate() {
            let residual = inverse_transform(block);
            let (x, y) = (4 * (index % 4), 4 * (index / 4));
            for (i, &value) in residual.iter().enumerate() {
                let (x, y) = (x + i % 4, y + i / 4);
                out[y][x] = clamp(prediction[y][x].into(), value);
            }
        }
    }

    fn score_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        costs: &[u16; 16],
    ) -> [u16; 16] {
        let mut scores = [u16::MAX; 16];
        for mode in 0..SUBBLOCK_MODES {
            let prediction = predict_subblock(edge, mode as u8);
            let sum = hadamard(&difference(source, &prediction)).0;
            scores[mode] = costs[mode].saturating_add(sum as u16);
        }
        scores
    }

    fn code_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        mode: u8,
        quantizer: &Quantizer,
        levels: &mut [i16; 16],
    ) -> ([u8; 16], u16) {
        let prediction = predict_subblock(edge, mode);
        let mut block = forward_transform(&difference(source, &prediction));
        let nonzero = quantize_block(&mut block, quantizer, levels);
        (inverse_block(&block, &prediction), nonzero)
    }
}

fn clamp(prediction: i16, residual: i16) -> u8 {
    (prediction + residual).clamp(0, 255) as u8
}

fn true_motion(left: u8, top: u8, corner: u8) -> u8 {
    clamp(i16::from(left) + i16::from(top), -i16::from(corner))
}

/// Returns the differences of block `index`.
fn residual(source: &[[u8; 16]], prediction: &[[u8; 16]], index: usize) -> [i16; 16] {
    let (x, y) = (4 * (index % 4), 4 * (index / 4));
    std::array::from_fn(|i| {
        let (x, y) = (x + i % 4, y + i / 4);
        i16::from(source[y][x]) - i16::from(prediction[y][x])
    })
}

fn difference(source: &[u8; 16], prediction: &[u8; 16]) -> [i16; 16] {
    std::array::from_fn(|i| i16::from(source[i]) - i16::from(prediction[i]))
}

/// Returns the sum of the absolute coefficients of the Hadamard transform, and the absolute first one.
fn hadamard(block: &[i16; 16]) -> (u32, u32) {
    let mut columns = [0i16; 16];
    for i in 0..4 {
        let (a, b) = (block[i] + block[8 + i], block[4 + i] + block[12 + i]);
        let (c, d) = (block[i] - block[8 + i], block[4 + i] - block[12 + i]);
        columns[i] = a + b;
        columns[4 + i] = a - b;
        columns[8 + i] = c + d;
        columns[12 + i] = c - d;
    }
    let mut sum = 0;
    for row in columns.chunks_exact(4) {
        let (a, b) = (row[0] + row[2], row[1] + row[3]);
        let (c, d) = (row[0] - row[2], row[1] - row[3]);
        for value in [a + b, a - b, c + d, c - d] {
            sum += u32::from(value.unsigned_abs());
        }
    }
    let first = columns[0] + columns[1] + columns[2] + columns[3];
    (sum, first.unsigned_abs().into())
}

/// Multiplies by `factor / 2^15`, rounded to nearest.
fn scale(value: i16, factor: i16) -> i16 {
    ((i32::from(value) * i32::from(factor) + (1 << 14)) >> 15) as i16
}

/// `sqrt(2) * cos(pi / 8) - 1` and `sqrt(2) * sin(pi / 8)` in 2^15ths.
pub(super) const FORWARD_COS: i16 = 10045;
pub(super) const FORWARD_SIN: i16 = 17734;

fn forward_step([a, b, c, d]: [i16; 4]) -> [i16; 4] {
    let (sum, inner_sum) = (a + d, b + c);
    let (outer, inner) = (a - d, b - c);
    [
        sum + inner_sum,
        outer + scale(outer, FORWARD_COS) + scale(inner, FORWARD_SIN),
        sum - inner_sum,
        scale(outer, FORWARD_SIN) - (inner + scale(inner, FORWARD_COS)),
    ]
}

/// Transforms a residual, columns first. Values are 8 times as large between the two passes.
fn forward_transform(block: &[i16; 16]) -> [i16; 16] {
    let mut columns = [0; 16];
    for i in 0..4 {
        let column = forward_step([0, 4, 8, 12].map(|row| block[row + i] << 3));
        for (row, value) in column.into_iter().enumerate() {
            columns[4 * row + i] = value;
        }
    }
    let mut out = [0; 16];
    for (row, out) in columns.chunks_exact(4).zip(out.chunks_exact_mut(4)) {
        let row = forward_step([row[0], row[1], row[2], row[3]]);
        out.copy_from_slice(&row.map(|value| (value + 8) >> 4));
    }
    out
}

/// The factors of section 14.3: `sqrt(2) * cos(pi / 8) - 1` and `sqrt(2) * sin(pi / 8)` in 2^16ths.
pub(super) const INVERSE_COS: i32 = 20091;
pub(super) const INVERSE_SIN: i32 = 35468;

fn inverse_step([a, b, c, d]: [i16; 4]) -> [i16; 4] {
    let sin = |value: i16| ((i32::from(value) * INVERSE_SIN) >> 16) as i16;
    let cos = |value: i16| value + ((i32::from(value) * INVERSE_COS) >> 16) as i16;
    let (sum, difference) = (a + c, a - c);
    let (low, high) = (sin(b) - cos(d), cos(b) + sin(d));
    [sum + high, difference + low, difference - low, sum - high]
}

fn inverse_transform(block: &[i16; 16]) -> [i16; 16] {
    let mut columns = [0; 16];
    for i in 0..4 {
        let column = inverse_step([0, 4, 8, 12].map(|row| block[row + i]));
        for (row, value) in column.into_iter().enumerate() {
            columns[4 * row + i] = value;
        }
    }
    let mut out = [0; 16];
    for (row, out) in columns.chunks_exact(4).zip(out.chunks_exact_mut(4)) {
        let row = inverse_step([row[0] + 4, row[1], row[2], row[3]]);
        out.copy_from_slice(&row.map(|value| value >> 3));
    }
    out
}

fn quantize_block(block: &mut [i16; 16], quantizer: &Quantizer, levels: &mut [i16; 16]) -> u16 {
    let mut nonzero = 0;
    for (index, &position) in ZIGZAG.iter().enumerate() {
        let value = block[position];
        let magnitude = u32::from(value.unsigned_abs() + quantizer.rounding[position]);
        let magnitude = (magnitude * u32::from(quantizer.reciprocal[position])) >> 16;
        let level = if value < 0 {
            -(magnitude as i16)
        } else {
            magnitude as i16
        };
        levels[index] = level;
        nonzero |= u16::from(level != 0) << index;
        block[position] = level * quantizer.step[position] as i16;
    }
    nonzero
}

/// Predicts a subblock (section 12.3).
pub(crate) fn predict_subblock(edge: &SubblockEdge, mode: u8) -> [u8; 16] {
    if mode == 0 {
        let left_and_top = edge[..4].iter().chain(&edge[5..9]);
        let sum: u16 = left_and_top.map(|&sample| u16::from(sample)).sum();
        return [((sum + 4) >> 3) as u8; 16];
    }
    if mode == 1 {
        return std::array::from_fn(|i| true_motion(edge[3 - i / 4], edge[5 + i % 4], edge[4]));
    }
    let sample = |i: usize| u16::from(edge[i.min(15)]);
    SUBBLOCK_SHUFFLES[usize::from(mode) - 2].map(|source| {
        let i = usize::from(source) % 16;
        if source < 16 {
            ((sample(i.saturating_sub(1)) + 2 * sample(i) + sample(i + 1) + 2) >> 2) as u8
        } else {
            ((sample(i) + sample(i + 1) + 1) >> 1) as u8
        }
    })
}

/// Returns the coefficients of the difference between a subblock and its prediction.
pub(crate) fn forward_block(source: &[u8; 16], prediction: &[u8; 16]) -> [i16; 16] {
    forward_transform(&difference(source, prediction))
}

/// Returns the samples of a subblock.
pub(crate) fn inverse_block(block: &[i16; 16], prediction: &[u8; 16]) -> [u8; 16] {
    let residual = inverse_transform(block);
    std::array::from_fn(|i| clamp(prediction[i].into(), residual[i]))
}
