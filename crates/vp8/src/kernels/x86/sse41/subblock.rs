//! Kernels of single subblocks.

use std::arch::x86_64::*;

use super::super::super::{Candidate, SubblockEdge, SubblockJob};
use super::super::memory::{load_u8, load_u16_halves, store_half};
use super::super::subblock::{BY_MODE, averages, code_subblock, dc, true_motion};
use crate::kernels::LumaModes;

/// Sums and differences of horizontal pairs of samples, as words: two of each row.
type Pairs = [__m128i; 2];

#[inline]
#[target_feature(enable = "sse4.1")]
fn pairs(samples: __m128i) -> Pairs {
    let plus_minus = _mm_set1_epi16(i16::from_le_bytes([1, 0xff]));
    [
        _mm_maddubs_epi16(samples, _mm_set1_epi8(1)),
        _mm_maddubs_epi16(samples, plus_minus),
    ]
}

/// Returns the sum of absolute Hadamard coefficients of the residual, spread over four double words.
#[inline]
#[target_feature(enable = "sse4.1")]
fn score_mode(source: Pairs, prediction: __m128i) -> __m128i {
    let prediction = pairs(prediction);
    let sums = _mm_sub_epi16(source[0], prediction[0]);
    let differences = _mm_sub_epi16(source[1], prediction[1]);
    // Rows 0 and 2, 1 and 3.
    let rows_01 = _mm_unpacklo_epi64(sums, differences);
    let rows_23 = _mm_unpackhi_epi64(sums, differences);
    let (a, b) = (
        _mm_add_epi16(rows_01, rows_23),
        _mm_sub_epi16(rows_01, rows_23),
    );
    // Rows 0 and 1 of these.
    let even = select_double_words::<0x88>(a, b);
    let odd = select_double_words::<0xdd>(a, b);
    let (a, b) = (_mm_add_epi16(even, odd), _mm_sub_epi16(even, odd));
    // |a + b| + |a - b| = 2 max(|a|, |b|), where b is on the left of a. The words of b are ignored.
    let maximum = |value| {
        let value = _mm_abs_epi16(value);
        _mm_max_epi16(value, _mm_srli_epi32::<16>(value))
    };
    let halves = _mm_add_epi16(maximum(a), maximum(b));
    _mm_madd_epi16(halves, _mm_set1_epi32(2))
}

/// Returns two double words of `a`, then two of `b`.
#[inline]
#[target_feature(enable = "sse4.1")]
fn select_double_words<const INDICES: i32>(a: __m128i, b: __m128i) -> __m128i {
    _mm_castps_si128(_mm_shuffle_ps::<INDICES>(
        _mm_castsi128_ps(a),
        _mm_castsi128_ps(b),
    ))
}

/// Returns the prediction of a directional mode.
#[inline]
#[target_feature(enable = "sse4.1")]
fn directional([three, two]: [__m128i; 2], mode: usize) -> __m128i {
    let shuffles = &BY_MODE[mode & 15];
    let three = _mm_shuffle_epi8(three, load_u8(&shuffles[0]));
    // None of the modes up to `B_RD_PRED` needs averages of two.
    if mode <= 5 {
        return three;
    }
    _mm_or_si128(three, _mm_shuffle_epi8(two, load_u8(&shuffles[1])))
}

/// Packs sums of two modes, and halves the number of words to be added.
#[inline]
#[target_feature(enable = "sse4.1")]
fn add_pairs(a: __m128i, b: __m128i) -> __m128i {
    _mm_madd_epi16(_mm_packs_epi32(a, b), _mm_set1_epi16(1))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn predict_true_motion(edge: __m128i) -> __m128i {
    let [rows_01, rows_23] = true_motion(edge);
    _mm_packus_epi16(rows_01, rows_23)
}

/// Returns the scores of modes 0 to 7, then those of modes 8 and 9 and six times `u16::MAX`.
#[inline]
#[target_feature(enable = "sse4.1")]
fn score(source: &[u8; 16], edge: &SubblockEdge, costs: &[u16; 16]) -> [__m128i; 2] {
    let (source, edge) = (pairs(load_u8(source)), load_u8(edge));
    let averages = averages(edge);
    let score_directional = |mode| score_mode(source, directional(averages, mode));
    let dc_tm = add_pairs(
        score_mode(source, dc(edge)),
        score_mode(source, predict_true_motion(edge)),
    );
    let ve_he = add_pairs(score_directional(2), score_directional(3));
    let ld_rd = add_pairs(score_directional(4), score_directional(5));
    let vr_vl = add_pairs(score_directional(6), score_directional(7));
    let hd_hu = add_pairs(score_directional(8), score_directional(9));
    let low = _mm_packs_epi32(add_pairs(dc_tm, ve_he), add_pairs(ld_rd, vr_vl));
    let high = add_pairs(hd_hu, hd_hu);
    let [low_costs, high_costs] = load_u16_halves(costs);
    let unused = _mm_setr_epi16(0, 0, -1, -1, -1, -1, -1, -1);
    let high = _mm_adds_epu16(_mm_packs_epi32(high, high), high_costs);
    [_mm_adds_epu16(low, low_costs), _mm_or_si128(high, unused)]
}

#[target_feature(enable = "sse4.1")]
pub(super) fn score_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    costs: &[u16; 16],
) -> [u16; 16] {
    let [low, high] = score(source, edge, costs);
    let mut scores = [0; 16];
    scores[..8].copy_from_slice(&store_half(low).map(|score| score as u16));
    scores[8..].copy_from_slice(&store_half(high).map(|score| score as u16));
    scores
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn choose_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    costs: &[u16; 16],
) -> (u8, u16) {
    let [low, high] = score(source, edge, costs);
    // The lowest word, and above it the lowest index of that word.
    let low = _mm_cvtsi128_si32(_mm_minpos_epu16(low)) as u32;
    let high = _mm_cvtsi128_si32(_mm_minpos_epu16(high)) as u32 + (8 << 16);
    let best = if high as u16 >= low as u16 { low } else { high };
    ((best >> 16) as u8, best as u16)
}

#[target_feature(enable = "sse4.1")]
pub(super) fn code_subblocks(job: SubblockJob<'_>, out: &mut Candidate) -> Option<LumaModes> {
    let quantizer = job.quantizer;
    job.run(
        out,
        |source, edge, costs| choose_subblock(source, edge, costs),
        |source, edge, mode, levels| code_subblock(source, edge, mode, quantizer, levels),
    )
}
