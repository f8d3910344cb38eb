//! The manifest: the JSON document that states the outcome of an upload.

use std::collections::BTreeMap;

use darkroom_imaging::{
    CropBox, MetadataKind, Note, PerceptualHashes, Placeholder, Rejection, Source,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::{ManifestVariant, Owner, ProfileName, RawKey, ResponsiveImage, Review, UploadId};

/// The number of hex digits in the digest that distinguishes the outcomes of one upload.
const OUTCOME_DIGITS: usize = 16;

/// The outcome of one upload, written after every variant that it names.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the format.
    pub version: u32,
    /// The id of the upload.
    pub id: UploadId,
    /// The profile.
    pub profile: ProfileName,
    /// The owner.
    pub owner: Owner,
    /// The field `status`, and the fields that depend on it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The raw object that was processed.
    pub source: ManifestSource,
    /// The review that led to this outcome, if the profile requires one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// The variants as HTML. Present only in responses, and only if the variants have URLs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsive: Option<Box<ResponsiveImage>>,
    /// The client's own key-value pairs.
    pub metadata: BTreeMap<String, String>,
    /// The crop box that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropBox>,
    /// Anomalies of the source that did not prevent rendering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The digest of the recipe that was applied.
    pub recipe: String,
    /// The time of the outcome.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub finished_at: OffsetDateTime,
    /// The time that rendering took, in milliseconds.
    pub render_ms: u64,
}

impl Manifest {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// Returns `true` if this is the outcome of exactly this source and recipe, so that rendering
    /// the source again would change nothing. A failure is never current, because its source may be
    /// fine.
    pub fn is_current(&self, etag: &str, version_id: Option<&str>, recipe: &str) -> bool {
        !matches!(self.outcome, Outcome::Failed { .. })
            && self.source.etag == etag
            && self.source.version_id.as_deref() == version_id
            && self.recipe == recipe
    }

    /// Returns the id by which the receiver of a webhook recognizes an outcome that it already got.
    /// Manifests of one upload with the same source, the same recipe and outcomes of the same
    /// [name](Outcome::name) have the same id.
    pub fn outcome_id(&self) -> String {
        let Self {
            id,
            outcome,
            source,
            recipe,
            ..
        } = self;
        let version = source.version_id.as_deref().unwrap_or_default();
        let parts = [&*source.etag, version, recipe, outcome.name()].join("\n");
        let digest = sha256_hex(parts.as_bytes());
        format!("msg_{id}_{}", &digest[..OUTCOME_DIGITS])
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

/// The outcome of an upload. `in_review` is followed by another outcome after the decision.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// Every variant exists.
    Ready {
        /// The variants, in the order of the profile.
        variants: Vec<ManifestVariant>,
        /// The placeholder to show until an image is loaded.
        placeholder: Placeholder,
        /// The perceptual hashes, by which near duplicates are found. They are absent if the image
        /// has too little contrast, and in manifests of earlier versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        perceptual_hashes: Option<PerceptualHashes>,
        /// The kinds of metadata that were removed: no variant contains them.
        removed_metadata: Vec<MetadataKind>,
    },
    /// The variants exist, but are not published until a reviewer approves the upload.
    InReview {
        /// The variants, in the order of the profile, with the keys that they will have in the
        /// media bucket.
        variants: Vec<ManifestVariant>,
        /// The placeholder to show until an image is loaded.
        placeholder: Placeholder,
        /// The perceptual hashes, by which near duplicates are found. They are absent if the image
        /// has too little contrast, and in manifests of earlier versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        perceptual_hashes: Option<PerceptualHashes>,
        /// The kinds of metadata that were removed: no variant contains them.
        removed_metadata: Vec<MetadataKind>,
    },
    /// The image is at fault, and another attempt would end the same way, or a reviewer rejected
    /// it.
    Rejected {
        /// The reason.
        error: Rejection,
    },
    /// The image may be fine, but all attempts to process it failed.
    Failed {
        /// The last error.
        error: OutcomeError,
    },
}

impl Outcome {
    /// Returns `"ready"`, `"in_review"`, `"rejected"` or `"failed"`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::InReview { .. } => "in_review",
            Self::Rejected { .. } => "rejected",
            Self::Failed { .. } => "failed",
        }
    }

    /// Returns the variants: none, unless the outcome is `ready` or `in_review`.
    pub fn variants(&self) -> &[ManifestVariant] {
        match self {
            Self::Ready { variants, .. } | Self::InReview { variants, .. } => variants,
            Self::Rejected { .. } | Self::Failed { .. } => &[],
        }
    }

    /// Returns `true` if the variants wait for a review.
    pub const fn is_in_review(&self) -> bool {
        matches!(self, Self::InReview { .. })
    }
}

/// The error of an upload that could not be processed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeError {
    /// A stable code in snake case.
    pub code: String,
    /// The description for a person.
    pub message: String,
}

/// The raw object that a manifest describes.
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
    /// The size of the object in bytes, as S3 reports it.
    pub bytes: u64,
    /// The SHA-256 of the object in lower-case hex. Absent if the object was not read
    /// completely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The properties in the header of the image. Absent unless the outcome is
    /// `ready` or `in_review`.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schema(value_type = crate::schema::SourceImage))]
    pub image: Option<Source>,
}

/// Returns the SHA-256 in lower-case hex, as in manifests.
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
    fn a_rejection_has_the_documented_form() {
        let manifest: Manifest = serde_json::from_value(rejected()).unwrap();
        let Outcome::Rejected { error } = &manifest.outcome else {
            panic!("{manifest:?}");
        };
        assert_eq!(error.code, RejectionCode::DimensionsExceeded);
        assert_eq!(serde_json::to_value(&manifest).unwrap(), rejected());
    }

    #[test]
    fn only_the_outcome_of_the_same_source_and_recipe_is_current() {
        let manifest: Manifest = serde_json::from_value(rejected()).unwrap();
        assert!(manifest.is_current("e", None, "00"));
        assert!(!manifest.is_current("f", None, "00"));
        assert!(!manifest.is_current("e", Some("v"), "00"));
        assert!(!manifest.is_current("e", None, "01"));
        let error = OutcomeError {
            code: "unavailable".to_owned(),
            message: String::new(),
        };
        let failed = Manifest {
            outcome: Outcome::Failed { error },
            ..manifest
        };
        assert!(!failed.is_current("e", None, "00"));
    }

    #[test]
    fn an_outcome_has_the_same_id_if_it_is_reached_again() {
        let id = |changes: serde_json::Value| {
            let mut json = rejected();
            for (name, value) in changes.as_object().unwrap() {
                json[name] = value.clone();
            }
            serde_json::from_value::<Manifest>(json)
                .unwrap()
                .outcome_id()
        };
        let first = id(json!({}));
        assert!(first.starts_with("msg_01920000-0000-7000-8000-000000000000_"));
        assert_eq!(first, id(json!({"finished_at": "2026-11-21T13:00:00Z"})));
        assert_ne!(first, id(json!({"recipe": "01"})));
    }
}
