//! What the issuer's HTTP interface takes and gives.

use std::collections::BTreeMap;

use darkroom_imaging::CropBox;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, Owner, ProfileName, UploadId};

/// How the bytes will be sent to S3.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// One `PUT` of the file as the body.
    #[default]
    Put,
    /// One `POST` of a form, for browsers without script.
    Post,
}

/// Body of `POST /v1/uploads`. Names are texts here: they are checked one by one, so that the
/// answer can say which of them is wrong.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// Which profile.
    #[cfg_attr(feature = "schema", schema(value_type = ProfileName))]
    pub profile: String,
    /// Whose upload; from the token instead, where authentication is on.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Owner>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The media type that the client will declare to S3.
    #[cfg_attr(
        feature = "schema",
        schema(pattern = "^image/(jpeg|png|gif|webp|heic|avif)$")
    )]
    pub content_type: String,
    /// Bytes of the file; needed for `PUT`.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How the bytes will be sent.
    #[serde(default)]
    pub method: UploadMethod,
    /// SHA-256 of the file in base64: S3 then takes no other file.
    #[cfg_attr(
        feature = "schema",
        schema(pattern = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum_sha256: Option<String>,
    /// The client's own pairs; they come back in the manifest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The part of the upright picture to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropBox>,
}

/// Answer to `POST /v1/uploads`: everything a client needs to send its file.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadTicket {
    /// Which upload.
    pub id: UploadId,
    /// Which profile.
    pub profile: ProfileName,
    /// Whose upload.
    pub owner: Owner,
    /// How to send the bytes.
    pub method: UploadMethod,
    /// Where to send them.
    pub url: String,
    /// For `PUT`: every header that the client must set itself.
    pub headers: Option<BTreeMap<String, String>>,
    /// For `POST`: every field of the form, before the `file` field.
    pub fields: Option<BTreeMap<String, String>>,
    /// Until when S3 takes it.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub expires_at: OffsetDateTime,
    /// Path of the outcome on the issuer.
    pub status_url: String,
}

/// Where an upload stands.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Nothing was sent yet, and it still may be.
    AwaitingUpload,
    /// The raw object is there, the outcome is not.
    Processing,
    /// Nothing was sent in time.
    Expired,
}

/// Answer to `GET /v1/uploads/{profile}/{owner}/{id}`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UploadStatus {
    /// The outcome is known; every variant has its `url`.
    Done(Box<Manifest>),
    /// It is not.
    Pending {
        /// Which upload.
        id: UploadId,
        /// Which profile.
        profile: ProfileName,
        /// Whose upload.
        owner: Owner,
        /// Where it stands.
        status: UploadState,
    },
}
