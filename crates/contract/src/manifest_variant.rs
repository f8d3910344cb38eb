//! A variant in a manifest.

use serde::{Deserialize, Serialize};

/// One rendered image.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestVariant {
    /// The name within the profile.
    pub name: String,
    /// The key in the media bucket.
    pub key: String,
    /// The media type.
    pub content_type: String,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The size of the object in bytes.
    pub bytes: u64,
    /// The SHA-256 of the object in lower-case hex.
    pub sha256: String,
    /// The URL of the image. Responses of the issuer and webhooks contain it, but the stored
    /// manifest does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
