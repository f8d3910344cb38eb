//! Objects that contradict each other.

use darkroom_contract::RawKey;

/// An object that contradicts other objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistency {
    /// The kind.
    pub code: InconsistencyCode,
    /// The key of the object that is missing, damaged or superfluous.
    pub key: String,
    /// The upload that the object belongs to. `None` if no upload names it.
    pub upload: Option<RawKey>,
    /// The description for a person.
    pub detail: String,
    /// The repair.
    pub repair: Repair,
}

/// The kind of an inconsistency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InconsistencyCode {
    /// A raw object has no manifest.
    MissingOutcome,
    /// The raw object was replaced after its manifest was written.
    StaleManifest,
    /// A manifest is damaged, too large, or that of another upload.
    UnreadableManifest,
    /// A manifest names a variant that does not exist.
    MissingVariant,
    /// A variant has another size than its manifest states.
    DamagedVariant,
    /// No manifest names a variant.
    OrphanedVariant,
    /// No upload in review needs this review copy, or the upload of this review decision is gone.
    OrphanedReview,
    /// A reviewer has decided about an upload, but it is still in review.
    UnappliedReview,
    /// A tombstone states that an upload was deleted, but some of its objects exist.
    UnfinishedDeletion,
}

impl InconsistencyCode {
    /// All codes.
    pub const ALL: [Self; 9] = [
        Self::MissingOutcome,
        Self::StaleManifest,
        Self::UnreadableManifest,
        Self::MissingVariant,
        Self::DamagedVariant,
        Self::OrphanedVariant,
        Self::OrphanedReview,
        Self::UnappliedReview,
        Self::UnfinishedDeletion,
    ];

    /// Returns the stable code, such as `"missing_outcome"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingOutcome => "missing_outcome",
            Self::StaleManifest => "stale_manifest",
            Self::UnreadableManifest => "unreadable_manifest",
            Self::MissingVariant => "missing_variant",
            Self::DamagedVariant => "damaged_variant",
            Self::OrphanedVariant => "orphaned_variant",
            Self::OrphanedReview => "orphaned_review",
            Self::UnappliedReview => "unapplied_review",
            Self::UnfinishedDeletion => "unfinished_deletion",
        }
    }
}

/// The repair of an inconsistency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// The upload is queued, so that a worker renders its raw object again.
    Enqueue {
        /// If `true`, the upload is rendered even if its manifest matches its raw object.
        force: bool,
    },
    /// The variant is deleted.
    DeleteVariant,
    /// The review copy or review decision is deleted.
    DeleteReview,
    /// The remaining objects of the upload are deleted.
    FinishDeletion,
    /// Only a person can repair it.
    Manual {
        /// The reason, and the next step.
        advice: &'static str,
    },
}
