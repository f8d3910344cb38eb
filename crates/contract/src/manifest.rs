//! The outcome of an upload, as it is kept beside what was made of it.

use std::collections::BTreeMap;

use darkroom_imaging::{CropBox, MetadataKind, Note, Placeholder, Rejection, Source};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::{Owner, ProfileName, RawKey, UploadId};

/// One JSON object per upload, written after everything it names.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The shape of this object: [`Manifest::VERSION`].
    pub version: u32,
    /// Which upload.
    pub id: UploadId,
    /// What was to be made of it.
    pub profile: ProfileName,
    /// Whose it is.
    pub owner: Owner,
    /// `status` and what goes with it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The raw object it was made of.
    pub source: ManifestSource,
    /// The client's own pairs.
    pub metadata: BTreeMap<String, String>,
    /// The crop box that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropBox>,
    /// What was odd about the source but did not stop it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// [`Recipe::digest`](darkroom_imaging::Recipe::digest) of what was applied.
    pub recipe: String,
    /// When the outcome was known.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub finished_at: OffsetDateTime,
    /// How long rendering took, in milliseconds.
    pub render_ms: u64,
}

impl Manifest {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// Whether it tells the outcome of exactly this source under exactly this recipe, so that
    /// there is nothing left to do. A failure was not the source's fault and settles nothing.
    pub fn settles(&self, etag: &str, version_id: Option<&str>, recipe: &str) -> bool {
        !matches!(self.outcome, Outcome::Failed { .. })
            && self.source.etag == etag
            && self.source.version_id.as_deref() == version_id
            && self.recipe == recipe
    }

    /// The raw key of the upload it is about.
    pub fn raw_key(&self) -> RawKey {
        RawKey {
            profile: self.profile.clone(),
            owner: self.owner.clone(),
            id: self.id,
        }
    }
}

/// How it ended.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// Every variant is there.
    Ready {
        /// What was made, in the profile's order.
        variants: Vec<ManifestVariant>,
        /// What to show until it is loaded.
        placeholder: Placeholder,
        /// Kinds of metadata that the source carried and no variant does.
        removed_metadata: Vec<MetadataKind>,
    },
    /// The source will never become a picture.
    Rejected {
        /// Why.
        error: Rejection,
    },
    /// It was not the source's fault, and the tries ran out.
    Failed {
        /// Why.
        error: OutcomeError,
    },
}

impl Outcome {
    /// `"ready"`, `"rejected"` or `"failed"`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Rejected { .. } => "rejected",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Why work that should have succeeded did not.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeError {
    /// A stable code in snake case.
    pub code: String,
    /// What a person reads.
    pub message: String,
}

/// The raw object that a manifest is about.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestSource {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The entity tag without quotes.
    pub etag: String,
    /// The version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// Bytes of the object; of one over the limit, what S3 says it has.
    pub bytes: u64,
    /// SHA-256 of the object in lower-case hex; none where it was not read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the header says; none where it could not be read.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schema(value_type = crate::schema::PictureFacts))]
    pub picture: Option<Source>,
}

/// One picture that was made.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestVariant {
    /// Its name within the profile.
    pub name: String,
    /// Its key in the media bucket.
    pub key: String,
    /// Its media type.
    pub content_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes of the object.
    pub bytes: u64,
    /// SHA-256 of the object in lower-case hex.
    pub sha256: String,
    /// Where it is served from: in the issuer's answers only, never in the stored manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// SHA-256 as manifests state it: lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use darkroom_imaging::RejectionCode;
    use serde_json::json;

    use super::*;

    fn rejected() -> serde_json::Value {
        json!({
            "version": 1, "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar",
            "owner": "u123", "status": "rejected",
            "error": {"code": "dimensions_exceeded", "message": "5000 x 3000 px"},
            "source": {"bucket": "b", "key": "k", "etag": "e", "version_id": null, "bytes": 7},
            "metadata": {"album": "7"}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z",
            "render_ms": 3
        })
    }

    #[test]
    fn a_rejection_has_the_shape_of_the_contract() {
        let manifest: Manifest = serde_json::from_value(rejected()).unwrap();
        let Outcome::Rejected { error } = &manifest.outcome else {
            panic!("{manifest:?}");
        };
        assert_eq!(error.code, RejectionCode::DimensionsExceeded);
        assert_eq!(serde_json::to_value(&manifest).unwrap(), rejected());
    }

    #[test]
    fn only_the_same_source_and_recipe_are_settled() {
        let manifest: Manifest = serde_json::from_value(rejected()).unwrap();
        assert!(manifest.settles("e", None, "00"));
        assert!(!manifest.settles("f", None, "00"));
        assert!(!manifest.settles("e", Some("v"), "00"));
        assert!(!manifest.settles("e", None, "01"));
        let error = OutcomeError {
            code: "unavailable".to_owned(),
            message: String::new(),
        };
        let failed = Manifest {
            outcome: Outcome::Failed { error },
            ..manifest
        };
        assert!(!failed.settles("e", None, "00"));
    }
}
