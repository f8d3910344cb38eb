//! The filter from stored chroma to halved, upright chroma.

use super::chroma_axis::ChromaAxis;
use super::range::limit_chroma_sums;

/// A filter for the rows of one component.
#[derive(Debug, Clone)]
pub(crate) struct ChromaFilter {
    columns: ChromaAxis,
    /// 8 times the samples of a row, filtered vertically.
    eighths: Vec<u16>,
    /// 64 times the samples of a row, filtered on both axes.
    sums: Vec<u16>,
}

impl ChromaFilter {
    /// Creates a filter for rows of up to `stored` samples that become `halved` samples.
    pub(crate) fn new(columns: ChromaAxis, stored: usize, halved: usize) -> Self {
        Self {
            columns,
            eighths: vec![0; stored],
            sums: vec![0; halved],
        }
    }

    /// Computes the row `row` of halved chroma in limited range. `taps` are the stored rows and
    /// their weights, as returned by [`ChromaAxis::taps`].
    pub(crate) fn apply(&mut self, row: usize, taps: [(&[u8], u16); 3], limited: &mut [u8]) {
        let [(first, a), (second, b), (third, c)] = taps;
        let rows = first.iter().zip(second).zip(third);
        for (to, ((first, second), third)) in self.eighths.iter_mut().zip(rows) {
            *to = u16::from(*first) * a + u16::from(*second) * b + u16::from(*third) * c;
        }
        self.columns
            .filter(&self.eighths[..first.len()], &mut self.sums);
        limit_chroma_sums(row, &self.sums, limited);
    }
}
