//! `darkroom inspect`: the properties and the private metadata of files.

use darkroom_imaging::{Inspection, Limits, Rejection};
use darkroom_render::{RenderError, RenderPool};
use serde_json::json;

use crate::arguments::Inspect;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::line_text::escape;
use crate::path_text::path_text;
use crate::renderer;
use crate::report::{
    InspectionReport, Report, ReportCommand, ReportError, ReportStatus, SourceReport,
};
use crate::settings::Settings;
use crate::source_bytes::{SourceBytes, read_source};
use crate::sources::{self, SourceFile};

/// The size limit of a file to inspect. Inspection is cheap, so the limit is high.
const MAX_BYTES: u64 = 256 << 20;

pub(super) async fn run(arguments: Inspect, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let pool = renderer::pool(&settings.render)?;
    let mut exit_status = ExitStatus::Success;
    for file in sources::find(&arguments.files, None)? {
        let source = SourceReport::new(file.name());
        let (status, error) = match inspect(&pool, &file).await {
            Ok(Ok(inspection)) => {
                if arguments.json {
                    print(&report(source, &inspection).to_line()?)?;
                } else {
                    print(&describe(&path_text(file.name()), &inspection))?;
                }
                continue;
            }
            Ok(Err(rejection)) => (ReportStatus::Rejected, ReportError::from(&rejection)),
            Err(error) => {
                let error = ReportError::new("unreadable", format!("{error:#}"));
                (ReportStatus::Error, error)
            }
        };
        let report = Report::failure(ReportCommand::Inspect, status, source, error);
        if arguments.json {
            print(&report.to_line()?)?;
        }
        eprint(&report.failure_line().unwrap_or_default());
        exit_status = ExitStatus::Failure;
    }
    Ok(exit_status)
}

async fn inspect(
    pool: &RenderPool,
    file: &SourceFile,
) -> anyhow::Result<Result<Inspection, Rejection>> {
    let limits = Limits::for_inspection(MAX_BYTES, u32::MAX);
    let bytes = match read_source(&file.path, MAX_BYTES).await? {
        SourceBytes::Whole(bytes) => bytes,
        SourceBytes::TooLarge { size } => {
            return Ok(Err(Rejection::too_many_bytes(size, MAX_BYTES)));
        }
    };
    let inspected = pool.inspect(&bytes, &limits).await;
    Ok(RenderError::split_rejection(inspected)?)
}

fn report(source: SourceReport, inspection: &Inspection) -> Report {
    let source = SourceReport {
        bytes: Some(inspection.bytes),
        image: Some(inspection.source),
        ..source
    };
    Report {
        source: Some(source),
        inspection: Some(inspection.into()),
        ..Report::new(ReportCommand::Inspect, ReportStatus::Inspected)
    }
}

/// Describes a file in several lines for people. The texts of the file are escaped.
fn describe(name: &str, inspection: &Inspection) -> String {
    let source = &inspection.source;
    let [width, height] = inspection.upright_size;
    let mut lines = vec![name.to_owned()];
    let mut line =
        |name: &str, value: String| lines.push(format!("  {name:<12} {}", escape(value)));
    line("format", source.format.name().to_owned());
    line(
        "size",
        format!(
            "{} x {} as stored, {width} x {height} upright, {} bytes",
            source.width, source.height, inspection.bytes
        ),
    );
    line("orientation", source.orientation.to_string());
    if source.frames > 1 {
        line("frames", source.frames.to_string());
    }
    if let Some(profile) = &inspection.icc_profile {
        line("color", profile.clone());
    }
    if let Some(camera) = &inspection.camera {
        line("camera", camera.clone());
    }
    if let Some(taken_at) = &inspection.taken_at {
        line("taken", taken_at.clone());
    }
    if let Some(gps) = inspection.gps {
        line(
            "position",
            format!("{:.6}, {:.6}", gps.latitude, gps.longitude),
        );
    }
    line("private", private_text(inspection));
    lines.join("\n")
}

/// Lists the kinds of private metadata for people.
pub(super) fn private_text(inspection: &Inspection) -> String {
    let private = InspectionReport::from(inspection).private_metadata;
    let private: Vec<String> = private
        .into_iter()
        .map(|kind| json!(kind).as_str().unwrap_or_default().replace('_', " "))
        .collect();
    match private.is_empty() {
        true => "nothing".to_owned(),
        false => private.join(", "),
    }
}
