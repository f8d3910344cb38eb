//! The record of finished uploads (`--record`).

use std::path::Path;

use anyhow::Context;

use crate::arguments::Upload;
use crate::finished_files::{FinishedFiles, FinishedId};
use crate::path_text::path_text;
use crate::report::{Report, ReportStatus};
use crate::sources::SourceFile;

/// The record of finished uploads.
pub(super) struct Record {
    finished: FinishedFiles,
    /// The name for messages.
    name: String,
    /// The issuer, the profile and the owner. A file that was uploaded to another issuer, or with
    /// another profile or owner, does not count as finished.
    target: String,
}

/// A file in a record.
pub(super) struct Entry<'a> {
    record: &'a Record,
    id: FinishedId,
}

impl Record {
    /// Opens a record, and creates it if it does not exist.
    ///
    /// # Errors
    /// An error if the file cannot be opened for writing, before anything is uploaded.
    pub(super) fn open(
        path: &Path,
        arguments: &Upload,
        owner: Option<&str>,
    ) -> anyhow::Result<Self> {
        let finished = FinishedFiles::read(path.to_owned());
        let name = path_text(path);
        let opened = finished.open();
        opened.with_context(|| format!("cannot open the record {name}"))?;
        let Upload { to, profile, .. } = arguments;
        let owner = owner.unwrap_or_default();
        Ok(Self {
            finished,
            name,
            target: format!("{to}\0{profile}\0{owner}"),
        })
    }

    /// Returns the entry of a file. Returns `None` for stdin and for a file that does not exist.
    pub(super) fn entry(&self, file: &SourceFile) -> Option<Entry<'_>> {
        let id = FinishedId::new(file, &self.target)?;
        Some(Entry { record: self, id })
    }
}

impl Entry<'_> {
    /// Returns the report of an earlier run for this file.
    pub(super) fn skipped(&self, file: &SourceFile) -> Option<Report> {
        let mut report = self.record.finished.get(&self.id)?.clone();
        report.set_skipped(file.name());
        Some(report)
    }

    /// Adds a file to the record if it is ready or in review. Rejected and failed files are
    /// uploaded again by the next run.
    ///
    /// # Errors
    /// An error if the record cannot be written.
    pub(super) fn add(self, report: &Report) -> anyhow::Result<()> {
        if !matches!(report.status, ReportStatus::Ready | ReportStatus::InReview) {
            return Ok(());
        }
        let added = self.record.finished.append(self.id, report.clone());
        added.with_context(|| format!("cannot write the record {}", self.record.name))
    }
}
