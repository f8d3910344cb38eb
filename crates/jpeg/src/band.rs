//! The rows of samples that a decoder passes on while it decodes an image from top to bottom.

use std::ops::Range;

use crate::window::RowWindow;

/// The number of rows above a band that [`Band::row`] can still return.
const ROWS_ABOVE: usize = 2;

/// The newest rows of every component: those of one row of units (MCUs).
///
/// The samples are those of the components, before upsampling and before any conversion of colors.
#[derive(Debug, Clone, Copy)]
pub struct Band<'a> {
    windows: &'a [RowWindow],
}

impl<'a> Band<'a> {
    /// Creates the band whose rows are in `windows`, one window for each component.
    pub(crate) const fn new(windows: &'a [RowWindow]) -> Self {
        Self { windows }
    }

    /// Returns the numbers of the rows of a component in this band. Consecutive bands have
    /// consecutive rows.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn rows(&self, component: usize) -> Range<usize> {
        self.windows[component].current_rows()
    }

    /// Returns the samples of a row, without the padding of its last block. The row must be in this
    /// band or be one of the two rows above it. A number past the last row of the component stands
    /// for the last row.
    ///
    /// # Panics
    /// If there is no such component, or if the row is not in memory.
    pub fn row(&self, component: usize, row: usize) -> &'a [u8] {
        let window = &self.windows[component];
        assert!(row + ROWS_ABOVE >= window.current_rows().start);
        window.row(row)
    }
}
