//! The report of an upload.

use darkroom_contract::{
    Manifest, ManifestVariant, Outcome, PendingStatus, PresignedUpload, UploadStatus,
};

use super::Uploader;
use super::failure::{rejection_hint, report_error};
use crate::line_text::escape;
use crate::report::{
    Report, ReportCommand, ReportError, ReportStatus, SourceReport, UploadReport, VariantReport,
};
use crate::sources::SourceFile;

/// The code of an upload without an outcome.
const NO_OUTCOME: &str = "no_outcome";

impl Uploader<'_> {
    /// Returns the report of one file.
    pub(super) fn report(
        &self,
        file: &SourceFile,
        presigned: Option<&PresignedUpload>,
        status: anyhow::Result<UploadStatus>,
    ) -> Report {
        let source = SourceReport::new(file.name());
        let mut report = match status {
            Ok(status) => {
                let report = Report::new(ReportCommand::Upload, (&status).into());
                let report = Report {
                    source: Some(source),
                    ..report
                };
                match status {
                    UploadStatus::Done(manifest) => self.with_manifest(report, *manifest),
                    UploadStatus::Pending { status, .. } => Report {
                        error: Some(self.no_outcome(status)),
                        ..report
                    },
                }
            }
            Err(error) => {
                let error = report_error(&error, self.profile, self.profiles);
                Report::failure(ReportCommand::Upload, ReportStatus::Error, source, error)
            }
        };
        report.profile = Some(self.profile.clone());
        report.upload = presigned.map(|presigned| UploadReport {
            id: presigned.id,
            owner: presigned.owner.clone(),
            status_url: presigned.status_url.clone(),
        });
        report
    }

    fn with_manifest(&self, mut report: Report, manifest: Manifest) -> Report {
        if let Some(source) = &mut report.source {
            source.bytes = Some(manifest.source.bytes);
            source.sha256 = manifest.source.sha256;
            source.image = manifest.source.image;
        }
        report.recipe = Some(manifest.recipe);
        report.notes = manifest.notes;
        match manifest.outcome {
            Outcome::Ready {
                variants,
                placeholder,
                perceptual_hashes,
                removed_metadata,
            }
            | Outcome::InReview {
                variants,
                placeholder,
                perceptual_hashes,
                removed_metadata,
            } => {
                report.variants = Some(variants.into_iter().map(variant_report).collect());
                report.placeholder = Some(placeholder);
                report.perceptual_hashes = perceptual_hashes;
                report.removed_metadata = Some(removed_metadata);
            }
            Outcome::Rejected { error } => {
                let hint = rejection_hint(error.code.name(), self.profile, self.profiles);
                report.error = Some(ReportError::from(&error).with_hint(hint));
            }
            Outcome::Failed { error } => {
                let hint = "docs/troubleshooting.md lists the causes of each code";
                let error = ReportError::new(&error.code, error.message);
                report.error = Some(error.with_hint(Some(hint)));
            }
        }
        report
    }

    fn no_outcome(&self, status: PendingStatus) -> ReportError {
        let (problem, hint) = match status {
            PendingStatus::Deleted => ("the upload was deleted", None),
            PendingStatus::Expired => (
                "the file did not arrive in time",
                Some("upload it again; if this repeats, check the response of S3 to the PUT"),
            ),
            PendingStatus::AwaitingUpload | PendingStatus::Processing => (
                "no outcome in time",
                Some(
                    "is a worker running? its log and `darkroom dlq list` state the reason; --wait \
                     sets a longer time",
                ),
            ),
        };
        let message = format!("{problem}, status {}", status.name());
        ReportError::new(NO_OUTCOME, message).with_hint(hint)
    }
}

fn variant_report(variant: ManifestVariant) -> VariantReport {
    VariantReport {
        name: variant.name,
        content_type: variant.content_type,
        width: variant.width,
        height: variant.height,
        bytes: variant.bytes,
        sha256: variant.sha256,
        path: None,
        path_base64: None,
        key: Some(variant.key),
        url: variant.url,
    }
}

/// Describes each variant of an upload in one line. The variants of an upload in review have no
/// URLs, so one line describes the upload.
pub(super) fn variant_lines(report: &Report) -> impl Iterator<Item = String> {
    let name = report.source_name();
    let is_in_review = report.status == ReportStatus::InReview;
    let in_review = is_in_review.then(|| format!("{name}: in review"));
    let variants = report.variants.iter().flatten();
    let variants = variants.filter(move |_| !is_in_review);
    let lines = variants.map(move |variant| {
        let url = variant.url.as_ref().or(variant.key.as_ref());
        let url = escape(url.map(String::as_str).unwrap_or_default());
        let (variant, width, height) = (&variant.name, variant.width, variant.height);
        format!(
            "{name}: ready: {} {width} x {height} {url}",
            escape(variant)
        )
    });
    in_review.into_iter().chain(lines)
}
