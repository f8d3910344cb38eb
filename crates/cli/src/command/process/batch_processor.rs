//! The processing of one file of a batch.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use darkroom_contract::{Profile, ProfileName, sha256_hex};
use darkroom_imaging::{Recipe, Rejection, Rendered, RenderedVariant};
use darkroom_render::{RenderError, RenderPool};

use super::destination::Destinations;
use crate::finished_files::{FinishedFiles, FinishedId};
use crate::path_text::path_text;
use crate::report::{
    Report, ReportCommand, ReportError, ReportStatus, SourceReport, VariantReport,
};
use crate::source_bytes::{SourceBytes, read_source};
use crate::sources::SourceFile;

/// A processor that renders files with one profile and writes their variants.
pub(super) struct BatchProcessor {
    pub(super) name: ProfileName,
    pub(super) profile: Profile,
    pub(super) recipe: Recipe,
    pub(super) pool: RenderPool,
    pub(super) destinations: Destinations,
    pub(super) finished: FinishedFiles,
    /// `true` if files that an earlier run has finished are rendered again.
    pub(super) force: bool,
}

/// A failure to process one file, as opposed to a rejection of its image.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// The source cannot be read.
    #[error("{0:#}")]
    Unreadable(anyhow::Error),
    /// No render process can be started.
    #[error("{0}")]
    NotRendered(RenderError),
    /// A variant cannot be written.
    #[error("{0:#}")]
    Unwritable(anyhow::Error),
}

impl FileError {
    /// Returns the stable code in JSON.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotRendered(_) => "not_rendered",
            Self::Unwritable(_) => "unwritable",
        }
    }
}

impl BatchProcessor {
    /// Reads and renders the source at `index`, and writes its variants. Skips a source that an
    /// earlier run has finished.
    pub(super) async fn process(&self, index: usize, source: &SourceFile) -> Report {
        let recipe = self.recipe.digest();
        // The id is determined before the file is read. If the file changes afterwards, the next
        // run renders it again.
        let id = FinishedId::new(source, &recipe);
        let paths = self.paths(index);
        let finished = id.as_ref().filter(|_| !self.force);
        let finished = finished.and_then(|id| self.finished.with_variants(id, &paths));
        if let Some(report) = finished {
            return skipped(report.clone(), source, &paths);
        }
        let result = self.render_and_write(source, &paths, &recipe).await;
        let result = result.and_then(|report| match id {
            Some(id) if report.status == ReportStatus::Ready => {
                let recorded = self.finished.append(id, report.clone());
                let context = "cannot write the record of finished files";
                let recorded = recorded.context(context);
                recorded.map_err(FileError::Unwritable).map(|()| report)
            }
            _ => Ok(report),
        });
        result.unwrap_or_else(|error| {
            let source = SourceReport::new(source.name());
            let error = ReportError::new(error.code(), error.to_string());
            Report::failure(ReportCommand::Process, ReportStatus::Error, source, error)
        })
    }

    async fn render_and_write(
        &self,
        source: &SourceFile,
        paths: &[PathBuf],
        recipe: &str,
    ) -> Result<Report, FileError> {
        let max_bytes = self.recipe.limits.max_bytes;
        let read = read_source(&source.path, max_bytes).await;
        let mut fields = SourceReport::new(source.name());
        let result = match read.map_err(FileError::Unreadable)? {
            SourceBytes::Whole(bytes) => {
                fields.bytes = Some(bytes.len() as u64);
                fields.sha256 = Some(sha256_hex(&bytes));
                self.render(&bytes).await?
            }
            SourceBytes::TooLarge { size } => {
                fields.bytes = Some(size);
                Err(Rejection::too_many_bytes(size, max_bytes))
            }
        };
        let mut report = match result {
            Ok(rendered) => {
                self.write(paths, &rendered)
                    .map_err(FileError::Unwritable)?;
                ready(rendered, fields, paths)
            }
            Err(rejection) => {
                let error = ReportError::from(&rejection);
                let status = ReportStatus::Rejected;
                Report::failure(ReportCommand::Process, status, fields, error)
            }
        };
        report.profile = Some(self.name.clone());
        report.recipe = Some(recipe.to_owned());
        Ok(report)
    }

    async fn render(&self, bytes: &[u8]) -> Result<Result<Rendered, Rejection>, FileError> {
        let rendered = self.pool.render(bytes, &self.recipe).await;
        RenderError::split_rejection(rendered).map_err(FileError::NotRendered)
    }

    /// Returns the paths of the variants, in the order of the profile.
    fn paths(&self, index: usize) -> Vec<PathBuf> {
        let variants = self.profile.variants.iter();
        let paths = variants.map(|settings| self.destinations.path(index, settings));
        paths.collect()
    }

    fn write(&self, paths: &[PathBuf], rendered: &Rendered) -> anyhow::Result<()> {
        for (path, variant) in paths.iter().zip(&rendered.variants) {
            let written = tokio::task::block_in_place(|| write_file(path, &variant.bytes));
            written.with_context(|| format!("cannot write {}", path_text(path)))?;
        }
        Ok(())
    }
}

fn ready(rendered: Rendered, mut source: SourceReport, paths: &[PathBuf]) -> Report {
    source.image = Some(rendered.source);
    let variants = rendered.variants.iter().zip(paths);
    Report {
        source: Some(source),
        variants: Some(
            variants
                .map(|(variant, path)| variant_report(variant, path))
                .collect(),
        ),
        placeholder: Some(rendered.placeholder),
        perceptual_hashes: rendered.perceptual_hashes,
        removed_metadata: Some(rendered.removed_metadata),
        notes: rendered.notes,
        ..Report::new(ReportCommand::Process, ReportStatus::Ready)
    }
}

fn variant_report(variant: &RenderedVariant, path: &Path) -> VariantReport {
    let mut report = VariantReport {
        name: variant.name.clone(),
        content_type: variant.format.content_type().to_owned(),
        width: variant.width,
        height: variant.height,
        bytes: variant.bytes.len() as u64,
        sha256: sha256_hex(&variant.bytes),
        path: None,
        path_base64: None,
        key: None,
        url: None,
    };
    report.set_path(path);
    report
}

/// Returns the report of an earlier run with the paths of this run, which may be relative to
/// another working directory.
fn skipped(mut report: Report, source: &SourceFile, paths: &[PathBuf]) -> Report {
    report.set_skipped(source.name());
    for (variant, path) in report.variants.iter_mut().flatten().zip(paths) {
        variant.set_path(path);
    }
    report
}

/// Writes a file and creates its parent folders.
///
/// Writes the bytes to a temporary file first, so the file at `path` is always either complete or
/// unchanged. Replaces a symbolic link instead of following it.
fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".darkroom-")
        // This is the usual mode of a new file. The process's umask still applies.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
