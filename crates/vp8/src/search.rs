//! The choice of modes by error and rate, for higher efforts.

use crate::borders::Borders;
use crate::effort::Search;
use crate::kernels::LumaModes;
use crate::kernels::{
    Candidate, Edges, Kernels, SUBBLOCK_MODES, WholeMode, forward_block, inverse_block,
    predict_subblock,
};
use crate::macroblock::{AllowedModes, Scratch, Y2};
use crate::modes::{CHROMA_COSTS, LUMA_COSTS, SUBBLOCK_COSTS, SUBBLOCKS_COST};
use crate::probabilities::LevelCosts;
use crate::quantization::SegmentCoding;
use crate::tokens::BlockKind;
use crate::trellis::{self, Weights};
use crate::walsh;

/// The shift of squared errors of samples. It makes them comparable with rates (256ths of a bit) times
/// [`SegmentCoding::lambda`].
const ERROR_SHIFT: u32 = 14;

/// A search in one macroblock.
pub(crate) struct Searcher<'a, K> {
    pub(crate) kernels: K,
    pub(crate) search: Search,
    pub(crate) coding: &'a SegmentCoding,
    pub(crate) costs: &'a LevelCosts,
}

impl<K: Kernels> Searcher<'_, K> {
    /// Returns the total of an error and a rate.
    fn total(&self, error: u32, rate: u32) -> u64 {
        (u64::from(error) << ERROR_SHIFT) + u64::from(self.coding.lambda) * u64::from(rate)
    }

    /// Returns weights for coefficients that are `2^shift` times as large as those of an orthonormal transform.
    fn weights(&self, shift: u32) -> Weights {
        Weights {
            error: 1 << (ERROR_SHIFT - 2 * shift),
            rate: self.coding.trellis_lambda.into(),
        }
    }

    /// Codes luma and chroma. The result is in `scratch.best`.
    pub(crate) fn code(
        &self,
        borders: &mut Borders,
        allowed: AllowedModes,
        scratch: &mut Scratch,
    ) -> (LumaModes, WholeMode) {
        let luma = self.code_luma(borders, allowed, scratch);
        let edges = borders.chroma();
        let mut best = (u64::MAX, WholeMode::Dc);
        for mode in self.whole_modes(
            allowed,
            scratch.source.chroma(),
            &edges,
            &self.coding.chroma_costs,
        ) {
            let total = self.try_chroma(mode, &edges, borders, scratch);
            if total < best.0 {
                best = (total, mode);
                let Scratch { best, trial, .. } = scratch;
                best.reconstruction
                    .chroma_mut()
                    .copy_from_slice(trial.reconstruction.chroma());
                best.levels.0[16..Y2].copy_from_slice(&trial.levels.0[16..Y2]);
                best.nonzero[16..Y2].copy_from_slice(&trial.nonzero[16..Y2]);
            }
        }
        (luma, best.1)
    }

    /// Returns the whole modes with the lowest scores. The effort determines their number.
    fn whole_modes(
        &self,
        allowed: AllowedModes,
        source: &[[u8; 16]],
        edges: &Edges,
        costs: &[u32; 4],
    ) -> impl Iterator<Item = WholeMode> + use<K> {
        let mut modes = WholeMode::ALL;
        let mut count = 1;
        if allowed != AllowedModes::DcOnly {
            let scores = self.kernels.score(source, edges);
            modes.sort_by_key(|&mode| scores[mode as usize] + costs[mode as usize]);
            count = self.search.whole_candidates;
        }
        modes.into_iter().take(count)
    }

    fn code_luma(
        &self,
        borders: &mut Borders,
        allowed: AllowedModes,
        scratch: &mut Scratch,
    ) -> LumaModes {
        let edges = borders.luma();
        let mut best = (u64::MAX, WholeMode::Dc);
        for mode in self.whole_modes(
            allowed,
            scratch.source.luma(),
            &edges,
            &self.coding.luma_costs,
        ) {
            let total = self.try_whole(mode, &edges, borders, scratch);
            if total < best.0 {
                best = (total, mode);
                std::mem::swap(&mut scratch.best, &mut scratch.trial);
            }
        }
        if allowed == AllowedModes::All
            && let Some(modes) = self.try_subblocks(best.0, borders, scratch)
        {
            std::mem::swap(&mut scratch.best, &mut scratch.trial);
            return modes;
        }
        LumaModes::Whole(best.1)
    }

    /// Codes luma by a whole mode into `scratch.trial`, and returns the total.
    fn try_whole(
        &self,
        mode: WholeMode,
        edges: &Edges,
        borders: &mut Borders,
        scratch: &mut Scratch,
    ) -> u64 {
        let (above, left) = borders.nonzero_mut();
        let Scratch {
            source,
            prediction,
            coefficients,
            trial,
            ..
        } = scratch;
        self.kernels.predict(edges, mode, prediction.luma_mut());
        let blocks = &mut coefficients.0;
        self.kernels
            .forward(source.luma(), prediction.luma(), &mut blocks[..16]);
        let mut y2 = [walsh::forward(&std::array::from_fn(|i| blocks[i][0]))];
        for block in &mut blocks[..16] {
            block[0] = 0;
        }
        let neighbors = usize::from(above.luma_dc + left.luma_dc);
        let mut rate = LUMA_COSTS[mode as usize];
        let context = (BlockKind::LumaDc, neighbors);
        rate += self.quantize(&mut y2[0], Y2, context, self.weights(2), trial);
        let (mut above, mut left) = (above.luma, left.luma);
        for index in 0..16 {
            let (above, left) = (&mut above[index % 4], &mut left[index / 4]);
            let context = (BlockKind::LumaWithoutDc, usize::from(*above + *left));
            rate += self.quantize(&mut blocks[index], index, context, self.weights(1), trial);
            *above = u8::from(trial.nonzero[index] != 0);
            *left = *above;
        }
        for (block, dc) in blocks.iter_mut().zip(walsh::inverse(&y2[0])) {
            block[0] = dc;
        }
        let out = trial.reconstruction.luma_mut();
        self.kernels.inverse(&blocks[..16], prediction.luma(), out);
        self.total(self.kernels.squared_error(source.luma(), out), rate)
    }

    /// Codes chroma into `scratch.trial`, and returns the total.
    fn try_chroma(
        &self,
        mode: WholeMode,
        edges: &Edges,
        borders: &mut Borders,
        scratch: &mut Scratch,
    ) -> u64 {
        let (above, left) = borders.nonzero_mut();
        let (mut above, mut left) = (above.chroma, left.chroma);
        let Scratch {
            source,
            prediction,
            coefficients,
            trial,
            ..
        } = scratch;
        self.kernels.predict(edges, mode, prediction.chroma_mut());
        let blocks = &mut coefficients.0;
        self.kernels
            .forward(source.chroma(), prediction.chroma(), &mut blocks[16..Y2]);
        let mut rate = CHROMA_COSTS[mode as usize];
        for index in 16..Y2 {
            let plane = index % 4 / 2;
            let (above, left) = (
                &mut above[plane][index % 2],
                &mut left[plane][index % 8 / 4],
            );
            let context = (BlockKind::Chroma, usize::from(*above + *left));
            rate += self.quantize(&mut blocks[index], index, context, self.weights(1), trial);
            *above = u8::from(trial.nonzero[index] != 0);
            *left = *above;
        }
        let out = trial.reconstruction.chroma_mut();
        self.kernels
            .inverse(&blocks[16..Y2], prediction.chroma(), out);
        self.total(self.kernels.squared_error(source.chroma(), out), rate)
    }

    /// Quantizes a block and returns its rate.
    fn quantize(
        &self,
        block: &mut [i16; 16],
        index: usize,
        (kind, neighbors): (BlockKind, usize),
        weights: Weights,
        out: &mut Candidate,
    ) -> u32 {
        let quantizer = match kind {
            BlockKind::LumaWithoutDc => &self.coding.luma_without_dc,
            BlockKind::LumaDc => &self.coding.y2,
            BlockKind::Chroma => &self.coding.chroma,
            BlockKind::Luma => &self.coding.luma,
        };
        let levels = &mut out.levels.0[index];
        let nonzero = &mut out.nonzero[index];
        if self.search.trellis && kind != BlockKind::LumaDc {
            let context = (kind, neighbors);
            *nonzero = trellis::quantize(block, quantizer, context, self.costs, weights, levels);
        } else {
            let (block, levels) = (std::slice::from_mut(block), std::slice::from_mut(levels));
            self.kernels
                .quantize(block, quantizer, levels, std::slice::from_mut(nonzero));
        }
        self.costs
            .block(kind, neighbors, &out.levels.0[index], out.nonzero[index])
    }

    /// Codes luma by subblock modes into `scratch.trial`, if their total is below `limit`.
    fn try_subblocks(
        &self,
        limit: u64,
        borders: &mut Borders,
        scratch: &mut Scratch,
    ) -> Option<LumaModes> {
        let (mut above_modes, mut left_modes) = borders.modes();
        let mut edges = borders.subblock_edges();
        let (above, left) = borders.nonzero_mut();
        let (mut above, mut left) = (above.luma, left.luma);
        let mut total = self.total(0, SUBBLOCKS_COST);
        let mut modes = [0; 16];
        for (index, mode) in modes.iter_mut().enumerate() {
            let (x, y) = (index % 4, index / 4);
            let source = scratch.source.subblock(x, y);
            let edge = edges.edge(x, y);
            let context = (usize::from(above_modes[x]), usize::from(left_modes[y]));
            let neighbors = usize::from(above[x] + left[y]);
            let (best, block_total, block) = self.search_subblock(
                &source,
                &edge,
                context,
                (index, neighbors),
                &mut scratch.trial,
            );
            total += block_total;
            if total >= limit {
                return None;
            }
            scratch.trial.reconstruction.set_subblock(x, y, &block);
            edges.update(x, y, &block);
            above[x] = u8::from(scratch.trial.nonzero[index] != 0);
            left[y] = above[x];
            (*mode, above_modes[x], left_modes[y]) = (best, best, best);
        }
        Some(LumaModes::from_subblocks(&modes))
    }

    /// Returns the best mode of a subblock, its total, and its reconstruction.
    fn search_subblock(
        &self,
        source: &[u8; 16],
        edge: &[u8; 16],
        (above, left): (usize, usize),
        (index, neighbors): (usize, usize),
        out: &mut Candidate,
    ) -> (u8, u64, [u8; 16]) {
        let mode_costs = &SUBBLOCK_COSTS[above][left];
        let scores =
            self.kernels
                .score_subblock(source, edge, &self.coding.subblock_costs[above][left]);
        let mut order: [u8; SUBBLOCK_MODES] = std::array::from_fn(|mode| mode as u8);
        order.sort_by_key(|&mode| scores[usize::from(mode)]);
        let mut best = (0, u64::MAX, [0; 16]);
        for &mode in &order[..self.search.subblock_candidates] {
            let mut levels = [0; 16];
            let context = (BlockKind::Luma, neighbors);
            let (block, nonzero) = self.code_subblock(source, edge, mode, context, &mut levels);
            let rate = self
                .costs
                .block(BlockKind::Luma, neighbors, &levels, nonzero)
                + u32::from(mode_costs[usize::from(mode)]);
            let pairs = source.iter().zip(&block);
            let error = pairs.map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum();
            let total = self.total(error, rate);
            if total < best.1 {
                best = (mode, total, block);
                out.levels.0[index] = levels;
                out.nonzero[index] = nonzero;
            }
        }
        best
    }

    fn code_subblock(
        &self,
        source: &[u8; 16],
        edge: &[u8; 16],
        mode: u8,
        context: (BlockKind, usize),
        levels: &mut [i16; 16],
    ) -> ([u8; 16], u16) {
        let quantizer = &self.coding.luma;
        if !self.search.trellis {
            return self
                .kernels
                .code_subblock(source, edge, mode, quantizer, levels);
        }
        let prediction = predict_subblock(edge, mode);
        let mut block = forward_block(source, &prediction);
        let weights = self.weights(1);
        let nonzero =
            trellis::quantize(&mut block, quantizer, context, self.costs, weights, levels);
        (inverse_block(&block, &prediction), nonzero)
    }
}
