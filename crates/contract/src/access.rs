//! The access to variants.

use serde::{Deserialize, Serialize};

/// The access to variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Anybody may fetch the variants. If `storage.media_base_url` is set, their URLs begin with it
    /// and never expire. Otherwise, the variants have presigned URLs.
    #[default]
    Public,
    /// The variants always have presigned URLs, which expire.
    Private,
}
