//! The parts of a report.

use std::path::Path;

use darkroom_contract::{Owner, UploadId};
use darkroom_imaging::{GpsPosition, Inspection, MetadataKind, Rejection, Source};
use serde::{Deserialize, Serialize};

use crate::path_text::path_base64;

/// A file that was named on the command line, or found below a folder.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct SourceReport {
    /// The path, or `-` for stdin. U+FFFD replaces bytes that are not UTF-8.
    pub(crate) path: String,
    /// The bytes of the path in base64. Present if the path is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path_base64: Option<String>,
    /// The size of the file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    /// The SHA-256 of the file in lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// The properties in the header of the image. Present if the status is `inspected` or `ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<Source>,
}

impl SourceReport {
    /// Creates the report of a file that has not been read.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_string_lossy().into_owned(),
            path_base64: path_base64(path),
            bytes: None,
            sha256: None,
            image: None,
        }
    }
}

/// A rendered image.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct VariantReport {
    /// The name within the profile.
    pub(crate) name: String,
    /// The media type.
    pub(crate) content_type: String,
    /// The width in pixels.
    pub(crate) width: u32,
    /// The height in pixels.
    pub(crate) height: u32,
    /// The size of the file in bytes.
    pub(crate) bytes: u64,
    /// The SHA-256 of the file in lower-case hex.
    pub(crate) sha256: String,
    /// The path of the file that `process` wrote. U+FFFD replaces bytes that are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The bytes of `path` in base64. Present if the path is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path_base64: Option<String>,
    /// The key in the media bucket, after `upload`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The URL of the image, after `upload`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
}

impl VariantReport {
    /// Sets the path of the file.
    pub(crate) fn set_path(&mut self, path: &Path) {
        self.path = Some(path.to_string_lossy().into_owned());
        self.path_base64 = path_base64(path);
    }
}

/// The reason for a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct ReportError {
    /// A stable code in snake case. `docs/troubleshooting.md` lists all codes.
    pub(crate) code: String,
    /// The description for a person.
    pub(crate) message: String,
    /// The next step for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

impl ReportError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }
}

impl From<&Rejection> for ReportError {
    fn from(rejection: &Rejection) -> Self {
        Self::new(rejection.code.name(), &*rejection.message)
    }
}

/// The metadata in a file.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct InspectionReport {
    /// The width and height in pixels after the orientation is applied.
    pub(crate) upright_size: [u32; 2],
    /// The color profile's own description, such as `Display P3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) icc_profile: Option<String>,
    /// Every kind of metadata in the file.
    pub(crate) metadata: Vec<MetadataKind>,
    /// The kinds of private metadata among them.
    pub(crate) private_metadata: Vec<MetadataKind>,
    /// The place where the image was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Position>)]
    pub(crate) gps: Option<GpsPosition>,
    /// The make and model of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<String>,
    /// The time when the image was taken, as the camera wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taken_at: Option<String>,
}

impl From<&Inspection> for InspectionReport {
    fn from(inspection: &Inspection) -> Self {
        let kinds = inspection.metadata.iter().copied();
        Self {
            upright_size: inspection.upright_size,
            icc_profile: inspection.icc_profile.clone(),
            metadata: inspection.metadata.clone(),
            private_metadata: kinds.filter(|kind| kind.is_private()).collect(),
            gps: inspection.gps,
            camera: inspection.camera.clone(),
            taken_at: inspection.taken_at.clone(),
        }
    }
}

/// A position in degrees.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the fields of `GpsPosition`")]
pub(crate) struct Position {
    /// Degrees north of the equator.
    latitude: f64,
    /// Degrees east of Greenwich.
    longitude: f64,
    /// Meters above sea level.
    altitude: Option<f64>,
}

/// An upload that the issuer has created.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct UploadReport {
    /// The id of the upload.
    pub(crate) id: UploadId,
    /// The owner.
    pub(crate) owner: Owner,
    /// The path of the status on the issuer.
    pub(crate) status_url: String,
}

/// A dead letter.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct DeadLetterReport {
    /// The id of the message.
    pub(crate) id: String,
    /// The stable code of the reason.
    pub(crate) reason: String,
    /// The reason for a person.
    pub(crate) detail: String,
    /// The keys of the objects that the message is about.
    pub(crate) keys: Vec<String>,
    /// The time when the message was sent (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent_at: Option<String>,
}

/// The counts of a backfill.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct BackfillReport {
    /// The objects that the raw bucket lists.
    pub(crate) listed: u64,
    /// The uploads that were enqueued or, with `--dry-run`, would be enqueued.
    pub(crate) enqueued: u64,
    /// The sum of `current` and `foreign`.
    pub(crate) skipped: u64,
    /// The uploads that have a current outcome.
    pub(crate) current: u64,
    /// The objects that are not uploads.
    pub(crate) foreign: u64,
    /// The key up to which all objects are done. `--after` continues there.
    pub(crate) last_key: Option<String>,
}
