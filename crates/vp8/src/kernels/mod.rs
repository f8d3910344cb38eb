//! The inner loops: prediction, transforms, quantization and their costs.
//!
//! Every implementation of [`Kernels`] returns the same values as [`Scalar`], bit for bit. Kernels process rows
//! of 16 samples. A row contains either luma, or 8 samples of U followed by 8 samples of V.

mod block;
#[cfg(test)]
mod equality;
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon;
mod scalar;
mod subblocks;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::bool_encoder::{BoolEncoder, Symbol};

pub(crate) use block::{
    Coefficients, Edges, LumaModes, Pixels, Quantizer, SUBBLOCK_SHUFFLES, SubblockEdge, WholeMode,
};
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
pub(crate) use neon::Neon;
pub(crate) use scalar::{Scalar, forward_block, inverse_block, predict_subblock};
pub(crate) use subblocks::{Candidate, SubblockCosts, SubblockEdges, SubblockJob};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Sse41};

/// The modes that predict subblocks (RFC 6386, section 11.2): 10, in the RFC's order.
pub(crate) const SUBBLOCK_MODES: usize = 10;

/// The inner loops.
///
/// A slice of rows has 16 rows (luma) or 8 (chroma). Every 4 rows contain 4 blocks of 4 x 4 samples from left
/// to right, so there are `rows.len()` blocks of coefficients, in this order.
pub(crate) trait Kernels: Copy {
    /// Returns the sums of absolute Hadamard coefficients, without the first, of the 16 luma blocks.
    fn energies(self, source: &[[u8; 16]]) -> [u16; 16];

    /// Returns the sum of absolute Hadamard coefficients of the residual for each of the modes of
    /// [`WholeMode`].
    fn score(self, source: &[[u8; 16]], edges: &Edges) -> [u32; 4];

    /// Returns the sum of squared differences.
    fn squared_error(self, a: &[[u8; 16]], b: &[[u8; 16]]) -> u32;

    /// Predicts all rows by `mode` (section 12.2).
    fn predict(self, edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]);

    /// Transforms the residual of each block.
    fn forward(self, source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]);

    /// Quantizes blocks: levels in coding order, a bit per nonzero level, and the dequantized coefficients in
    /// place of the coefficients.
    fn quantize(
        self,
        coefficients: &mut [[i16; 16]],
        quantizer: &Quantizer,
        levels: &mut [[i16; 16]],
        nonzero: &mut [u16],
    );

    /// Adds the inverse transform of each block to the prediction (section 14.3).
    fn inverse(self, coefficients: &[[i16; 16]], prediction: &[[u8; 16]], out: &mut [[u8; 16]]);

    /// Returns, for each subblock mode, its cost plus the sum of absolute Hadamard coefficients of the
    /// residual, saturated. The six elements behind the last mode are `u16::MAX`.
    fn score_subblock(self, source: &[u8; 16], edge: &SubblockEdge, costs: &[u16; 16])
    -> [u16; 16];

    /// Returns the lowest mode of the lowest score of [`Kernels::score_subblock`], and that score.
    #[inline(always)]
    fn choose_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        costs: &[u16; 16],
    ) -> (u8, u16) {
        let scores = self.score_subblock(source, edge, costs);
        let mut best = (0, scores[0]);
        for (mode, &score) in (0..).zip(&scores) {
            if score < best.1 {
                best = (mode, score);
            }
        }
        best
    }

    /// Transforms, quantizes and reconstructs one subblock that `mode` predicts. Returns the
    /// reconstruction and a bit per nonzero level.
    fn code_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        mode: u8,
        quantizer: &Quantizer,
        levels: &mut [i16; 16],
    ) -> ([u8; 16], u16);

    /// Codes luma by subblocks, unless their scores reach the limit.
    #[inline(always)]
    fn code_subblocks(self, job: SubblockJob<'_>, out: &mut Candidate) -> Option<LumaModes> {
        let quantizer = job.quantizer;
        job.run(
            out,
            |source, edge, costs| self.choose_subblock(source, edge, costs),
            |source, edge, mode, levels| self.code_subblock(source, edge, mode, quantizer, levels),
        )
    }

    /// Encodes symbols.
    #[inline(always)]
    fn put_symbols(self, encoder: &mut BoolEncoder, symbols: &[Symbol]) {
        encoder.put_symbols(symbols);
    }

    /// Encodes as many symbols of one slice as of the other, each with its encoder.
    #[inline(always)]
    fn put_symbols_of_two(self, encoders: &mut [BoolEncoder; 2], symbols: [&[Symbol]; 2]) {
        BoolEncoder::put_symbols_of_two(encoders, symbols);
    }
}
