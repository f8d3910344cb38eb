//! Turning a plane upright, row by row.

use super::image::Plane;
use crate::Rejection;
use crate::geometry::{Orientation, Size};
use crate::pixels::zeroed_buffer;

/// The number of stored rows that are collected before they become columns. With this number, each
/// write fills a large part of a cache line.
const COLLECTED_ROWS: usize = 32;
/// The side of the squares in which rows become columns.
const SQUARE: usize = 8;

/// A plane that receives its rows in stored order and puts their samples upright.
#[derive(Debug)]
pub(super) struct UprightPlane {
    orientation: Orientation,
    plane: Plane,
    /// The number of samples in a stored row.
    stored_width: usize,
    /// The number of stored rows that are in the plane.
    finished_rows: usize,
    /// Stored rows that are not in the plane yet. Only used if the axes are swapped.
    collected: Vec<u8>,
    collected_rows: usize,
}

impl UprightPlane {
    /// Creates a plane for stored rows of the size `stored`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn new(stored: Size, orientation: Orientation) -> Result<Self, Rejection> {
        let stored_width = stored.width as usize;
        let collected = match orientation.swap_axes {
            true => (stored_width * COLLECTED_ROWS) as u64,
            false => 0,
        };
        Ok(Self {
            orientation,
            plane: Plane::zeroed(orientation.apply_to_size(stored))?,
            stored_width,
            finished_rows: 0,
            collected: zeroed_buffer(collected)?,
            collected_rows: 0,
        })
    }

    /// Adds the next stored row, which `fill` writes. There are no more rows than in the stored
    /// plane.
    #[inline]
    pub(super) fn add_row(&mut self, fill: impl FnOnce(&mut [u8])) {
        if self.orientation.swap_axes {
            let start = self.collected_rows * self.stored_width;
            fill(&mut self.collected[start..start + self.stored_width]);
            self.collected_rows += 1;
            if self.collected_rows == COLLECTED_ROWS {
                self.write_columns();
            }
            return;
        }
        let row = match self.orientation.mirror_y {
            true => self.plane.height as usize - 1 - self.finished_rows,
            false => self.finished_rows,
        };
        let start = row * self.stored_width;
        let row = &mut self.plane.samples[start..start + self.stored_width];
        fill(row);
        if self.orientation.mirror_x {
            row.reverse();
        }
        self.finished_rows += 1;
    }

    /// Returns the plane, after its last row was added.
    pub(super) fn finish(mut self) -> Plane {
        self.write_columns();
        self.plane
    }

    /// Writes the collected rows into columns of the plane.
    fn write_columns(&mut self) {
        let width = self.plane.width as usize;
        let count = self.collected_rows;
        if count == 0 {
            return;
        }
        let left = match self.orientation.mirror_x {
            true => width - self.finished_rows - count,
            false => self.finished_rows,
        };
        let columns = Columns {
            rows: &self.collected,
            width: self.stored_width,
            count,
            is_right_to_left: self.orientation.mirror_x,
        };
        let targets = self.plane.samples.chunks_exact_mut(width);
        let targets = targets.map(|row| &mut row[left..left + count]);
        match self.orientation.mirror_y {
            true => columns.copy_to(targets.rev()),
            false => columns.copy_to(targets),
        }
        self.finished_rows += count;
        self.collected_rows = 0;
    }
}

/// Stored rows that become columns.
struct Columns<'a> {
    rows: &'a [u8],
    width: usize,
    count: usize,
    /// `true` if the first row becomes the last column.
    is_right_to_left: bool,
}

impl Columns<'_> {
    /// Returns `SQUARE` samples of the row that becomes the column `column`.
    #[inline(always)]
    fn part(&self, column: usize, start: usize) -> &[u8] {
        let row = match self.is_right_to_left {
            true => self.count - 1 - column,
            false => column,
        };
        &self.rows[row * self.width + start..(row + 1) * self.width]
    }

    /// Copies the sample `n` of every row to the `n`th of `targets`, each of which has as many
    /// samples as there are rows.
    fn copy_to<'t>(&self, mut targets: impl Iterator<Item = &'t mut [u8]>) {
        for start in (0..self.width / SQUARE * SQUARE).step_by(SQUARE) {
            let mut strip = [[0; COLLECTED_ROWS]; SQUARE];
            let whole = self.count / SQUARE * SQUARE;
            for column in (0..whole).step_by(SQUARE) {
                let square: [u64; SQUARE] = std::array::from_fn(|row| {
                    let samples = self.part(column + row, start).first_chunk();
                    samples.map_or(0, |samples| u64::from_le_bytes(*samples))
                });
                for (row, samples) in strip.iter_mut().zip(transpose(square)) {
                    row[column..column + SQUARE].copy_from_slice(&samples.to_le_bytes());
                }
            }
            for column in whole..self.count {
                for (row, sample) in strip.iter_mut().zip(self.part(column, start)) {
                    row[column] = *sample;
                }
            }
            for (row, target) in strip.iter().zip(&mut targets) {
                target.copy_from_slice(&row[..target.len()]);
            }
        }
        for (start, target) in (self.width / SQUARE * SQUARE..).zip(targets) {
            for (column, sample) in target.iter_mut().enumerate() {
                *sample = self.part(column, start)[0];
            }
        }
    }
}

/// Transposes a square of bytes. Each number has one row, its first sample in the lowest byte.
#[inline(always)]
fn transpose(mut rows: [u64; SQUARE]) -> [u64; SQUARE] {
    // Each step swaps the squares of half the size above and below the diagonal.
    let mut swap = |upper: usize, lower: usize, shift: u32, mask: u64| {
        let difference = (rows[upper] >> shift ^ rows[lower]) & mask;
        rows[lower] ^= difference;
        rows[upper] ^= difference << shift;
    };
    for row in 0..4 {
        swap(row, row + 4, 32, 0x0000_0000_ffff_ffff);
    }
    for row in [0, 1, 4, 5] {
        swap(row, row + 2, 16, 0x0000_ffff_0000_ffff);
    }
    for row in [0, 2, 4, 6] {
        swap(row, row + 1, 8, 0x00ff_00ff_00ff_00ff);
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::pixels::{Layout, Pixels, to_upright};

    #[test]
    fn planes_are_turned_like_pixels() {
        for (width, height) in [(1, 1), (3, 70), (70, 3), (37, 41), (64, 32), (65, 33)] {
            let size = Size::new(width, height);
            let samples: Vec<u8> = (0..width * height).map(|at| (at * 7 % 251) as u8).collect();
            for exif in 1..=8 {
                let orientation = Orientation::from_exif(exif);
                let mut upright = UprightPlane::new(size, orientation).unwrap();
                for row in samples.chunks(width as usize) {
                    upright.add_row(|to| to.copy_from_slice(row));
                }
                let pixels = Pixels {
                    width,
                    height,
                    layout: Layout::Rgb,
                    data: samples.iter().flat_map(|sample| [*sample; 3]).collect(),
                };
                let expected = to_upright(Cow::Owned(pixels), orientation).unwrap();
                let expected: Vec<_> = expected.data.iter().step_by(3).copied().collect();
                let plane = upright.finish();
                assert_eq!(plane.size(), orientation.apply_to_size(size));
                assert!(plane.samples == expected, "{size:?} {exif}");
            }
        }
    }
}
