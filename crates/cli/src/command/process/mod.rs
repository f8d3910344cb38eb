//! `darkroom process`: what a worker does, on local files.

mod destination;
mod report;
mod sources;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use darkroom_contract::{Profile, sha256_hex};
use darkroom_imaging::{Recipe, Rejection, RejectionCode, Rendered};
use darkroom_render::{RenderError, RenderPool};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use self::destination::Destinations;
use self::report::Report;
use crate::arguments::Process;
use crate::outcome::{Ending, UsageError, complain, say};
use crate::renderer;
use crate::settings::Settings;

pub(super) async fn run(arguments: Process, settings: Settings) -> anyhow::Result<Ending> {
    let profile = settings.profiles.get(&arguments.profile).cloned();
    let profile =
        profile.ok_or_else(|| UsageError(format!("there is no profile {}", arguments.profile)))?;
    let sources = sources::find(&arguments.sources)?;
    let destinations = Destinations::plan(&sources, &profile, &arguments.out);
    let shop = Arc::new(Shop {
        recipe: profile.recipe(None),
        pool: renderer::pool(&settings.render)?,
        profile,
        destinations,
    });
    let bar = progress_bar(sources.len(), arguments.json)?;
    let mut ending = Ending::Well;
    let mut reports = stream::iter(sources.into_iter().enumerate())
        .map(|(index, source)| {
            let path = source.path.clone();
            shop.process(index, source.path)
                .map(|report| (path, report))
        })
        .buffered(settings.render.process_count() * 2);
    while let Some((path, report)) = reports.next().await {
        bar.inc(1);
        bar.suspend(|| {
            let report = match report {
                Ok(report) => report,
                Err(error) => {
                    unreadable(&path, &error, arguments.json);
                    ending = Ending::SomethingFailed;
                    return;
                }
            };
            if arguments.json {
                say(&report.to_json(&shop.recipe, &arguments.profile).to_string());
            } else if let Some(line) = report.line() {
                say(&line);
            }
            if let Some(complaint) = report.complaint() {
                complain(&complaint);
                ending = Ending::SomethingFailed;
            }
        });
    }
    bar.finish_and_clear();
    Ok(ending)
}

/// What all files are processed with.
struct Shop {
    profile: Profile,
    recipe: Recipe,
    pool: RenderPool,
    destinations: Destinations,
}

impl Shop {
    async fn process(&self, index: usize, source: PathBuf) -> anyhow::Result<Report> {
        let (bytes, result) = match self.read(&source).await? {
            Ok(bytes) => {
                let rendered = self.render(&bytes).await?;
                (Some(bytes), rendered)
            }
            Err(too_large) => (None, Err(too_large)),
        };
        let paths = match &result {
            Ok(rendered) => self.write(index, rendered).await?,
            Err(_) => Vec::new(),
        };
        Ok(Report {
            size: match &bytes {
                Some(bytes) => bytes.len() as u64,
                None => tokio::fs::metadata(&source).await?.len(),
            },
            sha256: bytes.as_deref().map(sha256_hex),
            source,
            result,
            paths,
        })
    }

    async fn read(&self, source: &Path) -> anyhow::Result<Result<Vec<u8>, Rejection>> {
        let unreadable = || "the file cannot be read";
        let max = self.recipe.limits.max_bytes;
        let size = tokio::fs::metadata(source)
            .await
            .with_context(unreadable)?
            .len();
        if size > max {
            let message = format!("{size} bytes are over the limit of {max}");
            return Ok(Err(Rejection::new(RejectionCode::TooManyBytes, message)));
        }
        Ok(Ok(tokio::fs::read(source)
            .await
            .with_context(unreadable)?))
    }

    async fn render(&self, bytes: &[u8]) -> anyhow::Result<Result<Rendered, Rejection>> {
        match self.pool.render(bytes, &self.recipe).await {
            Ok(rendered) => Ok(Ok(rendered)),
            Err(RenderError::Rejected(rejection)) => Ok(Err(rejection)),
            Err(error @ RenderError::Start(_)) => Err(error.into()),
        }
    }

    async fn write(&self, index: usize, rendered: &Rendered) -> anyhow::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for (settings, variant) in self.profile.variants.iter().zip(&rendered.variants) {
            let path = self.destinations.path(index, settings);
            let unwritable = || format!("{} cannot be written", path.display());
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder)
                    .await
                    .with_context(unwritable)?;
            }
            tokio::fs::write(&path, &variant.bytes)
                .await
                .with_context(unwritable)?;
            paths.push(path);
        }
        Ok(paths)
    }
}

/// A file that this machine does not give us costs the others nothing.
fn unreadable(path: &Path, error: &anyhow::Error, as_json: bool) {
    if as_json {
        let error = json!({"code": "unreadable", "message": format!("{error:#}")});
        say(&json!({"source": {"path": path}, "status": "error", "error": error}).to_string());
    }
    complain(&format!("{}: {error:#}", path.display()));
}

/// Drawn on a terminal only, and not where a program reads.
fn progress_bar(files: usize, json: bool) -> anyhow::Result<ProgressBar> {
    if json || files < 2 {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?;
    let bar = ProgressBar::new(files as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}
