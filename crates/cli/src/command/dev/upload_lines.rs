//! One line on stdout for the outcome of each upload.

use std::sync::Arc;

use bytesize::ByteSize;
use darkroom_contract::{Manifest, ManifestVariant, Outcome, Profiles};
use darkroom_imaging::MetadataKind;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::console::print;
use crate::hint;
use crate::line_text::escape;

/// Prints a line for each outcome. After `finished` is cancelled, prints the outcomes that were
/// published before, and returns.
pub(super) async fn print_outcomes(
    mut outcomes: Receiver<Arc<Manifest>>,
    profiles: Profiles,
    finished: CancellationToken,
) -> anyhow::Result<()> {
    loop {
        let next = tokio::select! {
            biased;
            next = outcomes.recv() => next,
            () = finished.cancelled() => return Ok(()),
        };
        match next {
            Ok(manifest) => print(&line(&manifest, &profiles))?,
            Err(RecvError::Lagged(missed)) => {
                print(&format!("… {missed} outcomes are not shown"))?;
            }
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

/// Describes an outcome in one line: the upload, the outcome, sizes, the rendering time, and what
/// was removed.
fn line(manifest: &Manifest, profiles: &Profiles) -> String {
    let Manifest {
        id, profile, owner, ..
    } = manifest;
    let bytes = size(manifest.source.bytes);
    let render_ms = manifest.render_ms;
    let result = match &manifest.outcome {
        Outcome::Ready {
            variants,
            removed_metadata,
            ..
        } => {
            let variants: Vec<String> = variants.iter().map(variant).collect();
            format!(
                "ready: {bytes} became {} in {render_ms} ms; {}",
                variants.join(", "),
                removed(removed_metadata)
            )
        }
        Outcome::InReview { .. } => {
            format!("in review: {bytes}; `darkroom review list` shows how to decide")
        }
        Outcome::Rejected { error } => {
            let hint = hint::after_rejection(error.code, profile, profiles);
            let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            format!("rejected ({bytes}): {error}{hint}")
        }
        Outcome::Failed { error } => format!(
            "failed ({bytes}): {}: {}; --verbose shows the log",
            error.code, error.message
        ),
    };
    escape(format!("{profile}/{owner}/{id} {result}")).to_string()
}

fn variant(variant: &ManifestVariant) -> String {
    let ManifestVariant {
        name,
        width,
        height,
        ..
    } = variant;
    format!("{name} {width} x {height} ({})", size(variant.bytes))
}

fn removed(kinds: &[MetadataKind]) -> String {
    let kinds = kinds.iter().map(|kind| {
        let name = json!(kind);
        name.as_str().unwrap_or_default().replace('_', " ")
    });
    let kinds: Vec<String> = kinds.collect();
    if kinds.is_empty() {
        "no metadata to remove".to_owned()
    } else {
        format!("removed {}", kinds.join(", "))
    }
}

fn size(bytes: u64) -> String {
    ByteSize(bytes).display().iec().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn manifest(outcome: Value) -> Manifest {
        let mut manifest = json!({
            "version": 1, "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar",
            "owner": "me", "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z",
            "source": {"bucket": "b", "key": "k", "etag": "e", "version_id": null, "bytes": 2048},
            "render_ms": 31,
        });
        let fields = manifest.as_object_mut().unwrap();
        fields.extend(outcome.as_object().unwrap().clone());
        serde_json::from_value(manifest).unwrap()
    }

    fn line(outcome: Value) -> String {
        super::line(&manifest(outcome), &Profiles::default())
    }

    #[test]
    fn a_line_states_sizes_time_and_what_was_removed() {
        let variants = json!([{
            "name": "thumb", "key": "k", "content_type": "image/webp", "width": 40, "height": 60,
            "bytes": 512, "sha256": "00",
        }]);
        let ready = line(json!({
            "status": "ready", "variants": variants, "removed_metadata": ["gps", "maker_note"],
            "placeholder": {"thumbhash": "", "dominant_color": "#000000"},
        }));
        assert_eq!(
            ready,
            "avatar/me/01920000-0000-7000-8000-000000000000 ready: 2.0 KiB became thumb 40 x 60 \
             (512 B) in 31 ms; removed gps, maker note"
        );
    }

    #[test]
    fn a_rejection_states_the_next_step() {
        let error = json!({"code": "dimensions_exceeded", "message": "5000 x 10 px"});
        let rejected = line(json!({"status": "rejected", "error": error}));
        assert!(
            rejected.ends_with("5000 x 10 px; try --profile photo, which accepts more"),
            "{rejected}"
        );
    }
}
