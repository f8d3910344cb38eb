//! Lists of uploads: those of an owner, and those in review.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, Owner, ProfileName, RawKey, UploadId};

/// The order of a list of uploads, by the time at which they were created.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// The latest upload comes first.
    #[default]
    Newest,
    /// The earliest upload comes first.
    Oldest,
}

/// The response to `GET /v1/uploads`: one page of an owner's uploads in one profile.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadList {
    /// The uploads whose file has arrived, in the requested order.
    pub uploads: Vec<UploadEntry>,
    /// The value of `after` for the next page. It is missing on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<UploadId>,
}

/// The response to `GET /v1/reviews`: one page of the uploads in review.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewList {
    /// The manifests, sorted by owner and then by time. Every variant has a URL for the reviewer.
    pub uploads: Vec<Manifest>,
    /// The value of `after` for the next page. It is missing on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One upload in a list.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadEntry {
    /// The id of the upload.
    pub id: UploadId,
    /// The profile.
    pub profile: ProfileName,
    /// The owner.
    pub owner: Owner,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The time at which the upload was created.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub created_at: OffsetDateTime,
    /// The path of the status on the issuer.
    pub status_url: String,
    /// The outcome, if outcomes were requested and the upload has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Box<Manifest>>,
}

impl UploadEntry {
    /// Creates the entry of an upload without its outcome. `bytes` is the size of the raw object.
    pub fn new(key: RawKey, bytes: u64) -> Self {
        Self {
            id: key.id,
            bytes,
            created_at: key.id.created_at(),
            status_url: key.status_path(),
            profile: key.profile,
            owner: key.owner,
            outcome: None,
        }
    }

    /// Returns the raw key of the upload.
    pub fn raw_key(&self) -> RawKey {
        RawKey {
            profile: self.profile.clone(),
            owner: self.owner.clone(),
            id: self.id,
        }
    }
}
