//! The coding of one macroblock: modes, coefficients and reconstruction.

use crate::borders::Borders;
use crate::effort::Effort;
use crate::kernels::LumaModes;
use crate::kernels::{Candidate, Coefficients, Edges, Kernels, Pixels, SubblockJob, WholeMode};
use crate::modes::MacroblockHeader;
use crate::quantization::SegmentCoding;
use crate::tokens::{BlockKind, Tokens};
use crate::walsh;

/// The index of Y2 among the blocks of a macroblock.
pub(crate) const Y2: usize = 24;

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
    let (mode, score) = choose_whole(
        kernels,
        scratch.source.luma(),
        &edges,
        &coding.luma_costs,
        allowed,
    );
    let compares_subblocks = allowed == AllowedModes::All
        && effort.subblocks
        && score > coding.flat_score * effort.flat_factor;
    let subblocks = if compares_subblocks {
        code_subblocks(kernels, coding, borders, score, scratch)
    } else {
        None
    };
    let luma = subblocks.unwrap_or_else(|| {
        code_whole_luma(kernels, coding, &edges, mode, scratch);
        LumaModes::Whole(mode)
    });
    let edges = borders.chroma();
    let (chroma, _) = choose_whole(
        kernels,
        scratch.source.chroma(),
        &edges,
        &coding.chroma_costs,
        allowed,
    );
    code_chroma(kernels, coding, &edges, chroma, scratch);
    (luma, chroma)
}

/// Returns the whole mode with the lowest score. Scores include the cost of the mode.
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

/// Codes luma with a whole mode.
fn code_whole_luma<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    edges: &Edges,
    mode: WholeMode,
    scratch: &mut Scratch,
) {
    let Scratch {
        source,
        prediction,
        coefficients,
        best,
        ..
    } = scratch;
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
    kernels.inverse(
        &blocks[..16],
        prediction.luma(),
        best.reconstruction.luma_mut(),
    );
}

/// Codes chroma with `mode`.
fn code_chroma<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    edges: &Edges,
    mode: WholeMode,
    scratch: &mut Scratch,
) {
    let Scratch {
        source,
        prediction,
        coefficients,
        best,
        ..
    } = scratch;
    kernels.predict(edges, mode, prediction.chroma_mut());
    let blocks = &mut coefficients.0[16..Y2];
    kernels.forward(source.chroma(), prediction.chroma(), blocks);
    let levels = &mut best.levels.0[16..Y2];
    kernels.quantize(blocks, &coding.chroma, levels, &mut best.nonzero[16..Y2]);
    kernels.inverse(
        blocks,
        prediction.chroma(),
        best.reconstruction.chroma_mut(),
    );
}

/// Codes luma with subblock modes. Gives up if their score reaches `limit`.
fn code_subblocks<K: Kernels>(
    kernels: K,
    coding: &SegmentCoding,
    borders: &Borders,
    limit: u32,
    scratch: &mut Scratch,
) -> Option<LumaModes> {
    let (above, left) = borders.modes();
    let job = SubblockJob {
        source: &scratch.source,
        costs: &coding.subblock_costs,
        quantizer: &coding.luma,
        edges: borders.subblock_edges(),
        above,
        left,
        limit: limit.saturating_sub(coding.subblocks_cost),
    };
    kernels.code_subblocks(job, &mut scratch.best)
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
    if skipped {
        let (above, left) = borders.nonzero_mut();
        above.clear(whole);
        left.clear(whole);
    } else {
        record_blocks(tokens, borders, whole, best);
    }
    MacroblockHeader {
        luma,
        chroma,
        segment: 0,
        skipped,
    }
}

/// Records the tokens of all blocks of a macroblock.
fn record_blocks(tokens: &mut Tokens, borders: &mut Borders, whole: bool, best: &Candidate) {
    let (above, left) = borders.nonzero_mut();
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
        block(
            luma_kind,
            index,
            &mut above.luma[index % 4],
            &mut left.luma[index / 4],
        );
    }
    for plane in 0..2 {
        for index in [0, 1, 4, 5] {
            let (above, left) = (&mut above.chroma[plane], &mut left.chroma[plane]);
            let index = 16 + 2 * plane + index;
            block(
                BlockKind::Chroma,
                index,
                &mut above[index % 2],
                &mut left[index % 8 / 4],
            );
        }
    }
    tokens.end_macroblock();
}
