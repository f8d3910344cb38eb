//! The request and response bodies of the issuer.

use std::collections::BTreeMap;

use darkroom_imaging::CropBox;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, Owner, ProfileName, RawKey, UploadId};

/// The method with which a client sends its file to S3.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// One `PUT` of the file as the body.
    #[default]
    Put,
    /// One `POST` of a form, for browsers without scripts.
    Post,
}

/// The body of `POST /v1/uploads`.
///
/// Names are plain strings here. The issuer validates each name separately, so that the response
/// can state which name is invalid.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// The profile.
    #[cfg_attr(feature = "schema", schema(value_type = ProfileName))]
    pub profile: String,
    /// The owner. It may be omitted if the caller's key or token acts for only one owner.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Owner>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The media type that the client will declare to S3: `application/octet-stream` by default. It
    /// may be wrong, because the format is detected from the bytes.
    #[cfg_attr(
        feature = "schema",
        schema(pattern = "^(image/[a-z0-9.+-]+|application/octet-stream)?$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The size of the file in bytes. It is required for `PUT`.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The method with which the client will send the file.
    #[serde(default)]
    pub method: UploadMethod,
    /// The SHA-256 of the file in base64. If it is given, S3 rejects any other file.
    #[cfg_attr(
        feature = "schema",
        schema(pattern = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum_sha256: Option<String>,
    /// The client's own key-value pairs, which the manifest repeats.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The part of the upright image to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropBox>,
}

/// The response to `POST /v1/uploads`: everything that a client needs to send its file.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresignedUpload {
    /// The id of the upload.
    pub id: UploadId,
    /// The profile.
    pub profile: ProfileName,
    /// The owner.
    pub owner: Owner,
    /// The method to send the file with.
    pub method: UploadMethod,
    /// The URL to send the file to.
    pub url: String,
    /// For `PUT`: every header that the client must set itself.
    pub headers: Option<BTreeMap<String, String>>,
    /// For `POST`: every field of the form that precedes the `file` field.
    pub fields: Option<BTreeMap<String, String>>,
    /// The time until which S3 accepts the request.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub expires_at: OffsetDateTime,
    /// The path of the status on the issuer.
    pub status_url: String,
    /// The path on the issuer to send a `POST` to once the file is in the store. It is missing if
    /// the store reports new files by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_url: Option<String>,
}

/// The names of one upload, as in the response that created it.
///
/// Names are plain strings here. The issuer validates them, so that its response can state which
/// upload is unknown.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadReference {
    /// The profile.
    #[cfg_attr(feature = "schema", schema(value_type = ProfileName))]
    pub profile: String,
    /// The owner.
    #[cfg_attr(feature = "schema", schema(value_type = Owner))]
    pub owner: String,
    /// The id.
    #[cfg_attr(feature = "schema", schema(value_type = UploadId))]
    pub id: String,
}

/// The body of `POST /v1/uploads/status`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchStatusRequest {
    /// The uploads to return the status of: 1 to 100.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 100))]
    pub uploads: Vec<UploadReference>,
}

/// The response to `POST /v1/uploads/status`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchStatus {
    /// The status of each upload, in the order of the request.
    pub uploads: Vec<UploadStatus>,
}

/// The status of an upload that has no outcome.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingStatus {
    /// The file has not arrived, and the URL is still valid.
    AwaitingUpload,
    /// The raw object exists, but there is no outcome yet.
    Processing,
    /// The file did not arrive before the URL expired.
    Expired,
    /// The upload was deleted.
    Deleted,
}

impl PendingStatus {
    /// Returns `true` if the status cannot change without another request from the client.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Expired | Self::Deleted)
    }

    /// Returns the value of the field `status`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Processing => "processing",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }
}

/// The status of an upload, and the response to `GET /v1/uploads/{profile}/{owner}/{id}`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UploadStatus {
    /// There is an outcome. In a response every variant has its `url`.
    Done(Box<Manifest>),
    /// There is no outcome.
    Pending {
        /// The id of the upload.
        id: UploadId,
        /// The profile.
        profile: ProfileName,
        /// The owner.
        owner: Owner,
        /// The status.
        status: PendingStatus,
    },
}

impl UploadStatus {
    /// Creates the status of an upload that has no outcome.
    pub fn pending(key: RawKey, status: PendingStatus) -> Self {
        Self::Pending {
            id: key.id,
            profile: key.profile,
            owner: key.owner,
            status,
        }
    }

    /// Returns the value of the field `status`, such as `"ready"` or `"processing"`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done(manifest) => manifest.outcome.name(),
            Self::Pending { status, .. } => status.name(),
        }
    }

    /// Returns `true` if the upload was deleted.
    pub const fn is_deleted(&self) -> bool {
        matches!(
            self,
            Self::Pending {
                status: PendingStatus::Deleted,
                ..
            }
        )
    }

    /// Returns `true` if the status cannot change without another request from a client or
    /// reviewer, or a command of the operator, such as a backfill. `in_review` is final in this
    /// sense.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Done(_) => true,
            Self::Pending { status, .. } => status.is_final(),
        }
    }
}
