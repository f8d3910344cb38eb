//! `darkroom try`: sample photos on the whole path, from the upload to the variants.

mod samples;
mod service;

use std::path::{Path, PathBuf};

use anyhow::Context;
use darkroom_imaging::{Inspection, Limits};
use darkroom_render::RenderPool;

use self::samples::SAMPLES;
use self::service::SampleService;
use crate::arguments::{Try, Upload};
use crate::command::inspect::private_text;
use crate::command::upload;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::line_text::escape;
use crate::path_text::path_text;
use crate::report::{Report, ReportStatus};
use crate::settings::Settings;
use crate::sources;

pub(super) async fn run(arguments: Try, mut settings: Settings) -> anyhow::Result<ExitStatus> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let service = SampleService::start(folder.path(), &mut settings).await?;
    let photos = write_samples(&arguments, folder.path())?;
    let files = sources::find(&photos, None)?;
    let request = Upload::to_local_issuer(photos, &service.address());
    let pool = &service.pool;
    let mut reports = Vec::new();
    upload::upload_files(&request, &settings, &files, |report| {
        reports.push(report);
        Ok(())
    })
    .await?;
    let mut has_failed = false;
    for (file, report) in files.iter().zip(&reports) {
        has_failed |= !matches!(report.status, ReportStatus::Ready | ReportStatus::Rejected);
        let inspection = inspect(pool, &file.path).await;
        print(&describe(&file.relative, inspection.as_ref(), report))?;
    }
    let stored = service.stop().await;
    print(&closing(&arguments))?;
    stored?;
    Ok(match has_failed {
        true => ExitStatus::Failure,
        false => ExitStatus::Success,
    })
}

/// Writes the samples to the folder of `--keep`, or to a temporary folder. Returns their paths.
fn write_samples(arguments: &Try, temporary: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = arguments.keep.clone();
    let folder = folder.unwrap_or_else(|| temporary.join("samples"));
    let context = || format!("cannot write the samples to {}", path_text(&folder));
    std::fs::create_dir_all(&folder).with_context(context)?;
    let mut paths = Vec::new();
    for sample in &SAMPLES {
        let path = folder.join(sample.name);
        std::fs::write(&path, sample.bytes).with_context(context)?;
        paths.push(path);
    }
    Ok(paths)
}

/// Returns the properties of a sample, or `None` if the sample is not an image.
async fn inspect(pool: &RenderPool, path: &Path) -> Option<Inspection> {
    let bytes = std::fs::read(path).ok()?;
    let limits = Limits::for_inspection(bytes.len() as u64, u32::MAX);
    pool.inspect(&bytes, &limits).await.ok()
}

/// Describes a sample, what it gives away, and its outcome.
fn describe(name: &Path, inspection: Option<&Inspection>, report: &Report) -> String {
    let mut lines = vec![path_text(name)];
    let about = SAMPLES.iter().find(|sample| name == Path::new(sample.name));
    let mut line = |name: &str, text: &str| lines.push(format!("  {name:<12} {}", escape(text)));
    line("what it is", about.map_or("", |sample| sample.about));
    if let Some(inspection) = inspection {
        line("gives away", &private_text(inspection));
        if let Some(gps) = inspection.gps {
            line(
                "position",
                &format!("{:.4}, {:.4}", gps.latitude, gps.longitude),
            );
        }
        if let Some(camera) = &inspection.camera {
            line("camera", camera);
        }
        if let Some(taken_at) = &inspection.taken_at {
            line("taken", taken_at);
        }
    }
    match &report.error {
        None => {
            for variant in report.variants.iter().flatten() {
                let (width, height, bytes) = (variant.width, variant.height, variant.bytes);
                let text = format!("{width} x {height}, {bytes} bytes, no private metadata");
                line(&variant.name, &text);
            }
        }
        Some(error) => {
            line("rejected", &format!("{}: {}", error.code, error.message));
            if let Some(hint) = &error.hint {
                line("next step", hint);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn closing(arguments: &Try) -> String {
    let own = "Your own photos: `darkroom inspect PHOTO` shows what they give away, `darkroom process \
               PHOTO` renders them, `darkroom dev` starts the whole service.";
    match &arguments.keep {
        Some(folder) => format!("The samples are in {}.\n{own}", path_text(folder)),
        None => own.to_owned(),
    }
}
