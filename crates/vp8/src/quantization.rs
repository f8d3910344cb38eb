//! Quantizers and Lagrange multipliers of segments.

use crate::kernels::{Quantizer, SUBBLOCK_MODES, SubblockCosts};
use crate::modes::{CHROMA_COSTS, LUMA_COSTS, SUBBLOCK_COSTS, SUBBLOCKS_COST};
use crate::tables::{AC_STEPS, DC_STEPS};
use crate::tuning;

/// The differences that are added to a segment's quantizer index. Each kind of coefficient except luma AC has
/// its own (RFC 6386, section 9.6).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct IndexDeltas {
    pub(crate) luma_dc: i32,
    pub(crate) y2_dc: i32,
    pub(crate) y2_ac: i32,
    pub(crate) chroma_dc: i32,
    pub(crate) chroma_ac: i32,
}

/// The values that follow from the quantizer index of a segment.
pub(crate) struct SegmentCoding {
    /// For luma blocks with their DC coefficient.
    pub(crate) luma: Quantizer,
    /// For luma blocks whose DC coefficient is in Y2.
    pub(crate) luma_without_dc: Quantizer,
    pub(crate) y2: Quantizer,
    pub(crate) chroma: Quantizer,
    /// Costs of the whole luma modes in units of the Hadamard score.
    pub(crate) luma_costs: [u32; 4],
    /// The cost of choosing subblock prediction, plus the least gain in score that justifies this choice.
    pub(crate) subblocks_cost: u32,
    pub(crate) chroma_costs: [u32; 4],
    /// Costs of subblock modes, by the modes above and on the left.
    pub(crate) subblock_costs: SubblockCosts,
    /// If the score of a whole mode is below this, subblock modes are not compared.
    pub(crate) flat_score: u32,
    /// The squared error that saving a 256th of a bit is worth, times `2^14`.
    pub(crate) lambda: u32,
    /// The same in trellis quantization.
    pub(crate) trellis_lambda: u32,
}

impl SegmentCoding {
    pub(crate) fn new(index: u8, deltas: &IndexDeltas) -> Self {
        let step = |table: &[u16; 128], delta: i32| {
            table[(i32::from(index) + delta).clamp(0, 127) as usize]
        };
        let ac = step(&AC_STEPS, 0);
        let y2_ac = (u32::from(step(&AC_STEPS, deltas.y2_ac)) * 155 / 100).max(8) as u16;
        let luma_dc = step(&DC_STEPS, deltas.luma_dc);
        let chroma_dc = step(&DC_STEPS, deltas.chroma_dc).min(132);
        let chroma_ac = step(&AC_STEPS, deltas.chroma_ac);
        // Scores grow with the residual, not with its square. So a bit is worth an amount in proportion to the
        // step.
        let scaled = |cost: u32, weight: u32| (cost * u32::from(ac) * weight) >> 14;
        let mut subblock_costs = [[[u16::MAX; 16]; SUBBLOCK_MODES]; SUBBLOCK_MODES];
        for (scaled_costs, costs) in subblock_costs
            .as_flattened_mut()
            .iter_mut()
            .zip(SUBBLOCK_COSTS.as_flattened())
        {
            for (scaled_cost, &cost) in scaled_costs.iter_mut().zip(costs) {
                *scaled_cost = scaled(cost.into(), tuning::MODE_WEIGHT) as u16;
            }
        }
        let lambda = u32::from(ac) * u32::from(ac) * tuning::LAMBDA_WEIGHT;
        Self {
            luma: Quantizer::new(luma_dc, ac, &tuning::LUMA_ROUNDING),
            luma_without_dc: Quantizer::new(luma_dc, ac, &tuning::LUMA_ROUNDING),
            y2: Quantizer::new(
                2 * step(&DC_STEPS, deltas.y2_dc),
                y2_ac,
                &tuning::Y2_ROUNDING,
            ),
            chroma: Quantizer::new(chroma_dc, chroma_ac, &tuning::CHROMA_ROUNDING),
            luma_costs: LUMA_COSTS.map(|cost| scaled(cost, tuning::MODE_WEIGHT)),
            subblocks_cost: scaled(SUBBLOCKS_COST + tuning::SUBBLOCKS_BIAS, tuning::MODE_WEIGHT),
            chroma_costs: CHROMA_COSTS.map(|cost| scaled(cost, tuning::MODE_WEIGHT)),
            subblock_costs,
            flat_score: u32::from(ac) * tuning::FLAT_WEIGHT,
            lambda,
            trellis_lambda: lambda * tuning::TRELLIS_WEIGHT / 16,
        }
    }
}
