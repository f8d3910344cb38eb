//! The rows of samples that are in memory while an image is decoded from top to bottom.

use std::ops::Range;

use crate::frame::{Component, Frame};

/// The number of groups of rows in a row of units (MCUs). In each group, a component with a
/// vertical sampling factor of n has n rows.
const GROUPS: u32 = 8;
/// The number of groups that are kept from the preceding row of units, because upsampling a row also
/// reads the rows above and below it.
const KEPT_GROUPS: u32 = 2;

/// The newest rows of a component.
#[derive(Debug, Clone)]
pub(crate) struct RowWindow {
    rows_per_group: usize,
    stride: usize,
    width: usize,
    height: usize,
    /// The first row of the component in the current row of units.
    current: usize,
    /// The kept rows, followed by the rows of the current row of units.
    samples: Vec<u8>,
}

impl RowWindow {
    /// Returns the number of bytes that a component needs.
    pub(crate) const fn bytes(component: &Component) -> usize {
        let rows = (GROUPS + KEPT_GROUPS) * component.vertical;
        rows as usize * component.blocks_per_row() as usize * 8
    }

    /// Creates the window of a component, before its first row.
    pub(crate) fn new(component: &Component) -> Self {
        Self {
            rows_per_group: component.vertical as usize,
            stride: component.blocks_per_row() as usize * 8,
            width: component.width as usize,
            height: component.height as usize,
            current: 0,
            samples: vec![0; Self::bytes(component)],
        }
    }

    /// Creates the windows of all components.
    pub(crate) fn for_frame(frame: &Frame) -> Vec<Self> {
        frame.components.iter().map(Self::new).collect()
    }

    /// Moves on to the next row of units.
    pub(crate) fn advance(&mut self) {
        let kept = KEPT_GROUPS as usize * self.rows_per_group * self.stride;
        let from = self.samples.len() - kept;
        self.samples.copy_within(from.., 0);
        self.current += GROUPS as usize * self.rows_per_group;
    }

    /// Returns the number of samples from the beginning of a row to the beginning of the next.
    pub(crate) const fn stride(&self) -> usize {
        self.stride
    }

    /// Returns the samples of the window, beginning with the first sample of a block in the current
    /// row of units. The slice is empty if the block lies to the right of the image.
    #[inline]
    pub(crate) fn block_mut(&mut self, column: usize, row: usize) -> &mut [u8] {
        let row = KEPT_GROUPS as usize * self.rows_per_group + 8 * row;
        if 8 * column >= self.stride {
            return &mut [];
        }
        let start = row * self.stride + 8 * column;
        self.samples.get_mut(start..).unwrap_or_default()
    }

    /// Returns the numbers of the rows in the current row of units.
    pub(crate) fn current_rows(&self) -> Range<usize> {
        let end = self.current + GROUPS as usize * self.rows_per_group;
        self.current..end.min(self.height)
    }

    /// Returns a row of the component, or its last row if `row` exceeds the height. The returned
    /// row must be in the window.
    pub(crate) fn row(&self, row: usize) -> &[u8] {
        let row = row.min(self.height - 1);
        let kept = KEPT_GROUPS as usize * self.rows_per_group;
        let start = (row + kept - self.current) * self.stride;
        &self.samples[start..start + self.width]
    }
}
