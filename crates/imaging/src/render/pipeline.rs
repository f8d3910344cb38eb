//! The entry point of rendering.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::outputs::Outputs;
use super::source_file::SourceFile;
use crate::metadata::MetadataScan;
use crate::{MetadataKind, Recipe, Rejection, RejectionCode, Rendered, Source};

/// Renders every variant of a recipe.
///
/// # Errors
/// A [`Rejection`] with a stable code if the image is not accepted, is damaged, needs more memory than
/// is available, or has larger variants than allowed. A panic of the decoder counts as damage. A
/// decoder that aborts ends the process.
pub fn render(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    // The closure is unwind-safe because it only reads its captures.
    catch_unwind(AssertUnwindSafe(|| render_unguarded(bytes, recipe))).unwrap_or_else(|_| {
        Err(Rejection::new(
            RejectionCode::Corrupt,
            "the image is damaged in a way that its decoder cannot handle",
        ))
    })
}

fn render_unguarded(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    let (format, header) = recipe.limits.check(bytes)?;
    let scan = format.scan_metadata(bytes);
    let file = SourceFile {
        bytes,
        format,
        header: &header,
        scan: &scan,
    };
    let outputs = render_within_limits(&file, recipe)?;
    Ok(Rendered {
        source: Source {
            format,
            width: header.width,
            height: header.height,
            orientation: scan.orientation,
            frames: header.frames,
        },
        variants: outputs.variants,
        placeholder: outputs.placeholder,
        removed_metadata: removed(&scan, outputs.is_icc_kept),
        notes: outputs.notes,
    })
}

/// Renders the variants. If they exceed the limit on bytes, renders them again at the lower qualities
/// that the recipe allows.
fn render_within_limits(source: &SourceFile<'_>, recipe: &Recipe) -> Result<Outputs, Rejection> {
    let max_bytes = recipe.output.max_bytes;
    let mut outputs = Outputs::new(source, recipe.crop, &recipe.variants, max_bytes);
    for variants in recipe.output.lower_qualities(&recipe.variants) {
        match outputs {
            Err(rejection) if rejection.code == RejectionCode::OutputTooLarge => {
                outputs = Outputs::new(source, recipe.crop, &variants, max_bytes);
            }
            outputs => return outputs,
        }
    }
    outputs
}

/// Returns the kinds of metadata that were removed from every variant. A color profile that any variant
/// keeps does not count as removed.
fn removed(scan: &MetadataScan, is_icc_kept: bool) -> Vec<MetadataKind> {
    scan.kinds
        .iter()
        .copied()
        .filter(|kind| !(is_icc_kept && *kind == MetadataKind::Icc))
        .collect()
}
