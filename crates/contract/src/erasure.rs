//! The receipt for the erasure of an owner's data.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Owner, ProfileName};

/// The receipt for the erasure of an owner's data, and the response to `DELETE
/// /v1/owners/{owner}`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    /// The owner.
    pub owner: Owner,
    /// The only profile that was erased. If it is missing, all profiles were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileName>,
    /// `true` if nothing was removed, only counted.
    pub dry_run: bool,
    /// `false` if time ran out before everything was removed. Repeat the request in this case.
    pub complete: bool,
    /// The number of objects that were removed, by kind.
    pub removed: ErasedObjects,
    /// The time at which the erasure began.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub started_at: OffsetDateTime,
    /// The time at which the erasure ended.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub finished_at: OffsetDateTime,
    /// The time at which all upload URLs from before the erasure have expired. A client that had
    /// such a URL may upload a file until then. Repeat the erasure afterward to remove such files.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub repeat_after: OffsetDateTime,
}

/// Numbers of removed objects. Each version of an object and each delete marker counts as one
/// object.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErasedObjects {
    /// Raw objects.
    pub raw_objects: u64,
    /// Unfinished multipart uploads.
    pub multipart_uploads: u64,
    /// Variants.
    pub variants: u64,
    /// Manifests.
    pub manifests: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Review copies.
    #[serde(default)]
    pub review_copies: u64,
    /// Review decisions.
    #[serde(default)]
    pub review_decisions: u64,
}

impl ErasedObjects {
    /// Returns the number of objects of all kinds.
    pub const fn total(&self) -> u64 {
        let Self {
            raw_objects,
            multipart_uploads,
            variants,
            manifests,
            tombstones,
            review_copies,
            review_decisions,
        } = self;
        let outputs = *variants + *manifests + *review_copies + *review_decisions;
        *raw_objects + *multipart_uploads + outputs + *tombstones
    }
}
