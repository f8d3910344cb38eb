//! The kernels for processors with SSE4.1.
#![allow(
    unsafe_code,
    reason = "functions with target features are called after detection"
)]

mod rows;
mod subblock;

use super::super::{Candidate, Edges, Kernels, Quantizer, SubblockEdge, SubblockJob, WholeMode};
use crate::kernels::LumaModes;

/// Kernels that need SSE4.1. A value exists only if the processor has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sse41(());

impl Sse41 {
    /// Returns the kernels if the processor has SSE4.1.
    pub(crate) fn detect() -> Option<Self> {
        is_x86_feature_detected!("sse4.1").then_some(Self(()))
    }
}

/// Calls functions that need SSE4.1.
macro_rules! call {
    ($call:expr) => {
        // SAFETY: `detect` made `self` after it found SSE4.1, which is all that the safe function needs.
        unsafe { $call }
    };
}

impl Kernels for Sse41 {
    #[inline]
    fn energies(self, source: &[[u8; 16]]) -> [u16; 16] {
        call!(rows::energies(source))
    }

    #[inline]
    fn score(self, source: &[[u8; 16]], edges: &Edges) -> [u32; 4] {
        call!(rows::score(source, edges))
    }

    #[inline]
    fn squared_error(self, a: &[[u8; 16]], b: &[[u8; 16]]) -> u32 {
        call!(rows::squared_error(a, b))
    }

    #[inline]
    fn predict(self, edges: &Edges, mode: WholeMode, prediction: &mut [[u8; 16]]) {
        call!(rows::predict(edges, mode, prediction));
    }

    #[inline]
    fn forward(self, source: &[[u8; 16]], prediction: &[[u8; 16]], out: &mut [[i16; 16]]) {
        call!(rows::forward(source, prediction, out));
    }

    #[inline]
    fn quantize(
        self,
        coefficients: &mut [[i16; 16]],
        quantizer: &Quantizer,
        levels: &mut [[i16; 16]],
        nonzero: &mut [u16],
    ) {
        call!(rows::quantize(coefficients, quantizer, levels, nonzero));
    }

    #[inline]
    fn inverse(self, coefficients: &[[i16; 16]], prediction: &[[u8; 16]], out: &mut [[u8; 16]]) {
        call!(rows::inverse(coefficients, prediction, out));
    }

    #[inline]
    fn score_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        costs: &[u16; 16],
    ) -> [u16; 16] {
        call!(subblock::score_subblock(source, edge, costs))
    }

    #[inline]
    fn choose_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        costs: &[u16; 16],
    ) -> (u8, u16) {
        call!(subblock::choose_subblock(source, edge, costs))
    }

    #[inline]
    fn code_subblock(
        self,
        source: &[u8; 16],
        edge: &SubblockEdge,
        mode: u8,
        quantizer: &Quantizer,
        levels: &mut [i16; 16],
    ) -> ([u8; 16], u16) {
        call!(super::subblock::code_subblock(
            source, edge, mode, quantizer, levels
        ))
    }

    #[inline]
    fn code_subblocks(self, job: SubblockJob<'_>, out: &mut Candidate) -> Option<LumaModes> {
        call!(subblock::code_subblocks(job, out))
    }
}
