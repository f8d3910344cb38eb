//! The coding of a macroblock's luma by subblocks. Each subblock is predicted from earlier ones.

use super::{Coefficients, Pixels, Quantizer, SUBBLOCK_MODES, SubblockEdge};
use crate::kernels::LumaModes;

/// Costs of subblock modes, by the modes above and on the left.
pub(crate) type SubblockCosts = [[[u16; 16]; SUBBLOCK_MODES]; SUBBLOCK_MODES];

/// The input of the coding of subblocks.
pub(crate) struct SubblockJob<'a> {
    pub(crate) source: &'a Pixels,
    pub(crate) costs: &'a SubblockCosts,
    pub(crate) quantizer: &'a Quantizer,
    pub(crate) edges: SubblockEdges,
    /// The modes above and on the left of the macroblock.
    pub(crate) above: [u8; 4],
    pub(crate) left: [u8; 4],
    /// The score at which the coding ends early.
    pub(crate) limit: u32,
}

/// The result of coding the luma or chroma of a macroblock.
pub(crate) struct Candidate {
    pub(crate) reconstruction: Pixels,
    /// Levels of all blocks in coding order.
    pub(crate) levels: Coefficients,
    /// A bit per nonzero level, by block.
    pub(crate) nonzero: [u16; 25],
}

impl Candidate {
    pub(crate) fn new() -> Self {
        let (reconstruction, levels) = (Pixels::new(), Coefficients::new());
        Self {
            reconstruction,
            levels,
            nonzero: [0; 25],
        }
    }
}

impl SubblockJob<'_> {
    /// Codes all subblocks. Gives up if their scores reach the limit. `choose` is
    /// [`Kernels::choose_subblock`](super::Kernels::choose_subblock) and `code` is
    /// [`Kernels::code_subblock`](super::Kernels::code_subblock). They are parameters so that the compiler can
    /// inline both, with the instructions of one kind of processor, into this loop.
    #[inline(always)]
    pub(super) fn run(
        mut self,
        out: &mut Candidate,
        choose: impl Fn(&[u8; 16], &SubblockEdge, &[u16; 16]) -> (u8, u16),
        code: impl Fn(&[u8; 16], &SubblockEdge, u8, &mut [i16; 16]) -> ([u8; 16], u16),
    ) -> Option<LumaModes> {
        let mut total = 0;
        let mut modes = [0; 16];
        for (index, mode) in modes.iter_mut().enumerate() {
            let (x, y) = (index % 4, index / 4);
            let source = self.source.subblock(x, y);
            let edge = self.edges.edge(x, y);
            let (above, left) = (&mut self.above[x], &mut self.left[y]);
            let costs = &self.costs[usize::from(*above)][usize::from(*left)];
            let (best, score) = choose(&source, &edge, costs);
            total += u32::from(score);
            if total >= self.limit {
                return None;
            }
            let (block, nonzero) = code(&source, &edge, best, &mut out.levels.0[index]);
            out.nonzero[index] = nonzero;
            out.reconstruction.set_subblock(x, y, &block);
            self.edges.update(x, y, &block);
            (*mode, *above, *left) = (best, best, best);
        }
        Some(LumaModes::from_subblocks(&modes))
    }
}

/// The reconstructed samples beside subblocks, as coding goes on.
pub(crate) struct SubblockEdges {
    /// The lowest row above each column, and 4 samples above on the right of the macroblock.
    top: [u8; 20],
    left: [u8; 16],
    /// The sample above and on the left of the next subblock.
    corner: u8,
    /// The left column of the macroblock, which contains the corners of the first subblock of each row.
    first_left: [u8; 16],
}

impl SubblockEdges {
    /// Creates the edges of the first subblock. `top` has the row above the macroblock and its continuation.
    pub(crate) fn new(top: [u8; 20], left: [u8; 16], corner: u8) -> Self {
        Self {
            top,
            left,
            corner,
            first_left: left,
        }
    }

    /// Returns the edge of the subblock in column `x` and row `y`.
    #[inline(always)]
    pub(crate) fn edge(&self, x: usize, y: usize) -> [u8; 16] {
        let mut left = [0; 4];
        left.copy_from_slice(&self.left[4 * y..][..4]);
        let mut top = [0; 8];
        top.copy_from_slice(&self.top[4 * x..][..8]);
        let lowest = u128::from(left[3]);
        let edge = u128::from(u32::from_be_bytes(left))
            | u128::from(self.corner) << 32
            | u128::from(u64::from_le_bytes(top)) << 40
            | u128::from(top[7]) << 104
            | lowest << 112
            | lowest << 120;
        edge.to_le_bytes()
    }

    /// Stores the reconstruction of the subblock in column `x` and row `y`, from which later subblocks are
    /// predicted.
    #[inline(always)]
    pub(crate) fn update(&mut self, x: usize, y: usize, block: &[u8; 16]) {
        self.corner = if x == 3 {
            self.first_left[4 * y + 3]
        } else {
            self.top[4 * x + 3]
        };
        self.top[4 * x..][..4].copy_from_slice(&block[12..]);
        for row in 0..4 {
            self.left[4 * y + row] = block[4 * row + 3];
        }
    }
}
