//! The progress of a check.

use std::collections::BTreeMap;

use super::assessment::Assessment;
use super::inconsistency::{Inconsistency, InconsistencyCode};
use super::join::ListedCounts;

/// The counts of a check so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FsckProgress {
    /// The number of listed objects: raw objects, manifests, tombstones, and objects below the
    /// prefixes of profiles.
    pub listed: u64,
    /// The number of listed objects that do not belong to an upload.
    pub foreign: u64,
    /// The number of uploads that have a raw object or a manifest.
    pub uploads: u64,
    /// The number of uploads and variants that were not checked, because they are younger than the
    /// grace period.
    pub in_progress: u64,
    /// The number of uploads whose outcome is a failure. A backfill processes them again.
    pub failed: u64,
    /// The number of uploads whose outcome comes from another recipe. A backfill renders them
    /// again.
    pub outdated: u64,
    /// The number of inconsistencies by their codes, including those that were repaired.
    pub inconsistencies: BTreeMap<InconsistencyCode, u64>,
    /// The number of inconsistencies that were repaired.
    pub repaired: u64,
    /// The last key up to which all objects were checked.
    pub last_key: Option<String>,
}

/// A report of a running check.
#[derive(Debug)]
pub enum FsckUpdate<'a> {
    /// An inconsistency.
    Found {
        /// The inconsistency.
        inconsistency: &'a Inconsistency,
        /// `true` if it was repaired.
        repaired: bool,
    },
    /// All objects up to [`FsckProgress::last_key`] were checked.
    Progress(&'a FsckProgress),
}

impl FsckProgress {
    /// Returns the number of inconsistencies.
    pub fn found(&self) -> u64 {
        self.inconsistencies.values().sum()
    }

    /// Returns the number of inconsistencies that were not repaired.
    pub fn unrepaired(&self) -> u64 {
        self.found() - self.repaired
    }

    pub(super) fn add_counts(&mut self, counts: ListedCounts) {
        self.listed += counts.listed;
        self.foreign += counts.foreign;
    }

    pub(super) fn add(&mut self, assessment: &Assessment) {
        self.uploads += assessment.uploads;
        self.in_progress += assessment.in_progress;
        self.failed += assessment.failed;
        self.outdated += assessment.outdated;
        for inconsistency in &assessment.inconsistencies {
            *self.inconsistencies.entry(inconsistency.code).or_default() += 1;
        }
    }
}
