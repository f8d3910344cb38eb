//! The results of `fsck`.

use darkroom_uploads::{FsckProgress, Inconsistency, Repair};
use serde::{Deserialize, Serialize};

/// An object that contradicts other objects.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct InconsistencyReport {
    /// The stable code of the kind. `docs/glossary.md` lists all codes.
    pub(crate) code: String,
    /// The key of the object that is missing, damaged or superfluous.
    pub(crate) key: String,
    /// The key of the upload's raw object. Absent if no upload names the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
    /// The description for a person.
    pub(crate) detail: String,
    /// The action of `--repair`.
    pub(crate) repair: RepairReport,
    /// The next step, if only a person can repair it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
}

/// The action of `fsck --repair`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RepairReport {
    /// The upload is enqueued, so that a worker renders it again.
    Enqueue,
    /// The variant is deleted.
    DeleteVariant,
    /// The review copy or review decision is deleted.
    DeleteReview,
    /// The remaining objects of the upload are deleted.
    FinishDeletion,
    /// Nothing. Only a person can repair it.
    Manual,
}

impl From<&Inconsistency> for InconsistencyReport {
    fn from(inconsistency: &Inconsistency) -> Self {
        let (repair, advice) = match inconsistency.repair {
            Repair::Enqueue { .. } => (RepairReport::Enqueue, None),
            Repair::DeleteVariant => (RepairReport::DeleteVariant, None),
            Repair::DeleteReview => (RepairReport::DeleteReview, None),
            Repair::FinishDeletion => (RepairReport::FinishDeletion, None),
            Repair::Manual { advice } => (RepairReport::Manual, Some(advice.to_owned())),
        };
        Self {
            code: inconsistency.code.name().to_owned(),
            key: inconsistency.key.clone(),
            upload: inconsistency.upload.as_ref().map(ToString::to_string),
            detail: inconsistency.detail.clone(),
            repair,
            advice,
        }
    }
}

/// The counts of a check.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct FsckReport {
    /// The objects in both buckets.
    pub(crate) listed: u64,
    /// The objects that are not of an upload.
    pub(crate) foreign: u64,
    /// The uploads that have a raw object or a manifest.
    pub(crate) uploads: u64,
    /// The uploads and variants that were not judged, because they are younger than `--grace`.
    pub(crate) in_progress: u64,
    /// The uploads whose outcome is a failure.
    pub(crate) failed: u64,
    /// The uploads whose outcome comes from another recipe.
    pub(crate) outdated: u64,
    /// The number of inconsistencies of each kind that was found.
    pub(crate) inconsistencies: Vec<InconsistencyCount>,
    /// The inconsistencies that were repaired.
    pub(crate) repaired: u64,
    /// The key up to which all objects were checked. `--after` continues there.
    pub(crate) last_key: Option<String>,
}

/// The number of inconsistencies of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct InconsistencyCount {
    /// The stable code of the kind.
    pub(crate) code: String,
    /// The number of inconsistencies.
    pub(crate) count: u64,
}

impl From<&FsckProgress> for FsckReport {
    fn from(progress: &FsckProgress) -> Self {
        let inconsistencies = progress.inconsistencies.iter();
        let inconsistencies = inconsistencies.map(|(code, count)| InconsistencyCount {
            code: code.name().to_owned(),
            count: *count,
        });
        Self {
            listed: progress.listed,
            foreign: progress.foreign,
            uploads: progress.uploads,
            in_progress: progress.in_progress,
            failed: progress.failed,
            outdated: progress.outdated,
            inconsistencies: inconsistencies.collect(),
            repaired: progress.repaired,
            last_key: progress.last_key.clone(),
        }
    }
}
