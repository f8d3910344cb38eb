//! The measurements of one peer.

use serde::Serialize;

use crate::process::{Cores, Usage};
use crate::quality::{QualitySummary, Scores};

/// The times of a peer on some processors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// The processors.
    pub cores: Cores,
    /// The median of each number.
    pub median: Usage,
    /// All runs.
    pub runs: Vec<Usage>,
}

impl Timing {
    /// Creates the timing of several runs.
    pub fn new(cores: Cores, runs: Vec<Usage>) -> Self {
        Self {
            cores,
            median: Usage::median(&runs),
            runs,
        }
    }
}

/// The measurements of one peer.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// The name of the peer.
    pub name: &'static str,
    /// The times for each choice of processors.
    pub times: Vec<Timing>,
    /// The bytes of all variants in full size.
    pub original_bytes: u64,
    /// Means and extremes of `scores`.
    pub quality: Option<QualitySummary>,
    /// The scores of each variant in full size, in the order of the photos. `null` if the variant does
    /// not have the size of its upright source.
    pub scores: Vec<Option<Scores>>,
}

impl Measurement {
    /// Creates the measurement of a peer, still without variants.
    pub fn new(name: &'static str, times: Vec<Timing>) -> Self {
        Self {
            name,
            times,
            original_bytes: 0,
            quality: None,
            scores: Vec::new(),
        }
    }

    /// Adds the variant of a photo in full size. It has no scores if its size is wrong.
    pub fn add_original(&mut self, bytes: usize, scores: Option<Scores>) {
        self.original_bytes += bytes as u64;
        self.scores.push(scores);
        let valid: Vec<Scores> = self.scores.iter().flatten().copied().collect();
        self.quality = QualitySummary::new(&valid);
    }

    /// Returns the number of variants that do not have the size of their upright source.
    pub fn wrong_sizes(&self) -> usize {
        self.scores.iter().filter(|scores| scores.is_none()).count()
    }

    /// Returns the medians on these processors.
    pub fn median(&self, cores: Cores) -> Option<Usage> {
        let timing = self.times.iter().find(|timing| timing.cores == cores)?;
        Some(timing.median)
    }
}
