//! `darkroom process`: renders local files as a worker would render uploads.

mod batch_processor;
mod destination;
mod report;
mod sources;

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use self::batch_processor::BatchProcessor;
use self::destination::Destinations;
use self::report::Report;
use crate::arguments::Process;
use crate::console::{eprint, print};
use crate::exit_status::{ExitStatus, UsageError};
use crate::renderer;
use crate::settings::Settings;

pub(super) async fn run(arguments: Process, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profile = settings.profiles.get(&arguments.profile).cloned();
    let profile = profile
        .ok_or_else(|| UsageError(format!("profile {} does not exist", arguments.profile)))?;
    let sources = sources::find(&arguments.sources)?;
    let processor = BatchProcessor {
        recipe: profile.recipe(None),
        pool: renderer::pool(&settings.render)?,
        destinations: Destinations::plan(&sources, &profile, &arguments.out),
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
            Err(error) => {
                print_error(&path, &error, arguments.json);
                false
            }
        });
        if !is_ready {
            exit_status = ExitStatus::Failure;
        }
    }
    bar.finish_and_clear();
    Ok(exit_status)
}

/// Prints the report of one file and returns `false` if the file was rejected.
fn print_report(report: &Report, processor: &BatchProcessor, arguments: &Process) -> bool {
    if arguments.json {
        let json = report.to_json(&processor.recipe, &arguments.profile);
        print(&json.to_string());
    } else if let Some(line) = report.summary() {
        print(&line);
    }
    let rejection = report.rejection();
    if let Some(line) = &rejection {
        eprint(line);
    }
    rejection.is_none()
}

/// Prints the error of a file that could not be processed. The other files are processed anyway.
fn print_error(path: &Path, error: &anyhow::Error, as_json: bool) {
    if as_json {
        let error = json!({"code": "unreadable", "message": format!("{error:#}")});
        print(&json!({"source": {"path": path}, "status": "error", "error": error}).to_string());
    }
    eprint(&format!("{}: {error:#}", path.display()));
}

/// Creates a progress bar for several files. It is drawn unless the output is JSON or stderr is not
/// a terminal.
fn progress_bar(files: usize, json: bool) -> anyhow::Result<ProgressBar> {
    if json || files < 2 {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?;
    let bar = ProgressBar::new(files as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}
