//! Random and extreme inputs of kernels.

use super::super::{Edges, Quantizer, SubblockEdge};
use crate::tables::{AC_STEPS, DC_STEPS};

/// Returns samples of one of several kinds: noise, extremes, nearly flat, with outliers, or a pattern.
pub(super) fn samples<const N: usize>(random: &mut fastrand::Rng) -> [[u8; 16]; N] {
    let (kind, base) = (random.u8(0..6), random.u8(..));
    if kind == 5 {
        let patterns = patterns();
        let pattern = &patterns[random.usize(..patterns.len())];
        return std::array::from_fn(|i| pattern[i]);
    }
    let slopes = [random.i32(-40..40), random.i32(-40..40)];
    let mut rows = [[0; 16]; N];
    for (i, sample) in rows.as_flattened_mut().iter_mut().enumerate() {
        *sample = match kind {
            0 => random.u8(..),
            1 => 255 * random.u8(0..2),
            2 => base.saturating_add(random.u8(0..4)),
            3 => {
                if random.u8(..) < 20 {
                    255 - base
                } else {
                    base
                }
            }
            _ => {
                let (x, y) = ((i % 16) as i32, (i / 16) as i32);
                (i32::from(base) + slopes[0] * x + slopes[1] * y).clamp(0, 255) as u8
            }
        };
    }
    rows
}

/// Returns flat samples, alternating black and white ones, single black or white ones, and gradients.
pub(super) fn patterns() -> [[[u8; 16]; 16]; 14] {
    let white_if = |white: bool| if white { 255 } else { 0 };
    let pattern = |sample: &dyn Fn(usize, usize) -> u8| {
        std::array::from_fn(|y| std::array::from_fn(|x| sample(x, y)))
    };
    [
        pattern(&|_, _| 0),
        pattern(&|_, _| 255),
        pattern(&|_, _| 128),
        pattern(&|x, _| white_if(x % 2 == 0)),
        pattern(&|_, y| white_if(y % 2 == 0)),
        pattern(&|x, y| white_if((x + y) % 2 == 0)),
        pattern(&|x, y| white_if((x / 2 + y / 2) % 2 == 0)),
        pattern(&|x, y| white_if((x / 4 + y / 4) % 2 == 0)),
        pattern(&|x, y| white_if(x % 4 == 0 && y % 4 == 0)),
        pattern(&|x, y| white_if(x % 4 != 3 || y % 4 != 3)),
        pattern(&|x, _| 17 * x as u8),
        pattern(&|x, _| 255 - 17 * x as u8),
        pattern(&|_, y| 17 * y as u8),
        pattern(&|x, y| (8 * x + 9 * y) as u8),
    ]
}

pub(super) fn edges(random: &mut fastrand::Rng) -> Edges {
    let [top, left_a, left_b, rest] = samples::<4>(random);
    let (corner, dc) = ([rest[0], rest[1]], [rest[2], rest[3]]);
    Edges {
        top,
        left: [left_a, left_b],
        corner,
        dc,
    }
}

/// Returns edges with a row, a column and other samples of a pattern.
pub(super) fn edges_from(pattern: &[[u8; 16]; 16]) -> Edges {
    let left = pattern.map(|row| row[15]);
    let (corner, dc) = (
        [pattern[0][0], pattern[3][3]],
        [pattern[4][7], pattern[7][4]],
    );
    Edges {
        top: pattern[15],
        left: [left, pattern.map(|row| row[0])],
        corner,
        dc,
    }
}

/// Returns an edge whose last samples repeat others, as they do in all edges.
pub(super) fn subblock_edge(mut samples: [u8; 16]) -> SubblockEdge {
    samples[13] = samples[12];
    (samples[14], samples[15]) = (samples[0], samples[0]);
    samples
}

pub(super) fn costs(random: &mut fastrand::Rng) -> [u16; 16] {
    let most = [0, 1, 300, u16::MAX][random.usize(0..4)];
    std::array::from_fn(|_| random.u16(0..=most))
}

pub(super) fn quantizer(random: &mut fastrand::Rng) -> Quantizer {
    let dc = DC_STEPS[random.usize(0..128)] * random.u16(1..=2);
    let ac = AC_STEPS[random.usize(0..128)] * [100, 155][random.usize(0..2)] / 100;
    Quantizer::new(dc, ac, &std::array::from_fn(|_| random.u16(0..=160)))
}

/// Returns quantizers with the least and the greatest steps, each without rounding and with much rounding.
pub(super) fn extreme_quantizers() -> [Quantizer; 4] {
    let (least, greatest) = (DC_STEPS[0], 2 * DC_STEPS[127]);
    let (least_ac, greatest_ac) = (AC_STEPS[0], AC_STEPS[127] * 155 / 100);
    [
        Quantizer::new(least, least_ac, &[0; 16]),
        Quantizer::new(least, least_ac, &[160; 16]),
        Quantizer::new(greatest, greatest_ac, &[0; 16]),
        Quantizer::new(greatest, greatest_ac, &[160; 16]),
    ]
}

/// Returns coefficients whose inverse transform does not overflow: many, or only the first.
pub(super) fn coefficients(random: &mut fastrand::Rng) -> [i16; 16] {
    let most = [1, 100, 2000][random.usize(0..3)];
    let mut block = [0; 16];
    if random.u8(0..4) == 0 {
        block[0] = random.i16(-30_000..=30_000);
        return block;
    }
    let density = random.u8(..);
    for value in &mut block {
        if random.u8(..) <= density {
            *value = random.i16(-most..=most);
        }
    }
    block
}
