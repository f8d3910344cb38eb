//! Cache-friendly copying of stored columns to rows.

/// The number of target rows in a tile, which is also the number of adjacent pixels that are read
/// from a stored row.
const TILE_ROWS: usize = 32;
/// The number of stored rows that are interleaved at a time.
const INTERLEAVED_ROWS: usize = 4;

/// A copier that turns columns of a stored image into rows.
pub(super) struct ColumnCopier<'a, P> {
    /// The stored pixels, row by row.
    pub(super) source: &'a [P],
    /// The width of the stored image in pixels.
    pub(super) stored_width: usize,
    /// The column that becomes the first row.
    pub(super) first_column: usize,
    /// `true` if the following rows come from the columns to the left of the first.
    pub(super) right_to_left: bool,
    /// `true` if a row begins with the pixel of the last stored row.
    pub(super) bottom_up: bool,
}

impl<P: Copy> ColumnCopier<'_, P> {
    /// Fills rows of `width` pixels, tile by tile, so that all pixels of a tile stay in the cache.
    pub(super) fn copy_to(&self, target: &mut [P], width: usize) {
        for (tile, rows) in target.chunks_mut(TILE_ROWS * width).enumerate() {
            let count = rows.len() / width;
            let copied = tile * TILE_ROWS;
            let start = if self.right_to_left {
                self.first_column + 1 - copied - count
            } else {
                self.first_column + copied
            };
            let stored_row = |x: usize| {
                let height = self.source.len() / self.stored_width;
                let y = if self.bottom_up { height - 1 - x } else { x };
                &self.source[y * self.stored_width + start..][..count]
            };
            let whole = width / INTERLEAVED_ROWS * INTERLEAVED_ROWS;
            for x in (0..whole).step_by(INTERLEAVED_ROWS) {
                let four = [
                    stored_row(x),
                    stored_row(x + 1),
                    stored_row(x + 2),
                    stored_row(x + 3),
                ];
                self.interleave(four, rows, width, x);
            }
            for x in whole..width {
                self.interleave([stored_row(x)], rows, width, x);
            }
        }
    }

    /// Writes each of `stored_rows` to one column of `rows`, beginning with column `x`. A stored row
    /// has as many pixels as there are rows.
    fn interleave<const N: usize>(
        &self,
        stored_rows: [&[P]; N],
        rows: &mut [P],
        width: usize,
        x: usize,
    ) {
        let count = rows.len() / width;
        for (row, to) in rows.chunks_exact_mut(width).enumerate() {
            let from = if self.right_to_left {
                count - 1 - row
            } else {
                row
            };
            to[x..x + N].copy_from_slice(&stored_rows.map(|stored| stored[from]));
        }
    }
}
