//! The coding of prediction modes (RFC 6386, sections 8.1 and 11).

use crate::bool_encoder::BoolEncoder;
use crate::cost::bit_cost;
use crate::kernels::{SUBBLOCK_MODES, WholeMode};
use crate::tables::{
    CHROMA_MODE_PROBABILITIES, LUMA_MODE_PROBABILITIES, SUBBLOCK_MODE_PROBABILITIES,
};

/// The way through a tree to a leaf: the index of a probability, and a bit, for each node.
type Path = &'static [(usize, bool)];

/// Paths of `DC_PRED`, `V_PRED`, `H_PRED`, `TM_PRED` in `kf_ymode_tree`. That of `B_PRED` is
/// [`SUBBLOCKS_PATH`].
const LUMA_PATHS: [Path; 4] = [
    &[(0, true), (1, false), (2, false)],
    &[(0, true), (1, false), (2, true)],
    &[(0, true), (1, true), (3, false)],
    &[(0, true), (1, true), (3, true)],
];
const SUBBLOCKS_PATH: Path = &[(0, false)];

const CHROMA_PATHS: [Path; 4] = [
    &[(0, false)],
    &[(0, true), (1, false)],
    &[(0, true), (1, true), (2, false)],
    &[(0, true), (1, true), (2, true)],
];

/// Paths in `bmode_tree`.
const SUBBLOCK_PATHS: [Path; SUBBLOCK_MODES] = [
    &[(0, false)],
    &[(0, true), (1, false)],
    &[(0, true), (1, true), (2, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, true), (5, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, true), (5, true)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, true)],
];

const fn path_cost(path: Path, probabilities: &[u8]) -> u32 {
    let mut cost = 0;
    let mut i = 0;
    while i < path.len() {
        cost += bit_cost(path[i].1, probabilities[path[i].0]);
        i += 1;
    }
    cost
}

const fn whole_costs(paths: &[Path; 4], probabilities: &[u8]) -> [u32; 4] {
    let mut costs = [0; 4];
    let mut i = 0;
    while i < 4 {
        costs[i] = path_cost(paths[i], probabilities);
        i += 1;
    }
    costs
}

const fn subblock_costs() -> [[[u16; SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES] {
    let mut costs = [[[0; SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES];
    let mut i = 0;
    while i < SUBBLOCK_MODES * SUBBLOCK_MODES * SUBBLOCK_MODES {
        let (above, left, mode) = (i / 100, i / 10 % 10, i % 10);
        let probabilities = &SUBBLOCK_MODE_PROBABILITIES[above][left];
        costs[above][left][mode] = path_cost(SUBBLOCK_PATHS[mode], probabilities) as u16;
        i += 1;
    }
    costs
}

/// Costs of the whole luma modes in 256ths of a bit.
pub(crate) const LUMA_COSTS: [u32; 4] = whole_costs(&LUMA_PATHS, &LUMA_MODE_PROBABILITIES);
/// The cost of predicting subblocks, without that of their modes.
pub(crate) const SUBBLOCKS_COST: u32 = path_cost(SUBBLOCKS_PATH, &LUMA_MODE_PROBABILITIES);
/// Costs of the chroma modes.
pub(crate) const CHROMA_COSTS: [u32; 4] = whole_costs(&CHROMA_PATHS, &CHROMA_MODE_PROBABILITIES);
/// Costs of the subblock modes, by the modes above and on the left.
pub(crate) static SUBBLOCK_COSTS: [[[u16; SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES] =
    subblock_costs();

/// The luma prediction of a macroblock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LumaModes {
    /// One mode for all.
    Whole(WholeMode),
    /// A mode for each subblock (`B_PRED`), 4 bits each, the first in the lowest.
    Subblocks(u64),
}

impl LumaModes {
    pub(crate) fn from_subblocks(modes: &[u8; 16]) -> Self {
        Self::Subblocks(modes.iter().rev().fold(0, |packed, &mode| (packed << 4) | u64::from(mode)))
    }

    /// Returns the mode of subblock `index`. A whole mode counts as its counterpart (section 11.3).
    pub(crate) fn subblock(self, index: usize) -> u8 {
        match self {
            Self::Whole(mode) => as_subblock_mode(mode),
            Self::Subblocks(packed) => ((packed >> (4 * index)) & 15) as u8,
        }
    }
}

/// Returns the subblock mode that stands for `mode` as context of the subblocks beside it.
pub(crate) fn as_subblock_mode(mode: WholeMode) -> u8 {
    match mode {
        WholeMode::Dc => 0,
        WholeMode::TrueMotion => 1,
        WholeMode::Vertical => 2,
        WholeMode::Horizontal => 3,
    }
}

/// Everything about a macroblock but its coefficients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MacroblockHeader {
    pub(crate) luma: LumaModes,
    pub(crate) chroma: WholeMode,
    pub(crate) segment: u8,
    /// No coefficient is coded.
    pub(crate) skipped: bool,
}

/// Writes the modes of one macroblock after another.
pub(crate) struct ModeWriter {
    above: Vec<[u8; 4]>,
    left: [u8; 4],
}

impl ModeWriter {
    pub(crate) fn new(columns: usize) -> Self {
        Self { above: vec![[0; 4]; columns], left: [0; 4] }
    }

    /// Writes the luma and chroma modes of the macroblock in `column`.
    pub(crate) fn write(
        &mut self,
        out: &mut BoolEncoder<'_>,
        column: usize,
        header: &MacroblockHeader,
    ) {
        if column == 0 {
            self.left = [0; 4];
        }
        match header.luma {
            LumaModes::Whole(mode) => {
                write_path(out, LUMA_PATHS[mode as usize], &LUMA_MODE_PROBABILITIES);
                self.left = [as_subblock_mode(mode); 4];
                self.above[column] = self.left;
            }
            LumaModes::Subblocks(_) => {
                write_path(out, SUBBLOCKS_PATH, &LUMA_MODE_PROBABILITIES);
                for index in 0..16 {
                    let mode = header.luma.subblock(index);
                    let above = &mut self.above[column][index % 4];
                    let left = &mut self.left[index / 4];
                    let probabilities =
                        &SUBBLOCK_MODE_PROBABILITIES[usize::from(*above)][usize::from(*left)];
                    write_path(out, SUBBLOCK_PATHS[usize::from(mode)], probabilities);
                    (*above, *left) = (mode, mode);
                }
            }
        }
        write_path(out, CHROMA_PATHS[header.chroma as usize], &CHROMA_MODE_PROBABILITIES);
    }
}

fn write_path(out: &mut BoolEncoder<'_>, path: Path, probabilities: &[u8]) {
    for &(node, bit) in path {
        out.put(bit, probabilities[node]);
    }
}
