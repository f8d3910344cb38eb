//! `darkroom upload`: uploads to a running issuer.

mod client;
mod failure;
mod outcome;
mod progress;
mod record;
mod retry;
mod store;

use std::path::Path;

use anyhow::{Context, ensure};
use darkroom_contract::{
    CreateUpload, PresignedUpload, ProfileName, Profiles, UploadMethod, UploadStatus,
};
use futures_util::stream::{self, StreamExt};

use self::client::Client;
use self::failure::IssuerProblem;
use self::outcome::variant_lines;
use self::progress::Bars;
use self::record::Record;
use self::store::Transfer;
use crate::arguments::Upload;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::file_id::FileId;
use crate::report::{Report, ReportStatus};
use crate::settings::{Settings, unknown_profile};
use crate::sources::{self, SourceFile};
use crate::summary::Summary;

/// The number of concurrent uploads. Many are needed to keep a worker busy, because small photos
/// spend most of their time in transit.
const CONCURRENCY: usize = 10;
/// The owner to send if the command line names neither an owner nor a token.
const DEFAULT_OWNER: &str = "me";

pub(super) async fn run(arguments: Upload, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let record = arguments.record.as_deref().and_then(FileId::from_path);
    let files = sources::find(&arguments.files, record)?;
    let mut exit_status = ExitStatus::Success;
    let mut summary = Summary::new();
    let reported = upload_files(&arguments, settings, &files, |report| {
        summary.add(&report);
        if !matches!(report.status, ReportStatus::Ready | ReportStatus::InReview) {
            exit_status = ExitStatus::Failure;
        }
        print_report(&report, arguments.json)
    });
    reported.await?;
    if summary.files() > 1 && !arguments.json {
        eprint(&summary.line());
    }
    Ok(exit_status)
}

/// Uploads files, and passes the report of each file to `report`, in the order of the files.
///
/// # Errors
/// [`UsageError`](crate::exit_status::UsageError) if the issuer does not have the profile, an error
/// if the record cannot be written, or an error of `report`.
pub(super) async fn upload_files(
    arguments: &Upload,
    settings: &Settings,
    files: &[SourceFile],
    mut report: impl FnMut(Report) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let client = Client::new(arguments)?;
    let owner = owner(arguments);
    let record = arguments.record.as_deref();
    let record = record.map(|path| Record::open(path, arguments, owner.as_deref()));
    let bars = Bars::new(files.len(), !arguments.json)?;
    let uploader = Uploader {
        client: &client,
        bars: &bars,
        profile: &arguments.profile,
        owner,
        record: record.transpose()?,
        profiles: &settings.profiles,
    };
    let mut reports = stream::iter(files)
        .map(|file| uploader.upload(file))
        .buffered(CONCURRENCY);
    while let Some(next) = reports.next().await {
        let next = next?;
        let code = next.error.as_ref().map(|error| &*error.code);
        if code == Some(IssuerProblem::UNKNOWN_PROFILE) && next.upload.is_none() {
            // No other file would fare better.
            bars.clear();
            let known = client.profiles().await;
            return Err(unknown_profile(&arguments.profile, &known).into());
        }
        bars.suspend(|| report(next))?;
        bars.finish_file();
    }
    bars.clear();
    Ok(())
}

/// A client that uploads files with one profile, for one owner.
struct Uploader<'a> {
    client: &'a Client,
    bars: &'a Bars,
    profile: &'a ProfileName,
    owner: Option<String>,
    /// The record of finished files, if there is one.
    record: Option<Record>,
    /// The profiles in the local settings, for hints in error messages. Those of the issuer may
    /// differ.
    profiles: &'a Profiles,
}

impl Uploader<'_> {
    /// Uploads one file and waits for its outcome. Skips a file that an earlier run has finished.
    ///
    /// # Errors
    /// An error if the record cannot be written.
    async fn upload(&self, file: &SourceFile) -> anyhow::Result<Report> {
        // The id is determined before the file is read. If the file changes afterwards, the next
        // run uploads it again.
        let entry = self.record.as_ref().and_then(|it| it.entry(file));
        if let Some(report) = entry.as_ref().and_then(|it| it.skipped(file)) {
            return Ok(report);
        }
        let mut presigned = None;
        let status = self.run(file, &mut presigned).await;
        let report = self.report(file, presigned.as_ref(), status);
        if let Some(entry) = entry {
            entry.add(&report)?;
        }
        Ok(report)
    }

    async fn run(
        &self,
        file: &SourceFile,
        presigned: &mut Option<PresignedUpload>,
    ) -> anyhow::Result<UploadStatus> {
        let size = regular_file_size(&file.path).await?;
        let created = self.client.create(&self.request(size)).await?;
        let presigned = &*presigned.insert(created);
        let bar = self.bars.add(file.name(), size);
        let transfer = Transfer {
            client: self.client,
            presigned,
            file: &file.path,
            size,
            bar: &bar,
        };
        let status = async {
            transfer.run().await?;
            bar.set_message("processing");
            self.client.complete(presigned).await?;
            self.client.outcome(&presigned.status_url).await
        };
        let status = status.await;
        bar.finish_and_clear();
        status
    }

    fn request(&self, size: u64) -> CreateUpload {
        CreateUpload {
            profile: self.profile.to_string(),
            owner: self.owner.clone(),
            // The worker detects the format from the bytes, so the name of the file does not
            // matter.
            content_type: None,
            size: Some(size),
            method: UploadMethod::Put,
            checksum_sha256: None,
            metadata: Default::default(),
            crop: None,
        }
    }
}

async fn regular_file_size(file: &Path) -> anyhow::Result<u64> {
    let metadata = tokio::fs::metadata(file).await;
    let metadata = metadata.context("cannot read the file")?;
    ensure!(
        metadata.is_file(),
        "not a regular file; to upload from a pipe, name `-`"
    );
    ensure!(metadata.len() > 0, "the file is empty");
    Ok(metadata.len())
}

/// Returns the owner to send, or `None` to let the issuer take the owner from the token.
fn owner(arguments: &Upload) -> Option<String> {
    match (&arguments.owner, &arguments.token) {
        (Some(owner), _) => Some(owner.to_string()),
        (None, Some(_)) => None,
        (None, None) => Some(DEFAULT_OWNER.to_owned()),
    }
}

/// Prints the report of a file: the variants, or with `--json` the whole report, on stdout, and a
/// failure on stderr.
fn print_report(report: &Report, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        print(&report.to_line()?)?;
    } else {
        for line in variant_lines(report) {
            print(&line)?;
        }
    }
    if let Some(line) = report.failure_line() {
        eprint(&line);
    }
    Ok(())
}
