//! The steps that belong to each effort.

/// The steps that the encoder takes at one effort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Compares whole modes with subblock modes, unless a whole mode predicts the macroblock well enough.
    pub(crate) subblocks: bool,
    /// The factor of the highest score at which a whole mode counts as good enough.
    pub(crate) flat_factor: u32,
    /// Compares modes by their error and rate.
    pub(crate) search: Option<Search>,
}

/// The extent of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    /// The number of whole modes to code: the ones with the lowest scores.
    pub(crate) whole_candidates: usize,
    /// The number of modes to code for each subblock.
    pub(crate) subblock_candidates: usize,
    /// Also chooses levels by their error and rate.
    pub(crate) trellis: bool,
    /// The number of times that the frame is coded. Each pass takes its costs from the previous one.
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
