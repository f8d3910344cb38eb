//! Kernels of single subblocks.

use std::arch::aarch64::*;

use super::super::{Candidate, Quantizer, SUBBLOCK_SHUFFLES, SubblockEdge, SubblockJob};
use super::block_transform;
use super::memory::{load_u8, load_u16, store_u8, store_u16_half};
use super::quantize::quantize;
use super::rows::{
    reconstruct, subtract, transpose_double_words, transpose_halves, transpose_words,
};
use crate::kernels::LumaModes;

/// The sources of the samples that each mode predicts, among the averages of three and of two samples, the
/// prediction of DC and that of TM.
static SOURCES: [[u8; 16]; 16] = {
    let mut sources = [[32; 16]; 16];
    let mut i = 0;
    while i < 16 {
        sources[1][i] = 48 + i as u8;
        i += 1;
    }
    let mut mode = 2;
    while mode < 10 {
        sources[mode] = SUBBLOCK_SHUFFLES[mode - 2];
        mode += 1;
    }
    sources
};

/// Returns the averages of three and of two neighboring samples.
#[inline]
#[target_feature(enable = "neon")]
fn averages(edge: uint8x16_t) -> [uint8x16_t; 2] {
    let before = vextq_u8::<15>(vdupq_laneq_u8::<0>(edge), edge);
    let after = vextq_u8::<1>(edge, edge);
    // The outer samples' mean has to be rounded down.
    [
        vrhaddq_u8(vhaddq_u8(before, after), edge),
        vrhaddq_u8(edge, after),
    ]
}

/// Returns the prediction of mode DC for all samples.
#[inline]
#[target_feature(enable = "neon")]
fn dc(edge: uint8x16_t) -> uint8x16_t {
    let left_and_top = vqtbl1_u8(
        edge,
        vcreate_u8(u64::from_le_bytes([0, 1, 2, 3, 5, 6, 7, 8])),
    );
    let sum = vdupq_n_u16(vaddlv_u8(left_and_top));
    vdupq_lane_u8::<0>(vrshrn_n_u16::<3>(sum))
}

/// Returns the prediction of mode TM.
#[inline]
#[target_feature(enable = "neon")]
fn true_motion(edge: uint8x16_t) -> uint8x16_t {
    let select = |indices| vqtbl1_u8(edge, vcreate_u8(u64::from_le_bytes(indices)));
    let gradient = vsubl_u8(select([5, 6, 7, 8, 5, 6, 7, 8]), vdup_laneq_u8::<4>(edge));
    let rows_01 = vaddw_u8(gradient, select([3, 3, 3, 3, 2, 2, 2, 2]));
    let rows_23 = vaddw_u8(gradient, select([1, 1, 1, 1, 0, 0, 0, 0]));
    let rows_01 = vqmovun_s16(vreinterpretq_s16_u16(rows_01));
    vcombine_u8(rows_01, vqmovun_s16(vreinterpretq_s16_u16(rows_23)))
}

/// Returns the prediction of a directional mode.
#[inline]
#[target_feature(enable = "neon")]
fn directional([three, two]: [uint8x16_t; 2], mode: usize) -> uint8x16_t {
    let sources = load_u8(&SOURCES[mode & 15]);
    // None of the modes up to `B_RD_PRED` needs averages of two.
    if mode <= 5 {
        return vqtbl1q_u8(three, sources);
    }
    vqtbl2q_u8(uint8x16x2_t(three, two), sources)
}

/// Returns half the sum of absolute Hadamard coefficients of the residual, spread over all words.
#[inline]
#[target_feature(enable = "neon")]
fn score_mode(source: uint8x16_t, prediction: uint8x16_t) -> uint16x8_t {
    let rows_01 = subtract(vget_low_u8(source), vget_low_u8(prediction));
    let rows_23 = vreinterpretq_s16_u16(vsubl_high_u8(source, prediction));
    let (a, b) = (vaddq_s16(rows_01, rows_23), vsubq_s16(rows_01, rows_23));
    let [even, odd] = transpose_halves(a, b);
    let (a, b) = (vaddq_s16(even, odd), vsubq_s16(even, odd));
    let [even, odd] = transpose_double_words(a, b);
    let (a, b) = (vaddq_s16(even, odd), vsubq_s16(even, odd));
    let [even, odd] = transpose_words(a, b);
    // |a + b| + |a - b| = 2 max(|a|, |b|)
    vreinterpretq_u16_s16(vmaxq_s16(vabsq_s16(even), vabsq_s16(odd)))
}

/// Returns the scores of modes 0 to 7, then those of modes 8 and 9 and six times `u16::MAX`.
#[inline]
#[target_feature(enable = "neon")]
fn score(source: &[u8; 16], edge: &SubblockEdge, costs: &[u16; 16]) -> [uint16x8_t; 2] {
    let (source, edge) = (load_u8(source), load_u8(edge));
    let averages = averages(edge);
    let score_directional = |mode| score_mode(source, directional(averages, mode));
    let dc_tm = vpaddq_u16(
        score_mode(source, dc(edge)),
        score_mode(source, true_motion(edge)),
    );
    let ve_he = vpaddq_u16(score_directional(2), score_directional(3));
    let ld_rd = vpaddq_u16(score_directional(4), score_directional(5));
    let vr_vl = vpaddq_u16(score_directional(6), score_directional(7));
    let hd_hu = vpaddq_u16(score_directional(8), score_directional(9));
    let low = vpaddq_u16(vpaddq_u16(dc_tm, ve_he), vpaddq_u16(ld_rd, vr_vl));
    let high = vpaddq_u16(hd_hu, hd_hu);
    let high = vpaddq_u16(high, high);
    let [low_costs, high_costs] = load_u16(costs);
    let low = vqaddq_u16(vshlq_n_u16::<1>(low), low_costs);
    let high = vqaddq_u16(vshlq_n_u16::<1>(high), high_costs);
    let used = vreinterpretq_u16_u32(vsetq_lane_u32::<0>(u32::MAX, vdupq_n_u32(0)));
    [low, vornq_u16(high, used)]
}

#[target_feature(enable = "neon")]
pub(super) fn score_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    costs: &[u16; 16],
) -> [u16; 16] {
    let [low, high] = score(source, edge, costs);
    let mut scores = [0; 16];
    scores[..8].copy_from_slice(&store_u16_half(low));
    scores[8..].copy_from_slice(&store_u16_half(high));
    scores
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn choose_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    costs: &[u16; 16],
) -> (u8, u16) {
    let [low, high] = score(source, edge, costs);
    // The mode is in the bits below the score, so that the lowest mode wins among equal scores.
    let modes = |first: u64| {
        let low = vcreate_u32(first | (first + 1) << 32);
        vcombine_u32(low, vcreate_u32((first + 2) | (first + 3) << 32))
    };
    let dc_to_he = vorrq_u32(vshll_n_u16::<8>(vget_low_u16(low)), modes(0));
    let ld_to_vl = vorrq_u32(vshll_high_n_u16::<8>(low), modes(4));
    let hd_hu = vorrq_u32(vshll_n_u16::<8>(vget_low_u16(high)), modes(8));
    let best = vminvq_u32(vminq_u32(vminq_u32(dc_to_he, ld_to_vl), hd_hu));
    (best as u8, (best >> 8) as u16)
}

#[target_feature(enable = "neon")]
pub(super) fn code_subblocks(job: SubblockJob<'_>, out: &mut Candidate) -> Option<LumaModes> {
    let quantizer = job.quantizer;
    job.run(
        out,
        |source, edge, costs| choose_subblock(source, edge, costs),
        |source, edge, mode, levels| code_subblock(source, edge, mode, quantizer, levels),
    )
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn code_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    mode: u8,
    quantizer: &Quantizer,
    levels: &mut [i16; 16],
) -> ([u8; 16], u16) {
    let (source, edge) = (load_u8(source), load_u8(edge));
    let [three, two] = averages(edge);
    // There is no branch by mode, because a processor could not predict it.
    let predictions = uint8x16x4_t(three, two, dc(edge), true_motion(edge));
    let prediction = vqtbl4q_u8(predictions, load_u8(&SOURCES[usize::from(mode & 15)]));
    let coefficients = block_transform::forward([
        subtract(vget_low_u8(source), vget_low_u8(prediction)),
        vreinterpretq_s16_u16(vsubl_high_u8(source, prediction)),
    ]);
    let (dequantized, nonzero) = quantize(coefficients, quantizer, levels);
    let [rows_01, rows_23] = block_transform::inverse(dequantized);
    let low = reconstruct(vget_low_u8(prediction), rows_01);
    let high = reconstruct(vget_high_u8(prediction), rows_23);
    (store_u8(vcombine_u8(low, high)), nonzero)
}
