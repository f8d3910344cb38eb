//! The report of one processed file.

use std::path::PathBuf;

use bytesize::ByteSize;
use darkroom_contract::{ProfileName, sha256_hex};
use darkroom_imaging::{Recipe, Rejection, Rendered};
use serde_json::{Value, json};

use crate::path_text::{path_fields, path_text};

/// A file and its result.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) source: PathBuf,
    pub(super) size: u64,
    pub(super) sha256: Option<String>,
    pub(super) result: Result<Rendered, Rejection>,
    /// The paths of the variants, in the order of the profile.
    pub(super) paths: Vec<PathBuf>,
}

impl Report {
    /// Returns the manifest that a worker would write, without the fields that only an upload has.
    pub(super) fn to_json(&self, recipe: &Recipe, profile: &ProfileName) -> Value {
        let mut report = json!({
            "version": darkroom_contract::Manifest::VERSION,
            "profile": profile,
            "source": path_fields("path", &self.source),
            "recipe": recipe.digest(),
        });
        report["source"]["bytes"] = json!(self.size);
        if let Some(sha256) = &self.sha256 {
            report["source"]["sha256"] = json!(sha256);
        }
        match &self.result {
            Ok(rendered) => {
                report["status"] = json!("ready");
                merge(&mut report["source"], json!(rendered.source));
                report["variants"] = self.variants(rendered);
                report["placeholder"] = json!(rendered.placeholder);
                report["removed_metadata"] = json!(rendered.removed_metadata);
                report["notes"] = json!(rendered.notes);
            }
            Err(rejection) => {
                report["status"] = json!("rejected");
                report["error"] = json!(rejection);
            }
        }
        report
    }

    /// Returns one line of text for stdout, or `None` if the file was rejected.
    pub(super) fn summary(&self) -> Option<String> {
        let rendered = self.result.as_ref().ok()?;
        let variants: Vec<String> = rendered
            .variants
            .iter()
            .zip(&self.paths)
            .map(|(variant, path)| {
                let size = ByteSize(variant.bytes.len() as u64).display().iec();
                let (width, height) = (variant.width, variant.height);
                format!("{} ({width} x {height}, {size})", path_text(path))
            })
            .collect();
        let source = path_text(&self.source);
        let size = ByteSize(self.size).display().iec();
        Some(format!("{source} ({size}) -> {}", variants.join(", ")))
    }

    /// Returns one line for stderr, or `None` if the file was not rejected.
    pub(super) fn rejection(&self) -> Option<String> {
        let rejection = self.result.as_ref().err()?;
        Some(format!(
            "{}: rejected: {rejection}",
            path_text(&self.source)
        ))
    }

    fn variants(&self, rendered: &Rendered) -> Value {
        let variants = rendered.variants.iter().zip(&self.paths);
        variants
            .map(|(variant, path)| {
                let mut fields = json!({
                    "name": variant.name,
                    "content_type": variant.format.content_type(),
                    "width": variant.width,
                    "height": variant.height,
                    "bytes": variant.bytes.len(),
                    "sha256": sha256_hex(&variant.bytes),
                });
                merge(&mut fields, Value::Object(path_fields("path", path)));
                fields
            })
            .collect()
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
