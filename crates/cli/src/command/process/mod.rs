//! `darkroom process`: renders local files as a worker would render uploads.

mod batch_processor;
mod destination;
mod report;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::ensure;
use darkroom_contract::Profile;
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use self::batch_processor::{BatchProcessor, FileError};
use self::destination::Destinations;
use self::report::Report;
use crate::arguments::Process;
use crate::console::{eprint, print};
use crate::exit_status::{ExitStatus, UsageError};
use crate::file_id::FileId;
use crate::path_text::{path_fields, path_text};
use crate::renderer;
use crate::settings::Settings;
use crate::sources::{self, SourceFile};

pub(super) async fn run(arguments: Process, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profile = settings.profiles.get(&arguments.profile).cloned();
    let profile = profile
        .ok_or_else(|| UsageError(format!("profile {} does not exist", arguments.profile)))?;
    check_paths(&arguments.sources, &arguments.out)?;
    let out_id = FileId::from_path(&arguments.out);
    let sources = sources::find(&arguments.sources, out_id);
    let processor = BatchProcessor {
        recipe: profile.recipe(None),
        pool: renderer::pool(&settings.render)?,
        destinations: destinations(&sources, &profile, &arguments)?,
        profile,
    };
    let bar = progress_bar(sources.len(), arguments.json)?;
    let mut exit_status = ExitStatus::Success;
    let mut reports = stream::iter(sources.into_iter().enumerate())
        .map(|(index, source)| {
            let path = source.path.clone();
            processor
                .process(index, source.path)
                .map(|report| (path, report))
        })
        .buffered(settings.render.process_count() * 2);
    while let Some((path, report)) = reports.next().await {
        bar.inc(1);
        let is_ready = bar.suspend(|| match report {
            Ok(report) => print_report(&report, &processor, &arguments),
            Err(error) => print_error(&path, &error, arguments.json).map(|()| false),
        });
        if !is_ready? {
            exit_status = ExitStatus::Failure;
        }
    }
    bar.finish_and_clear();
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
        ensure!(source.exists(), error());
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
        "--out {}: the results would be among the sources, and the next run would take them for \
         photos; name another folder",
        path_text(out)
    ))
}

/// Prints the report of one file. Returns `false` if the file was rejected.
fn print_report(
    report: &Report,
    processor: &BatchProcessor,
    arguments: &Process,
) -> anyhow::Result<bool> {
    if arguments.json {
        let json = report.to_json(&processor.recipe, &arguments.profile);
        print(&json.to_string())?;
    } else if let Some(line) = report.summary() {
        print(&line)?;
    }
    let rejection = report.rejection();
    if let Some(line) = &rejection {
        eprint(line);
    }
    Ok(rejection.is_none())
}

/// Prints the error of a file that could not be processed. Processing continues with the other
/// files.
fn print_error(path: &Path, error: &FileError, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let source = path_fields("path", path);
        let report = json!({"code": error.code(), "message": error.to_string()});
        let report = json!({"source": source, "status": "error", "error": report});
        print(&report.to_string())?;
    }
    eprint(&format!("{}: {error}", path_text(path)));
    Ok(())
}

/// Creates a progress bar. It is drawn only if there are several files, the output is not JSON, and
/// stderr is a terminal.
fn progress_bar(files: usize, json: bool) -> anyhow::Result<ProgressBar> {
    if json || files < 2 {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?;
    let bar = ProgressBar::new(files as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}
