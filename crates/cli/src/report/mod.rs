//! The output of every command with `--json`: one report per line.

mod fields;
mod fsck;
mod schema;

use std::path::Path;

use darkroom_contract::{ProfileName, UploadStatus};
use darkroom_imaging::{MetadataKind, Note, PerceptualHashes, Placeholder};
use serde::{Deserialize, Serialize};

use crate::line_text::escape;

pub(crate) use self::fields::{
    BackfillReport, DeadLetterReport, InspectionReport, ReportError, SourceReport, UploadReport,
    VariantReport,
};
pub(crate) use self::fsck::{FsckReport, InconsistencyReport};
pub(crate) use self::schema::report_schema;

/// One line of the output of a command with `--json`.
///
/// A new version of Darkroom may add fields. If it removes or changes a field, it increments
/// `version`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Report {
    /// The version of this format.
    pub(crate) version: u32,
    /// The command that printed the report.
    pub(crate) command: ReportCommand,
    /// The result for the file, the dead letter or the command.
    pub(crate) status: ReportStatus,
    /// `true` if the file was skipped, because an earlier run of `process` has rendered it or an
    /// earlier run of `upload` has uploaded it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) skipped: bool,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<SourceReport>,
    /// The profile of `process` and `upload`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<ProfileName>,
    /// The digest of the recipe that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recipe: Option<String>,
    /// The variants, in the order of the profile. Present if the status is `ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) variants: Option<Vec<VariantReport>>,
    /// The placeholder to show until an image is loaded. Present if the status is `ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) placeholder: Option<Placeholder>,
    /// The perceptual hashes. Present if the status is `ready` and the image has enough contrast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) perceptual_hashes: Option<PerceptualHashes>,
    /// The kinds of metadata that were removed. Present if the status is `ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) removed_metadata: Option<Vec<MetadataKind>>,
    /// Anomalies of the source that did not prevent rendering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Note>,
    /// The reason for the status `rejected`, `failed` or `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ReportError>,
    /// The result of `inspect`. Present if the status is `inspected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) inspection: Option<InspectionReport>,
    /// The upload of `upload`. Absent if the issuer has not created one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<UploadReport>,
    /// The dead letter of `dlq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dead_letter: Option<DeadLetterReport>,
    /// The counts of `backfill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backfill: Option<BackfillReport>,
    /// An inconsistency that `fsck` found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) inconsistency: Option<InconsistencyReport>,
    /// The counts of `fsck`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fsck: Option<FsckReport>,
}

impl Report {
    /// The version that this code prints.
    const VERSION: u32 = 1;

    /// Creates a report with only the fields that every report has.
    pub(crate) const fn new(command: ReportCommand, status: ReportStatus) -> Self {
        Self {
            version: Self::VERSION,
            command,
            status,
            skipped: false,
            source: None,
            profile: None,
            recipe: None,
            variants: None,
            placeholder: None,
            perceptual_hashes: None,
            removed_metadata: None,
            notes: Vec::new(),
            error: None,
            inspection: None,
            upload: None,
            dead_letter: None,
            backfill: None,
            inconsistency: None,
            fsck: None,
        }
    }

    /// Creates the report of a file that was rejected, or for which the command failed.
    pub(crate) fn failure(
        command: ReportCommand,
        status: ReportStatus,
        source: SourceReport,
        error: ReportError,
    ) -> Self {
        Self {
            source: Some(source),
            error: Some(error),
            ..Self::new(command, status)
        }
    }

    /// Turns the report of an earlier run into the one of a skipped file. `name` is the path in
    /// this run, which may be relative to another working directory.
    pub(crate) fn set_skipped(&mut self, name: &Path) {
        self.skipped = true;
        if let Some(source) = &mut self.source {
            let SourceReport {
                path, path_base64, ..
            } = SourceReport::new(name);
            (source.path, source.path_base64) = (path, path_base64);
        }
    }

    /// Returns the path of the file as one line for people.
    pub(crate) fn source_name(&self) -> String {
        let path = self.source.as_ref().map(|source| &*source.path);
        escape(path.unwrap_or_default()).to_string()
    }

    /// Describes the failure in one line for stderr: the file, the reason and the next step.
    /// Returns `None` if the report contains no error.
    pub(crate) fn failure_line(&self) -> Option<String> {
        let error = self.error.as_ref()?;
        let (name, code) = (self.source_name(), &error.code);
        let message = match self.status {
            ReportStatus::Rejected => format!("rejected: {code}: {}", error.message),
            ReportStatus::Failed => format!("failed: {code}: {}", error.message),
            _ => error.message.clone(),
        };
        let hint = error.hint.as_ref().map(|hint| format!("; {hint}"));
        let line = format!(
            "{name}: {}{}",
            escape(message),
            escape(hint.unwrap_or_default())
        );
        Some(line)
    }

    /// Returns the report as one line of JSON.
    pub(crate) fn to_line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// A command with `--json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportCommand {
    Inspect,
    Process,
    Upload,
    Dlq,
    Backfill,
    Fsck,
}

/// The result for a file, a dead letter or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportStatus {
    /// `inspect` has read the properties of the file.
    Inspected,
    /// All variants exist.
    Ready,
    /// All variants exist, but are not published until a reviewer approves the upload.
    InReview,
    /// The image is at fault, and another attempt would end the same way.
    Rejected,
    /// The image may be fine, but the worker could not process it.
    Failed,
    /// The command could not process the file.
    Error,
    /// The file of the upload has not arrived.
    AwaitingUpload,
    /// The upload has no outcome yet.
    Processing,
    /// The file of the upload did not arrive in time.
    Expired,
    /// The upload or the dead letter was deleted.
    Deleted,
    /// The dead letter is in the queue of dead letters.
    Listed,
    /// The dead letter was moved back to its queue.
    Redriven,
    /// `--dry-run`: the dead letter would be moved back to its queue.
    WouldBeRedriven,
    /// `--dry-run`: the dead letter would be deleted.
    WouldBeDeleted,
    /// The uploads without a current outcome were enqueued.
    Enqueued,
    /// `--dry-run`: the uploads without a current outcome would be enqueued.
    WouldBeEnqueued,
    /// `fsck` has found an inconsistency.
    Inconsistent,
    /// `fsck` has found an inconsistency and repaired it.
    Repaired,
    /// `fsck` has checked all objects.
    Checked,
}

impl From<&UploadStatus> for ReportStatus {
    fn from(status: &UploadStatus) -> Self {
        use darkroom_contract::{Outcome, PendingStatus};
        match status {
            UploadStatus::Done(manifest) => match manifest.outcome {
                Outcome::Ready { .. } => Self::Ready,
                Outcome::InReview { .. } => Self::InReview,
                Outcome::Rejected { .. } => Self::Rejected,
                Outcome::Failed { .. } => Self::Failed,
            },
            UploadStatus::Pending { status, .. } => match status {
                PendingStatus::AwaitingUpload => Self::AwaitingUpload,
                PendingStatus::Processing => Self::Processing,
                PendingStatus::Expired => Self::Expired,
                PendingStatus::Deleted => Self::Deleted,
            },
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
