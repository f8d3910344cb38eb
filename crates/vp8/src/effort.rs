//! The steps of each effort.

/// The steps that an effort takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Compares whole modes with subblocks, unless a macroblock is predicted well.
    pub(crate) subblocks: bool,
    /// The factor by which whole modes must predict better in order not to be compared with subblocks.
    pub(crate) flat_factor: u32,
    /// Compares modes by their error and rate.
    pub(crate) search: Option<Search>,
}

/// The extent of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    /// The number of whole modes to code, those of the lowest scores.
    pub(crate) whole_candidates: usize,
    /// The number of modes to code for each subblock.
    pub(crate) subblock_candidates: usize,
    /// Chooses levels by error and rate, too.
    pub(crate) trellis: bool,
    /// The number of times that the frame is coded. Costs are those of the pass before.
    pub(crate) passes: usize,
}

impl Effort {
    pub(crate) fn new(effort: u8) -> Self {
        let search = |whole_candidates, subblock_candidates, passes, trellis| {
            Some(Search {
                whole_candidates,
                subblock_candidates,
                trellis,
                passes,
            })
        };
        Self {
            subblocks: effort >= 1,
            flat_factor: if effort == 1 { 4 } else { 1 },
            search: match effort {
                0..=2 => None,
                3 => search(1, 2, 1, false),
                4 => search(2, 5, 1, false),
                5 => search(4, 10, 2, false),
                _ => search(4, 10, 2, true),
            },
        }
    }
}
