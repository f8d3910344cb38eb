//! The entry point of rendering.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::outputs::Outputs;
use super::source_file::SourceFile;
use crate::cost::memory_estimate;
use crate::geometry::Orientation;
use crate::metadata::MetadataScan;
use crate::{MetadataKind, Recipe, Rejection, RejectionCode, Rendered, Source};

/// Renders every variant of a recipe, with as much memory as the system provides.
///
/// # Errors
/// A [`Rejection`] with a stable code if the image is not accepted, is damaged, needs more memory than
/// is available, or has larger variants than allowed. A panic of the decoder counts as damage. A
/// decoder that aborts ends the process.
pub fn render(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    render_within(bytes, recipe, u64::MAX)
}

/// Renders every variant of a recipe with at most about `max_memory` bytes, besides those of the file.
///
/// The limit is compared with an estimate before any pixel is decoded. The real peak may be higher,
/// because memory that depends on pixel values is estimated at its minimum. So the caller has to
/// enforce the limit in another way too.
///
/// # Errors
/// As for [`render`]; `too_expensive` if the estimate exceeds the limit.
pub fn render_within(
    bytes: &[u8],
    recipe: &Recipe,
    max_memory: u64,
) -> Result<Rendered, Rejection> {
    guarded(|| render_unguarded(bytes, recipe, max_memory))
}

/// Estimates how many bytes of memory rendering needs at its peak, besides those of the file. Reads only
/// headers and metadata.
///
/// # Errors
/// The codes of [`render`] that do not depend on pixels.
pub fn estimated_memory(bytes: &[u8], recipe: &Recipe) -> Result<u64, Rejection> {
    guarded(|| {
        let (format, header) = recipe.limits.check(bytes)?;
        let scan = format.scan_metadata(bytes);
        let source = SourceFile::new(bytes, format, &header, &scan, recipe);
        estimate(&source, recipe)
    })
}

fn estimate(source: &SourceFile<'_>, recipe: &Recipe) -> Result<u64, Rejection> {
    let SourceFile {
        bytes,
        format,
        header,
        scan,
        stays_in_planes,
    } = *source;
    let decoding = match stays_in_planes {
        true => format.plane_decoding_memory(bytes),
        false => None,
    };
    let decoding = decoding.unwrap_or_else(|| format.decoding_memory(bytes, header))?;
    let orientation = Orientation::from_exif(scan.orientation);
    memory_estimate(decoding, header, orientation, recipe, stays_in_planes)
}

/// Runs `work`, which only reads its captures. A panic counts as damage of the image.
fn guarded<T>(work: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Rejection::corrupt(
            "the image is damaged in a way that its decoder cannot handle",
        ))
    })
}

fn render_unguarded(bytes: &[u8], recipe: &Recipe, max_memory: u64) -> Result<Rendered, Rejection> {
    let (format, header) = recipe.limits.check(bytes)?;
    let scan = format.scan_metadata(bytes);
    let file = SourceFile::new(bytes, format, &header, &scan, recipe);
    let needed = estimate(&file, recipe)?;
    if needed > max_memory {
        return Err(Rejection::too_expensive(needed, max_memory));
    }
    let outputs = render_within_limits(&file, recipe, max_memory)?;
    Ok(Rendered {
        source: Source {
            format,
            width: header.width,
            height: header.height,
            orientation: scan.orientation,
            frames: header.frames,
        },
        variants: outputs.variants,
        placeholder: outputs.preview.placeholder,
        perceptual_hashes: outputs.preview.perceptual_hashes,
        removed_metadata: removed(&scan, outputs.is_icc_kept),
        notes: outputs.notes,
        rights: scan.rights.first().kept(&recipe.keep),
    })
}

/// Renders the variants. If they exceed the limit on bytes, renders them again at the lower qualities
/// that the recipe allows.
fn render_within_limits(
    source: &SourceFile<'_>,
    recipe: &Recipe,
    max_memory: u64,
) -> Result<Outputs, Rejection> {
    let max_bytes = recipe.output.max_bytes;
    let mut outputs = Outputs::new(source, recipe.crop, &recipe.variants, max_bytes, max_memory);
    for variants in recipe.output.lower_qualities(&recipe.variants) {
        match outputs {
            Err(rejection) if rejection.code == RejectionCode::OutputTooLarge => {
                outputs = Outputs::new(source, recipe.crop, &variants, max_bytes, max_memory);
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
