//! Kernels of single subblocks.

use std::arch::x86_64::*;

use super::super::{Candidate, Quantizer, SUBBLOCK_SHUFFLES, SubblockEdge, SubblockJob};
use super::block_transform;
use super::memory::{load_u8, load_u16_halves, store_half, store_i16_halves, store_u8};
use super::rows::hadamard;
use crate::kernels::LumaModes;

/// Shuffles of the averages of three and of two samples.
type Shuffles = [[u8; 16]; 2];

/// An index that makes a shuffle return 0.
const NONE: u8 = 0x80;

const fn split(source: u8) -> [u8; 2] {
    if source < 16 {
        [source, NONE]
    } else {
        [NONE, source - 16]
    }
}

/// For each mode, shuffles of both averages, and masks of the predictions of DC and TM.
pub(super) static BY_MODE: [[[u8; 16]; 4]; 16] = {
    let mut by_mode = [[[NONE; 16], [NONE; 16], [0; 16], [0; 16]]; 16];
    by_mode[0][2] = [0xff; 16];
    by_mode[1][3] = [0xff; 16];
    let mut i = 0;
    while i < 128 {
        let [three, two] = split(SUBBLOCK_SHUFFLES[i / 16][i % 16]);
        by_mode[2 + i / 16][0][i % 16] = three;
        by_mode[2 + i / 16][1][i % 16] = two;
        i += 1;
    }
    by_mode
};

/// The shuffles of each row of four modes side by side: first those from `B_VE_PRED`, then those from `B_VR_PRED`.
static BY_ROW: [[Shuffles; 4]; 2] = {
    let mut shuffles = [[[[0; 16]; 2]; 4]; 2];
    let mut i = 0;
    while i < 128 {
        let (mode, row, column) = (i / 16, i / 4 % 4, i % 4);
        let [three, two] = split(SUBBLOCK_SHUFFLES[mode][4 * row + column]);
        shuffles[mode / 4][row][0][4 * (mode % 4) + column] = three;
        shuffles[mode / 4][row][1][4 * (mode % 4) + column] = two;
        i += 1;
    }
    shuffles
};

/// Returns the averages of three and of two neighboring samples.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn averages(edge: __m128i) -> [__m128i; 2] {
    let before = _mm_setr_epi8(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    let after = _mm_setr_epi8(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
    let (before, after) = (
        _mm_shuffle_epi8(edge, before),
        _mm_shuffle_epi8(edge, after),
    );
    // The average instruction rounds up; the outer samples' mean has to be rounded down.
    let odd = _mm_and_si128(_mm_xor_si128(before, after), _mm_set1_epi8(1));
    let outer = _mm_sub_epi8(_mm_avg_epu8(before, after), odd);
    [_mm_avg_epu8(outer, edge), _mm_avg_epu8(edge, after)]
}

/// Returns the prediction of mode DC for all samples.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn dc(edge: __m128i) -> __m128i {
    #[rustfmt::skip]
    let left_and_top = _mm_setr_epi8(0, 1, 2, 3, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1);
    let sum = _mm_sad_epu8(_mm_shuffle_epi8(edge, left_and_top), _mm_setzero_si128());
    let mean = _mm_srli_epi16::<3>(_mm_add_epi16(sum, _mm_set1_epi16(4)));
    _mm_shuffle_epi8(mean, _mm_setzero_si128())
}

/// Returns the prediction of mode TM as words: rows 0 and 1, rows 2 and 3.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn true_motion(edge: __m128i) -> [__m128i; 2] {
    let top = _mm_setr_epi8(5, -1, 6, -1, 7, -1, 8, -1, 5, -1, 6, -1, 7, -1, 8, -1);
    let corner = _mm_setr_epi8(4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1);
    let left_01 = _mm_setr_epi8(3, -1, 3, -1, 3, -1, 3, -1, 2, -1, 2, -1, 2, -1, 2, -1);
    let left_23 = _mm_setr_epi8(1, -1, 1, -1, 1, -1, 1, -1, 0, -1, 0, -1, 0, -1, 0, -1);
    let gradient = _mm_sub_epi16(_mm_shuffle_epi8(edge, top), _mm_shuffle_epi8(edge, corner));
    let rows_01 = _mm_add_epi16(gradient, _mm_shuffle_epi8(edge, left_01));
    let rows_23 = _mm_add_epi16(gradient, _mm_shuffle_epi8(edge, left_23));
    [rows_01, rows_23]
}

/// Returns scores without costs: modes 0 to 7, then 8 and 9.
#[inline]
#[target_feature(enable = "avx2")]
fn score_without_costs(source: __m128i, edge: __m128i) -> [__m128i; 2] {
    let [three, two] = averages(edge);
    // Each row of the source, four times.
    let rows = [
        _mm256_cvtepu8_epi16(_mm_shuffle_epi32::<0x00>(source)),
        _mm256_cvtepu8_epi16(_mm_shuffle_epi32::<0x55>(source)),
        _mm256_cvtepu8_epi16(_mm_shuffle_epi32::<0xaa>(source)),
        _mm256_cvtepu8_epi16(_mm_shuffle_epi32::<0xff>(source)),
    ];
    let (mut first, mut second) = (rows, rows);
    for i in 0..4 {
        // None of the modes up to `B_RD_PRED` needs averages of two.
        let prediction = _mm_shuffle_epi8(three, load_u8(&BY_ROW[0][i][0]));
        first[i] = _mm256_sub_epi16(first[i], _mm256_cvtepu8_epi16(prediction));
        let prediction = _mm_or_si128(
            _mm_shuffle_epi8(three, load_u8(&BY_ROW[1][i][0])),
            _mm_shuffle_epi8(two, load_u8(&BY_ROW[1][i][1])),
        );
        second[i] = _mm256_sub_epi16(second[i], _mm256_cvtepu8_epi16(prediction));
    }
    let dc = dc(edge);
    let [tm_01, tm_23] = true_motion(edge);
    let tm = _mm_packus_epi16(tm_01, tm_23);
    let dc_tm = [
        _mm_unpacklo_epi32(dc, tm),
        _mm_unpacklo_epi32(dc, _mm_shuffle_epi32::<0x55>(tm)),
        _mm_unpacklo_epi32(dc, _mm_shuffle_epi32::<0xaa>(tm)),
        _mm_unpacklo_epi32(dc, _mm_shuffle_epi32::<0xff>(tm)),
    ];
    let mut third = rows;
    for (row, prediction) in third.iter_mut().zip(dc_tm) {
        *row = _mm256_sub_epi16(*row, _mm256_cvtepu8_epi16(prediction));
    }
    let twice = _mm256_set1_epi16(2);
    let sums = |rows| _mm256_madd_epi16(hadamard(rows), twice);
    let directional = _mm256_hadd_epi32(sums(first), sums(second));
    let third = _mm256_castsi256_si128(sums(third));
    let dc_tm = _mm_hadd_epi32(third, third);
    // VE HE VR VL, and LD RD HD HU.
    let low = _mm256_castsi256_si128(directional);
    let high = _mm256_extracti128_si256::<1>(directional);
    let (ve_to_rd, vr_to_hu) = (_mm_unpacklo_epi64(low, high), _mm_unpackhi_epi64(low, high));
    let dc_to_he = _mm_unpacklo_epi64(dc_tm, ve_to_rd);
    let ld_to_vl = _mm_alignr_epi8::<8>(vr_to_hu, ve_to_rd);
    let hd_hu = _mm_unpackhi_epi64(vr_to_hu, vr_to_hu);
    [
        _mm_packus_epi32(dc_to_he, ld_to_vl),
        _mm_packus_epi32(hd_hu, hd_hu),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn score(source: &[u8; 16], edge: &SubblockEdge, costs: &[u16; 16]) -> [__m128i; 2] {
    let [low, high] = score_without_costs(load_u8(source), load_u8(edge));
    let [low_costs, high_costs] = load_u16_halves(costs);
    let unused = _mm_setr_epi16(0, 0, -1, -1, -1, -1, -1, -1);
    let high = _mm_or_si128(_mm_adds_epu16(high, high_costs), unused);
    [_mm_adds_epu16(low, low_costs), high]
}

#[target_feature(enable = "avx2")]
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
#[target_feature(enable = "avx2")]
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

#[target_feature(enable = "avx2")]
pub(super) fn code_subblocks(job: SubblockJob<'_>, out: &mut Candidate) -> Option<LumaModes> {
    let quantizer = job.quantizer;
    job.run(
        out,
        |source, edge, costs| choose_subblock(source, edge, costs),
        |source, edge, mode, levels| code_subblock(source, edge, mode, quantizer, levels),
    )
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn code_subblock(
    source: &[u8; 16],
    edge: &SubblockEdge,
    mode: u8,
    quantizer: &Quantizer,
    levels: &mut [i16; 16],
) -> ([u8; 16], u16) {
    let edge = load_u8(edge);
    let [three, two] = averages(edge);
    let [tm_01, tm_23] = true_motion(edge);
    let [three_shuffle, two_shuffle, dc_mask, tm_mask] = &BY_MODE[usize::from(mode & 15)];
    // There is no branch by mode, because a processor could not predict it.
    let directional = _mm_or_si128(
        _mm_shuffle_epi8(three, load_u8(three_shuffle)),
        _mm_shuffle_epi8(two, load_u8(two_shuffle)),
    );
    let dc = _mm_and_si128(dc(edge), load_u8(dc_mask));
    let tm = _mm_and_si128(_mm_packus_epi16(tm_01, tm_23), load_u8(tm_mask));
    let prediction = _mm_or_si128(directional, _mm_or_si128(dc, tm));
    let zero = _mm_setzero_si128();
    let source = load_u8(source);
    let prediction = [
        _mm_unpacklo_epi8(prediction, zero),
        _mm_unpackhi_epi8(prediction, zero),
    ];
    let coefficients = block_transform::forward([
        _mm_sub_epi16(_mm_unpacklo_epi8(source, zero), prediction[0]),
        _mm_sub_epi16(_mm_unpackhi_epi8(source, zero), prediction[1]),
    ]);
    let (dequantized, nonzero) = quantize(coefficients, quantizer, levels);
    let [rows_01, rows_23] = block_transform::inverse(dequantized);
    let samples = _mm_packus_epi16(
        _mm_add_epi16(rows_01, prediction[0]),
        _mm_add_epi16(rows_23, prediction[1]),
    );
    (store_u8(samples), nonzero)
}

/// Returns the dequantized coefficients and a bit per nonzero level.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn quantize(
    [low, high]: [__m128i; 2],
    quantizer: &Quantizer,
    levels: &mut [i16; 16],
) -> ([__m128i; 2], u16) {
    let step = load_u16_halves(&quantizer.step);
    let reciprocal = load_u16_halves(&quantizer.reciprocal);
    let rounding = load_u16_halves(&quantizer.rounding);
    let divide = |values, i: usize| {
        let magnitudes = _mm_add_epi16(_mm_abs_epi16(values), rounding[i]);
        _mm_sign_epi16(_mm_mulhi_epu16(magnitudes, reciprocal[i]), values)
    };
    let (low, high) = (divide(low, 0), divide(high, 1));
    let low_of_low = _mm_setr_epi8(0, 1, 2, 3, 8, 9, -1, -1, 10, 11, 4, 5, 6, 7, 12, 13);
    let low_of_high = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1);
    let high_of_low = _mm_setr_epi8(
        -1, -1, -1, -1, -1, -1, -1, -1, 14, 15, -1, -1, -1, -1, -1, -1,
    );
    let high_of_high = _mm_setr_epi8(2, 3, 8, 9, 10, 11, 4, 5, -1, -1, 6, 7, 12, 13, 14, 15);
    let zigzag = [
        _mm_or_si128(
            _mm_shuffle_epi8(low, low_of_low),
            _mm_shuffle_epi8(high, low_of_high),
        ),
        _mm_or_si128(
            _mm_shuffle_epi8(low, high_of_low),
            _mm_shuffle_epi8(high, high_of_high),
        ),
    ];
    store_i16_halves(zigzag, levels);
    let zeros = _mm_cmpeq_epi8(_mm_packs_epi16(zigzag[0], zigzag[1]), _mm_setzero_si128());
    let nonzero = !_mm_movemask_epi8(zeros) as u16;
    (
        [
            _mm_mullo_epi16(low, step[0]),
            _mm_mullo_epi16(high, step[1]),
        ],
        nonzero,
    )
}
