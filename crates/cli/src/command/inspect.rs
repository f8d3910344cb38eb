//! `darkroom inspect`: the properties and the private metadata of files.

use std::path::Path;

use darkroom_imaging::{Inspection, Limits, MetadataKind, Rejection};
use darkroom_render::{RenderError, RenderPool};
use serde_json::{Value, json};

use crate::arguments::Inspect;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::path_text::{path_fields, path_text};
use crate::renderer;
use crate::settings::Settings;
use crate::source_bytes::{SourceBytes, read_source};
use crate::sources::{self, SourceFile};

/// The size limit of a file to inspect. Inspection is cheap, so the limit is high.
const MAX_BYTES: u64 = 256 << 20;

pub(super) async fn run(arguments: Inspect, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let pool = renderer::pool(&settings.render)?;
    let mut exit_status = ExitStatus::Success;
    for SourceFile { path, .. } in sources::find(&arguments.files, None) {
        let name = path_text(&path);
        let result = inspect(&pool, &path).await;
        if arguments.json {
            let path = Value::Object(path_fields("path", &path));
            let line = match &result {
                Ok(Ok(inspection)) => merged(path, &report(inspection)),
                Ok(Err(rejection)) => merged(path, &json!({"error": rejection})),
                Err(error) => {
                    let error = json!({"code": "unreadable", "message": format!("{error:#}")});
                    merged(path, &json!({"error": error}))
                }
            };
            print(&line.to_string())?;
        }
        match result {
            Ok(Ok(inspection)) => {
                if !arguments.json {
                    print(&describe(&name, &inspection))?;
                }
                continue;
            }
            Ok(Err(rejection)) => eprint(&format!("{name}: rejected: {rejection}")),
            Err(error) => eprint(&format!("{name}: {error:#}")),
        }
        exit_status = ExitStatus::Failure;
    }
    Ok(exit_status)
}

async fn inspect(pool: &RenderPool, file: &Path) -> anyhow::Result<Result<Inspection, Rejection>> {
    let limits = Limits::for_inspection(MAX_BYTES, u32::MAX);
    let bytes = match read_source(file, MAX_BYTES).await? {
        SourceBytes::Whole(bytes) => bytes,
        SourceBytes::TooLarge { size } => {
            return Ok(Err(Rejection::too_many_bytes(size, MAX_BYTES)));
        }
    };
    let inspected = pool.inspect(&bytes, &limits).await;
    Ok(RenderError::split_rejection(inspected)?)
}

/// Returns the inspection with the field names that `POST /v1/inspect` uses.
fn report(inspection: &Inspection) -> Value {
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

fn merged(mut into: Value, from: &Value) -> Value {
    if let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) {
        into.extend(from.clone());
    }
    into
}

fn describe(name: &str, inspection: &Inspection) -> String {
    let source = &inspection.source;
    let [width, height] = inspection.upright_size;
    let mut lines = vec![name.to_owned()];
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
