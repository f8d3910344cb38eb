//! `darkroom inspect`: the properties and the private metadata of files.

use std::path::Path;

use anyhow::Context;
use darkroom_imaging::{Inspection, Limits, MetadataKind, Rejection};
use darkroom_render::{RenderError, RenderPool};
use serde_json::json;

use crate::arguments::Inspect;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::renderer;
use crate::settings::Settings;

/// The size limit of an inspected file. Inspection is cheap, so the limit is high.
const MAX_BYTES: u64 = 256 << 20;

pub(super) async fn run(arguments: Inspect, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let pool = renderer::pool(&settings.render)?;
    let mut exit_status = ExitStatus::Success;
    for file in &arguments.files {
        let result = match inspect(&pool, file).await {
            Ok(result) => result,
            Err(error) => {
                if arguments.json {
                    let error = json!({"code": "unreadable", "message": format!("{error:#}")});
                    print(&json!({"path": file, "error": error}).to_string());
                }
                eprint(&format!("{}: {error:#}", file.display()));
                exit_status = ExitStatus::Failure;
                continue;
            }
        };
        if arguments.json {
            let path = json!({"path": file});
            let line = match &result {
                Ok(inspection) => merged(path, &report(inspection)),
                Err(rejection) => merged(path, &json!({"error": rejection})),
            };
            print(&line.to_string());
        } else if let Ok(inspection) = &result {
            print(&describe(file, inspection));
        }
        if let Err(rejection) = result {
            eprint(&format!("{}: rejected: {rejection}", file.display()));
            exit_status = ExitStatus::Failure;
        }
    }
    Ok(exit_status)
}

async fn inspect(pool: &RenderPool, file: &Path) -> anyhow::Result<Result<Inspection, Rejection>> {
    let limits = Limits::for_inspection(MAX_BYTES, u32::MAX);
    let bytes = tokio::fs::read(file).await;
    let bytes = bytes.context("cannot read the file")?;
    match pool.inspect(&bytes, &limits).await {
        Ok(inspection) => Ok(Ok(inspection)),
        Err(RenderError::Rejected(rejection)) => Ok(Err(rejection)),
        Err(error @ RenderError::Start(_)) => Err(error.into()),
    }
}

/// Returns the inspection under the field names of `POST /v1/inspect`.
fn report(inspection: &Inspection) -> serde_json::Value {
    let private: Vec<MetadataKind> = private_kinds(inspection).collect();
    let size = [inspection.source.width, inspection.source.height];
    merged(
        json!(inspection),
        &json!({"size": size, "private_metadata": private}),
    )
}

fn private_kinds(inspection: &Inspection) -> impl Iterator<Item = MetadataKind> {
    let kinds = inspection.metadata.iter().copied();
    kinds.filter(|kind| kind.is_private())
}

fn merged(mut into: serde_json::Value, from: &serde_json::Value) -> serde_json::Value {
    if let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) {
        into.extend(from.clone());
    }
    into
}

fn describe(file: &Path, inspection: &Inspection) -> String {
    let source = &inspection.source;
    let [width, height] = inspection.upright_size;
    let mut lines = vec![format!("{}", file.display())];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<12} {value}"));
    line("format", source.format.name().to_owned());
    line(
        "size",
        format!("{width} x {height} upright, {} bytes", inspection.bytes),
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
    let private: Vec<String> = private_kinds(inspection)
        .map(|kind| json!(kind).as_str().unwrap_or_default().replace('_', " "))
        .collect();
    line(
        "private",
        if private.is_empty() {
            "nothing".to_owned()
        } else {
            private.join(", ")
        },
    );
    lines.join("\n")
}
