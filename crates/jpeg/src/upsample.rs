//! Upsampling of components that are smaller than the image, as libjpeg does it.
//!
//! At a factor of two, each new sample is a mix of the two nearest samples at a ratio of 3 to 1
//! ("fancy upsampling"). Samples are repeated instead if the horizontal or vertical factor exceeds
//! two, or if columns are to be doubled and the component has fewer than three columns.

use crate::frame::{Component, Frame};
use crate::window::RowWindow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    None,
    Horizontal,
    Vertical,
    Both,
    Repetition,
}

/// An upsampler that turns the rows of a component into rows of the image.
#[derive(Debug, Clone)]
pub(crate) struct Upsampler {
    method: Method,
    horizontal: usize,
    vertical: usize,
    /// The weighted sums of two rows of the component.
    sums: Vec<u16>,
    row: Vec<u8>,
}

impl Upsampler {
    /// Creates the upsampler of a component.
    pub(crate) fn new(component: &Component, frame: &Frame) -> Self {
        let (horizontal, vertical) = frame.subsampling(component);
        // Like libjpeg, interpolate between columns only if the component has at least three.
        let is_wide = component.width > 2;
        let method = match (horizontal, vertical) {
            (1, 1) => Method::None,
            (2, 1) if is_wide => Method::Horizontal,
            (1, 2) => Method::Vertical,
            (2, 2) if is_wide => Method::Both,
            _ => Method::Repetition,
        };
        let width = component.width as usize;
        Self {
            method,
            horizontal: horizontal as usize,
            vertical: vertical as usize,
            sums: match method {
                Method::Both => vec![0; width],
                _ => Vec::new(),
            },
            row: match method {
                Method::None => Vec::new(),
                _ => vec![0; width * horizontal as usize],
            },
        }
    }

    /// Returns a row of the image.
    pub(crate) fn row<'a>(&'a mut self, window: &'a RowWindow, row: usize) -> &'a [u8] {
        let nearest = window.row(row / self.vertical);
        match self.method {
            Method::None => return nearest,
            Method::Horizontal => interpolate::<2, _>(nearest, &mut self.row, [2, 1]),
            Method::Vertical => {
                let bias = if row.is_multiple_of(2) { 1 } else { 2 };
                let sums = weighted_sums(nearest, window.row(neighbor(row)));
                for (sample, sum) in self.row.iter_mut().zip(sums) {
                    *sample = ((sum + bias) >> 2) as u8;
                }
            }
            Method::Both => {
                let sums = weighted_sums(nearest, window.row(neighbor(row)));
                self.sums
                    .iter_mut()
                    .zip(sums)
                    .for_each(|(to, sum)| *to = sum);
                interpolate::<4, _>(&self.sums, &mut self.row, [7, 8]);
            }
            Method::Repetition => {
                for (samples, sample) in self.row.chunks_mut(self.horizontal).zip(nearest) {
                    samples.fill(*sample);
                }
            }
        }
        &self.row
    }
}

/// Returns the component row that is second nearest to an image row. The image has twice as many
/// rows as the component.
const fn neighbor(row: usize) -> usize {
    if row.is_multiple_of(2) {
        (row / 2).saturating_sub(1)
    } else {
        row / 2 + 1
    }
}

#[inline(always)]
fn weighted_sums(nearest: &[u8], neighbor: &[u8]) -> impl Iterator<Item = u16> {
    let samples = nearest.iter().zip(neighbor);
    samples.map(|(nearest, neighbor)| u16::from(*nearest) * 3 + u16::from(*neighbor))
}

/// Turns each sample into a left and a right sample: mixes it with the neighbor on that side, adds
/// a bias for rounding, and removes `SHIFT` fractional bits. `bias` contains the bias for right
/// samples, then the bias for left samples.
#[inline(always)]
fn interpolate<const SHIFT: u32, T: Copy + Into<u16>>(from: &[T], to: &mut [u8], bias: [u16; 2]) {
    let mix = |near: T, far: T, bias: u16| ((near.into() * 3 + far.into() + bias) >> SHIFT) as u8;
    let [right, left] = bias;
    let pairs = to.as_chunks_mut::<2>().0;
    let ([first_pair, pairs @ .., last_pair], [first, .., last]) = (pairs, from) else {
        return;
    };
    let inner = from.iter().zip(&from[1..]).zip(&from[2..]);
    for (pair, ((before, sample), after)) in pairs.iter_mut().zip(inner) {
        *pair = [mix(*sample, *before, left), mix(*sample, *after, right)];
    }
    *first_pair = [mix(*first, *first, left), mix(*first, from[1], right)];
    *last_pair = [
        mix(*last, from[from.len() - 2], left),
        mix(*last, *last, right),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_interpolated_at_three_to_one() {
        let mut row = [0; 8];
        interpolate::<2, u8>(&[0, 40, 80, 255], &mut row, [2, 1]);
        assert_eq!(row, [0, 10, 30, 50, 70, 124, 211, 255]);
    }

    #[test]
    fn the_neighbor_is_above_even_rows_and_below_odd_ones() {
        assert_eq!([0, 1, 2, 3].map(neighbor), [0, 1, 0, 2]);
    }
}
