//! The coding of one macroblock: modes, coefficients and reconstruction.

use crate::borders::Borders;
use crate::effort::Effort;
use crate::kernels::{Coefficients, Edges, Kernels, Pixels, WholeMode};
use crate::modes::{LumaModes, MacroblockHeader};
use crate::quantization::SegmentCoding;
use crate::tokens::{BlockKind, Tokens};
use crate::walsh;

/// The index of Y2 among the blocks of a macroblock.
pub(crate) const Y2: usize = 24;

/// One way to code the luma or chroma of a macroblock.
pub(crate) struct Candidate {
    pub(crate) reconstruction: Pixels,
    /// Levels of all blocks in coding order.
    pub(crate) levels: Coefficients,
    /// A bit per nonzero level, by block.
    pub(crate) nonzero: [u16; 25],
}

impl Candidate {
    fn new() -> Self {
        Self {
            reconstruction: Pixels::new(),
            levels: Coefficients::new(),
            nonzero: [0; 25],
        }
    }
}

/// Scratch memory for one macroblock.
pub(crate) struct Scratch {
    pub(crate) source: Pixels,
    pub(crate) prediction: Pixels,
    pub(crate) coefficients: Coefficients,
    pub(crate) best: Candidate,
    pub(crate) trial: Candidate,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            source: Pixels::new(),
            prediction: Pixels::new(),
            coefficients: Coefficients::new(),
            best: Candidate::new(),
            trial: Candidate::new(),
        }
    }
}

/// Restrictions that keep the modes of a huge frame within the first partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllowedModes {
    All,
    Whole,
    DcOnly,
}

/// Codes the macroblock in `scratch.source`. The result is in `scratch.best`.
pub(crate) fn code<K: Kernels>(
    kernels: K,
    effort: &Effort,
    coding: &SegmentCoding,
    borders: &Borders,
    allowed: AllowedModes,
    scratch: &mut Scratch,
) -> (LumaModes, WholeMode) {
    let edges = borders.luma();
    let (mode, score) =
        choose_whole(kernels, scratch.source.luma(), &edges, &coding.luma_costs, allowed);
    let tries_subblocks = allowed == AllowedModes::All
        && effort.subblocks
        && score > coding.flat_score;
    let subblocks = if tries_subblocks {
        code_subblocks(kernels, coding, borders, score, scratch)
    } else {
        None
    };
    let luma = subblocks.unwrap_or_else(|| {
        code_whole_luma(kernels, coding, &edges, mode, scratch);
        LumaModes::Whole(mode)
    });
    let edges = borders.chroma();
    let (chroma, _) =
        choose_whole(kernels, scratch.source.chroma(), &edges, &coding.chroma_costs, allowed);
    code_chroma(kernels, coding, &edges, chroma, scratch);
    (luma, chroma)
}

/// Returns the whole mode of the lowest score, its cost included.
fn choose_whole<K: Kernels>(
    kernels: K,
    source: &[[u8; 16]],
    edges: &Edges,
    costs: &[u32; 4],
    allowed: AllowedModes,
) -> (WholeMode, u32) {
    if allowed == AllowedModes::DcOnly {
        return (WholeMode::Dc, 0);
    }
    let scores = kernels.score(source, edges);
    let mut best = (WholeMode::Dc, scores[0] + costs[0]);
    for mode in WholeMode::ALL {
        let score = scores[mode as usize] + costs[mode as usize];
        if score < best.1 {
            best = (mode, score);
        }
    }
    best
}

/// Codes luma by a whole mode.
fn code_whole_luma<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    edges: &Edges,
    mode: WholeMode,
    scratch: &mut Scratch,
) {
    let Scratch { source, prediction, coefficients, best, .. } = scratch;
    kernels.predict(edges, mode, prediction.luma_mut());
    let blocks = &mut coefficients.0;
    kernels.forward(source.luma(), prediction.luma(), &mut blocks[..16]);
    let mut y2 = [walsh::forward(&std::array::from_fn(|i| blocks[i][0]))];
    let (luma_levels, y2_levels) = best.levels.0.split_at_mut(Y2);
    let (luma_nonzero, y2_nonzero) = best.nonzero.split_at_mut(Y2);
    kernels.quantize(&mut y2, &coding.y2, y2_levels, y2_nonzero);
    for block in &mut blocks[..16] {
        block[0] = 0;
    }
    kernels.quantize(
        &mut blocks[..16],
        &coding.luma_without_dc,
        &mut luma_levels[..16],
        &mut luma_nonzero[..16],
    );
    for (block, dc) in blocks.iter_mut().zip(walsh::inverse(&y2[0])) {
        block[0] = dc;
    }
    kernels.inverse(&blocks[..16], prediction.luma(), best.reconstruction.luma_mut());
}

/// Codes chroma by `mode`.
fn code_chroma<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    edges: &Edges,
    mode: WholeMode,
    scratch: &mut Scratch,
) {
    let Scratch { source, prediction, coefficients, best, .. } = scratch;
    kernels.predict(edges, mode, prediction.chroma_mut());
    let blocks = &mut coefficients.0[16..Y2];
    kernels.forward(source.chroma(), prediction.chroma(), blocks);
    let levels = &mut best.levels.0[16..Y2];
    kernels.quantize(blocks, &coding.chroma, levels, &mut best.nonzero[16..Y2]);
    kernels.inverse(blocks, prediction.chroma(), best.reconstruction.chroma_mut());
}

/// Codes luma by subblock modes, unless their score reaches `limit`.
fn code_subblocks<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    borders: &Borders,
    limit: u32,
    scratch: &mut Scratch,
) -> Option<LumaModes> {
    let mut edges = SubblockEdges::new(borders);
    let (mut above, mut left) = borders.modes();
    let mut total = coding.subblocks_cost;
    let mut modes = [0; 16];
    for (index, mode) in modes.iter_mut().enumerate() {
        let (x, y) = (index % 4, index / 4);
        let source = scratch.source.subblock(x, y);
        let edge = edges.edge(x, y);
        let costs = &coding.subblock_costs[usize::from(above[x])][usize::from(left[y])];
        let (best, score) = kernels.choose_subblock(&source, &edge, costs);
        total += u32::from(score);
        if total >= limit {
            return None;
        }
        let levels = &mut scratch.best.levels.0[index];
        let (block, nonzero) = kernels.code_subblock(&source, &edge, best, &coding.luma, levels);
        scratch.best.nonzero[index] = nonzero;
        scratch.best.reconstruction.set_subblock(x, y, &block);
        edges.update(x, y, &block);
        (*mode, above[x], left[y]) = (best, best, best);
    }
    Some(LumaModes::from_subblocks(&modes))
}

/// The reconstructed samples beside subblocks, as coding goes on.
pub(crate) struct SubblockEdges {
    /// The lowest row above each column, and 4 samples above on the right of the macroblock.
    top: [u8; 20],
    left: [u8; 16],
    /// The sample above and on the left of the next subblock.
    corner: u8,
    /// The left column of the macroblock, which gives the corners of the first subblocks of rows.
    first_left: [u8; 16],
}

impl SubblockEdges {
    pub(crate) fn new(borders: &Borders) -> Self {
        let (left, corner) = borders.subblock_left();
        Self { top: borders.subblock_top(), left, corner, first_left: left }
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

    /// Takes over the reconstruction of the subblock in column `x` and row `y`.
    #[inline(always)]
    pub(crate) fn update(&mut self, x: usize, y: usize, block: &[u8; 16]) {
        self.corner = if x == 3 { self.first_left[4 * y + 3] } else { self.top[4 * x + 3] };
        self.top[4 * x..][..4].copy_from_slice(&block[12..]);
        for row in 0..4 {
            self.left[4 * y + row] = block[4 * row + 3];
        }
    }
}

/// Records the tokens of `best`, and returns the header of the macroblock, in segment 0.
pub(crate) fn record(
    tokens: &mut Tokens,
    borders: &mut Borders,
    marks_skipped: bool,
    (luma, chroma): (LumaModes, WholeMode),
    best: &Candidate,
) -> MacroblockHeader {
    let whole = matches!(luma, LumaModes::Whole(_));
    let blocks = if whole { 25 } else { 24 };
    let skipped = marks_skipped && best.nonzero[..blocks].iter().all(|&nonzero| nonzero == 0);
    let (above, left) = borders.nonzero_mut();
    if skipped {
        above.clear(whole);
        left.clear(whole);
        return MacroblockHeader { luma, chroma, segment: 0, skipped };
    }
    let mut block = |kind, index: usize, above: &mut u8, left: &mut u8| {
        let nonzero = best.nonzero[index];
        let neighbors = usize::from(*above + *left);
        tokens.record(kind, neighbors, &best.levels.0[index], nonzero);
        *above = u8::from(nonzero != 0);
        *left = *above;
    };
    let luma_kind = if whole {
        block(BlockKind::LumaDc, Y2, &mut above.luma_dc, &mut left.luma_dc);
        BlockKind::LumaWithoutDc
    } else {
        BlockKind::Luma
    };
    for index in 0..16 {
        block(luma_kind, index, &mut above.luma[index % 4], &mut left.luma[index / 4]);
    }
    for plane in 0..2 {
        for index in [0, 1, 4, 5] {
            let (above, left) = (&mut above.chroma[plane], &mut left.chroma[plane]);
            let index = 16 + 2 * plane + index;
            block(BlockKind::Chroma, index, &mut above[index % 2], &mut left[index % 8 / 4]);
        }
    }
    tokens.end_macroblock();
    MacroblockHeader { luma, chroma, segment: 0, skipped }
}
