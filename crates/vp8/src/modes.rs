//! The coding of prediction modes (RFC 6386, sections 8.1 and 11).

use crate::bool_encoder::{Symbol, symbol};
use crate::cost::bit_cost;
use crate::kernels::{LumaModes, SUBBLOCK_MODES, WholeMode};
use crate::tables::{
    CHROMA_MODE_PROBABILITIES, LUMA_MODE_PROBABILITIES, SUBBLOCK_MODE_PROBABILITIES,
};

/// The path through a tree to a leaf. Each node has the index of a probability and a bit.
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
    &[
        (0, true),
        (1, true),
        (2, true),
        (3, false),
        (4, true),
        (5, false),
    ],
    &[
        (0, true),
        (1, true),
        (2, true),
        (3, false),
        (4, true),
        (5, true),
    ],
    &[
        (0, true),
        (1, true),
        (2, true),
        (3, true),
        (6, true),
        (7, false),
    ],
    &[
        (0, true),
        (1, true),
        (2, true),
        (3, true),
        (6, true),
        (7, true),
        (8, false),
    ],
    &[
        (0, true),
        (1, true),
        (2, true),
        (3, true),
        (6, true),
        (7, true),
        (8, true),
    ],
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
/// The cost of choosing subblock prediction, without the cost of the subblock modes.
pub(crate) const SUBBLOCKS_COST: u32 = path_cost(SUBBLOCKS_PATH, &LUMA_MODE_PROBABILITIES);
/// Costs of the chroma modes.
pub(crate) const CHROMA_COSTS: [u32; 4] = whole_costs(&CHROMA_PATHS, &CHROMA_MODE_PROBABILITIES);
/// Costs of the subblock modes, by the modes above and on the left.
pub(crate) static SUBBLOCK_COSTS: [[[u16; SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES] =
    subblock_costs();

/// Everything that is coded for a macroblock except its coefficients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MacroblockHeader {
    pub(crate) luma: LumaModes,
    pub(crate) chroma: WholeMode,
    pub(crate) segment: u8,
    /// No coefficient is coded.
    pub(crate) skipped: bool,
}

/// The symbols of a subblock mode, and their number.
type PathSymbols = ([Symbol; 9], u8);

/// The symbols of the subblock modes, by the modes above and on the left.
static SUBBLOCK_SYMBOLS: [[[PathSymbols; SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES] = {
    let mut table = [[[([0; 9], 0); SUBBLOCK_MODES]; SUBBLOCK_MODES]; SUBBLOCK_MODES];
    let mut i = 0;
    while i < SUBBLOCK_MODES * SUBBLOCK_MODES * SUBBLOCK_MODES {
        let (above, left, mode) = (i / 100, i / 10 % 10, i % 10);
        let path = SUBBLOCK_PATHS[mode];
        let mut node = 0;
        while node < path.len() {
            let (index, bit) = path[node];
            let probability = SUBBLOCK_MODE_PROBABILITIES[above][left][index];
            table[above][left][mode].0[node] = symbol(bit, probability);
            node += 1;
        }
        table[above][left][mode].1 = path.len() as u8;
        i += 1;
    }
    table
};

/// The maximum number of symbols for the modes of a macroblock.
pub(crate) const MAX_MODE_SYMBOLS: usize = 16 * 9 + 4;

/// A translator of the modes of macroblocks to symbols.
pub(crate) struct ModeSymbols {
    above: Vec<[u8; 4]>,
    left: [u8; 4],
}

impl ModeSymbols {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            above: vec![[0; 4]; columns],
            left: [0; 4],
        }
    }

    /// Translates the luma and chroma modes of the macroblock in `column`. Returns the number of symbols.
    pub(crate) fn translate(
        &mut self,
        column: usize,
        header: &MacroblockHeader,
        out: &mut [Symbol; MAX_MODE_SYMBOLS],
    ) -> usize {
        if column == 0 {
            self.left = [0; 4];
        }
        let mut end = match header.luma {
            LumaModes::Whole(mode) => {
                self.left = [LumaModes::Whole(mode).subblock(0); 4];
                self.above[column] = self.left;
                translate_path(LUMA_PATHS[mode as usize], &LUMA_MODE_PROBABILITIES, out)
            }
            LumaModes::Subblocks(_) => {
                let mut end = translate_path(SUBBLOCKS_PATH, &LUMA_MODE_PROBABILITIES, out);
                let above = &mut self.above[column];
                for index in 0..16 {
                    let mode = header.luma.subblock(index);
                    let (above, left) = (&mut above[index % 4], &mut self.left[index / 4]);
                    let by_left = &SUBBLOCK_SYMBOLS[usize::from(*above)];
                    let (symbols, count) = &by_left[usize::from(*left)][usize::from(mode)];
                    if let Some(out) = out[end..].first_chunk_mut::<9>() {
                        *out = *symbols;
                    }
                    end += usize::from(*count);
                    (*above, *left) = (mode, mode);
                }
                end
            }
        };
        let path = CHROMA_PATHS[header.chroma as usize];
        end += translate_path(path, &CHROMA_MODE_PROBABILITIES, &mut out[end..]);
        end
    }
}

fn translate_path(path: Path, probabilities: &[u8], out: &mut [Symbol]) -> usize {
    for (out, &(node, bit)) in out.iter_mut().zip(path) {
        *out = symbol(bit, probabilities[node]);
    }
    path.len()
}
