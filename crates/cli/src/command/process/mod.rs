//! `darkroom process`: renders local files as a worker would render uploads.

mod batch_processor;
mod destination;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use bytesize::ByteSize;
use darkroom_contract::{Profile, Profiles};
use darkroom_imaging::RejectionCode;
use futures_util::stream::{self, StreamExt};

use self::batch_processor::BatchProcessor;
use self::destination::Destinations;
use crate::arguments::Process;
use crate::console::{eprint, print};
use crate::exit_status::{ExitStatus, UsageError};
use crate::file_id::FileId;
use crate::finished_files::FinishedFiles;
use crate::hint;
use crate::line_text::escape;
use crate::path_text::path_text;
use crate::progress::files_bar;
use crate::renderer;
use crate::report::{Report, ReportStatus};
use crate::settings::Settings;
use crate::sources::{self, STDIN, SourceFile};
use crate::summary::Summary;

/// The name of the record of finished files in the output folder. It begins with a dot, so
/// `process` never mistakes it for a source.
const RECORD: &str = ".darkroom-results.jsonl";

pub(super) async fn run(arguments: Process, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profile = settings.profile(&arguments.profile)?.clone();
    check_paths(&arguments.sources, &arguments.out)?;
    let out_id = FileId::from_path(&arguments.out);
    let sources = sources::find(&arguments.sources, out_id)?;
    let processor = BatchProcessor {
        name: arguments.profile.clone(),
        recipe: profile.recipe(None),
        pool: renderer::pool(&settings.render)?,
        destinations: destinations(&sources, &profile, &arguments)?,
        finished: FinishedFiles::read(arguments.out.join(RECORD)),
        force: arguments.force,
        profile,
    };
    let bar = files_bar(sources.len(), arguments.json)?;
    let mut summary = Summary::new();
    let mut exit_status = ExitStatus::Success;
    let mut reports = stream::iter(sources.iter().enumerate())
        .map(|(index, source)| processor.process(index, source))
        .buffered(settings.render.process_count() * 2);
    while let Some(mut report) = reports.next().await {
        add_hint(&mut report, &settings.profiles);
        summary.add(&report);
        bar.inc(1);
        bar.suspend(|| print_report(&report, arguments.json))?;
        if report.status != ReportStatus::Ready {
            exit_status = ExitStatus::Failure;
        }
    }
    bar.finish_and_clear();
    if summary.files() > 1 && !arguments.json {
        eprint(&summary.line());
    }
    Ok(exit_status)
}

/// Checks that every source exists, that `out` is a folder or can become one, and that `out` is not
/// the only source. `out` may be one of several sources, because a `*` on the command line may
/// match it.
///
/// # Errors
/// [`UsageError`] if a check fails.
fn check_paths(sources: &[PathBuf], out: &Path) -> anyhow::Result<()> {
    for source in sources {
        let error = || UsageError(format!("{} does not exist", path_text(source)));
        ensure!(source.exists() || source == Path::new(STDIN), error());
    }
    let is_folder = out.is_dir() || (!out.exists() && out != Path::new(""));
    let error = || UsageError(format!("--out {}: not a folder", path_text(out)));
    ensure!(is_folder, error());
    let out_id = FileId::from_path(out);
    let mut ids = sources.iter().map(|source| FileId::from_path(source));
    let is_only_source = out_id.is_some() && ids.all(|id| id == out_id);
    ensure!(!is_only_source, out_among_sources(out));
    Ok(())
}

/// Determines the path of every variant. A variant never replaces a source. Fails if a variant
/// would be in a source folder other than `out`, because the next run would mistake the variant for
/// a source.
fn destinations(
    sources: &[SourceFile],
    profile: &Profile,
    arguments: &Process,
) -> anyhow::Result<Destinations> {
    let ids = |it: &SourceFile| [FileId::from_path(&it.path), FileId::from_entry(&it.path)];
    let source_ids: HashSet<FileId> = sources.iter().flat_map(ids).flatten().collect();
    let is_source = |path: &Path| {
        let existing = FileId::from_entry(path);
        existing.is_some_and(|id| source_ids.contains(&id))
    };
    let destinations = Destinations::plan(sources, profile, &arguments.out, is_source);
    let out_id = FileId::from_path(&arguments.out);
    let folders = arguments.sources.iter().filter(|source| source.is_dir());
    let folders = folders.filter_map(|folder| FileId::from_path(folder));
    let source_folders: HashSet<FileId> = folders.filter(|id| Some(*id) != out_id).collect();
    for folder in destinations.folders() {
        let id = FileId::from_path(folder);
        let is_apart = id.is_none_or(|id| !source_folders.contains(&id));
        ensure!(is_apart, out_among_sources(&arguments.out));
    }
    Ok(destinations)
}

fn out_among_sources(out: &Path) -> UsageError {
    UsageError(format!(
        "--out {}: the results would be among the sources, and the next run would process them \
         too; name another folder",
        path_text(out)
    ))
}

/// Adds the next step to the report of a rejected file.
fn add_hint(report: &mut Report, profiles: &Profiles) {
    let (Some(error), Some(profile)) = (&mut report.error, &report.profile) else {
        return;
    };
    let mut codes = RejectionCode::ALL.into_iter();
    let code = codes.find(|code| code.name() == error.code);
    error.hint = code.and_then(|code| hint::after_rejection(code, profile, profiles));
}

/// Prints the report of one file: the result on stdout, and a failure on stderr too.
fn print_report(report: &Report, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        print(&report.to_line()?)?;
    } else if report.error.is_none() {
        print(&ready_line(report))?;
    }
    if let Some(line) = report.failure_line() {
        eprint(&line);
    }
    Ok(())
}

/// Describes a file that was rendered in one line.
fn ready_line(report: &Report) -> String {
    let variants = report.variants.iter().flatten().map(|variant| {
        let size = ByteSize(variant.bytes).display().iec();
        let (width, height) = (variant.width, variant.height);
        let path = escape(variant.path.as_deref().unwrap_or_default());
        format!("{path} ({width} x {height}, {size})")
    });
    let variants: Vec<String> = variants.collect();
    let bytes = report.source.as_ref().and_then(|source| source.bytes);
    let size = ByteSize(bytes.unwrap_or_default()).display().iec();
    let skipped = match report.skipped {
        true => " already done:",
        false => "",
    };
    let name = report.source_name();
    format!("{name} ({size}) ->{skipped} {}", variants.join(", "))
}
