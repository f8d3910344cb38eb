//! The samples, modes and contexts of neighboring macroblocks that the coding of a macroblock depends on.

use crate::kernels::LumaModes;
use crate::kernels::{Edges, Pixels, SubblockEdges};

/// The state above one column of macroblocks.
#[derive(Clone)]
struct Above {
    /// The last reconstructed rows: 16 luma samples, then 8 of U and 8 of V.
    samples: [[u8; 16]; 2],
    modes: [u8; 4],
    nonzero: Nonzero,
}

/// For each block at an edge of a macroblock, 1 if it has nonzero levels, otherwise 0. There are 4 blocks of
/// luma, 2 of U, 2 of V, and Y2.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nonzero {
    pub(crate) luma: [u8; 4],
    pub(crate) chroma: [[u8; 2]; 2],
    pub(crate) luma_dc: u8,
}

impl Nonzero {
    /// Clears all flags. A macroblock without Y2 keeps the flag of Y2 (RFC 6386, section 13.3).
    pub(crate) fn clear(&mut self, with_luma_dc: bool) {
        let luma_dc = if with_luma_dc { 0 } else { self.luma_dc };
        *self = Self {
            luma_dc,
            ..Self::default()
        };
    }
}

/// The borders of the current macroblock.
pub(crate) struct Borders {
    above: Vec<Above>,
    left_luma: [u8; 16],
    left_chroma: [[u8; 16]; 2],
    /// The samples above the left columns: Y, U, V.
    corner: [u8; 3],
    left_modes: [u8; 4],
    left_nonzero: Nonzero,
    column: usize,
    row: usize,
}

/// The value of samples above the frame, and of those on its left (section 12.2).
const ABOVE_FRAME: u8 = 127;
const LEFT_OF_FRAME: u8 = 129;

impl Borders {
    pub(crate) fn new() -> Self {
        Self {
            above: Vec::new(),
            left_luma: [LEFT_OF_FRAME; 16],
            left_chroma: [[LEFT_OF_FRAME; 16]; 2],
            corner: [ABOVE_FRAME; 3],
            left_modes: [0; 4],
            left_nonzero: Nonzero::default(),
            column: 0,
            row: 0,
        }
    }

    /// Starts a frame of `columns` macroblocks a row.
    pub(crate) fn start_frame(&mut self, columns: usize) {
        self.above.clear();
        let above = Above {
            samples: [[ABOVE_FRAME; 16]; 2],
            modes: [0; 4],
            nonzero: Nonzero::default(),
        };
        self.above.resize(columns, above);
    }

    /// Starts a row of macroblocks.
    pub(crate) fn start_row(&mut self, row: usize) {
        self.left_luma = [LEFT_OF_FRAME; 16];
        self.left_chroma = [[LEFT_OF_FRAME; 16]; 2];
        self.corner = [if row == 0 { ABOVE_FRAME } else { LEFT_OF_FRAME }; 3];
        self.left_modes = [0; 4];
        self.left_nonzero = Nonzero::default();
        (self.column, self.row) = (0, row);
    }

    /// Returns the edges for whole luma modes.
    pub(crate) fn luma(&self) -> Edges {
        let top = self.above[self.column].samples[0];
        let dc = self.dc(&top, &self.left_luma);
        let corner = [self.corner[0]; 2];
        Edges {
            top,
            left: [self.left_luma; 2],
            corner,
            dc: [dc; 2],
        }
    }

    /// Returns the edges for chroma modes.
    pub(crate) fn chroma(&self) -> Edges {
        let top = self.above[self.column].samples[1];
        let left = self.left_chroma;
        let dc = [
            self.dc(&top[..8], &left[0][..8]),
            self.dc(&top[8..], &left[1][..8]),
        ];
        Edges {
            top,
            left,
            corner: [self.corner[1], self.corner[2]],
            dc,
        }
    }

    /// Averages the samples above and on the left that are within the frame.
    fn dc(&self, top: &[u8], left: &[u8]) -> u8 {
        let sum = |samples: &[u8]| samples.iter().map(|&sample| u32::from(sample)).sum::<u32>();
        let length = top.len() as u32;
        let average = match (self.row > 0, self.column > 0) {
            (true, true) => (sum(top) + sum(left) + length) / (2 * length),
            (true, false) => (sum(top) + length / 2) / length,
            (false, true) => (sum(left) + length / 2) / length,
            (false, false) => 128,
        };
        average as u8
    }

    /// Returns the edges for subblocks. If there is no macroblock above on the right, the last sample
    /// of the row above is repeated four times.
    pub(crate) fn subblock_edges(&self) -> SubblockEdges {
        let above = &self.above[self.column].samples[0];
        let mut top = [0; 20];
        top[..16].copy_from_slice(above);
        match self.above.get(self.column + 1) {
            Some(next) => top[16..].copy_from_slice(&next.samples[0][..4]),
            None => top[16..].fill(above[15]),
        }
        SubblockEdges::new(top, self.left_luma, self.corner[0])
    }

    /// Returns the subblock modes above and on the left.
    pub(crate) fn modes(&self) -> ([u8; 4], [u8; 4]) {
        (self.above[self.column].modes, self.left_modes)
    }

    /// Returns the flags of nonzero blocks above and on the left, to read and update.
    pub(crate) fn nonzero_mut(&mut self) -> (&mut Nonzero, &mut Nonzero) {
        (&mut self.above[self.column].nonzero, &mut self.left_nonzero)
    }

    /// Advances to the next macroblock of the row.
    pub(crate) fn advance(&mut self, reconstruction: &Pixels, luma: LumaModes) {
        let above = &mut self.above[self.column];
        let rows = &reconstruction.0;
        self.corner = [
            above.samples[0][15],
            above.samples[1][7],
            above.samples[1][15],
        ];
        above.samples = [rows[15], rows[23]];
        for (left, row) in self.left_luma.iter_mut().zip(rows) {
            *left = row[15];
        }
        let [left_u, left_v] = &mut self.left_chroma;
        for ((u, v), row) in left_u.iter_mut().zip(left_v).zip(&rows[16..]) {
            (*u, *v) = (row[7], row[15]);
        }
        match luma {
            LumaModes::Whole(_) => {
                above.modes = [luma.subblock(0); 4];
                self.left_modes = above.modes;
            }
            LumaModes::Subblocks(_) => {
                above.modes = [12, 13, 14, 15].map(|index| luma.subblock(index));
                self.left_modes = [3, 7, 11, 15].map(|index| luma.subblock(index));
            }
        }
        self.column += 1;
    }
}
