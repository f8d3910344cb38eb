//! Animated thumbnails that would have more bytes than the original.

use super::animated_source::AnimatedSource;
use super::output_tally::OutputTally;
use super::plan::{IndexedVariant, VariantRequest};
use crate::{Fit, Rejection, RejectionCode, RenderedVariant, Variant};

/// The qualities to try, in quarters of the variant's own quality.
const QUALITY_QUARTERS: [u8; 3] = [3, 2, 1];

/// Shrinks each resized variant that has more bytes than its original. The original is the smallest
/// file among the variants that have more pixels, or that are unscaled and have equally many. If
/// both show the same image, the variant becomes a copy of the original. Otherwise, it is rendered
/// again at lower qualities until it has at most as many bytes as the original. If even the lowest
/// quality has more, the variant stays unchanged. `recipe` contains all variants, by their index.
///
/// A smaller variant can have more bytes if scaling blurs flat graphics, or if only the larger
/// variant is lossless. A lossless variant does not have a quality to lower, so it stays unchanged.
///
/// # Errors
/// The errors of [`AnimatedSource::render`], except `output_too_large`.
pub(super) fn shrink_oversized(
    animation: &AnimatedSource<'_>,
    recipe: &[Variant],
    rendered: &mut [IndexedVariant],
) -> Result<(), Rejection> {
    for position in 0..rendered.len() {
        let (index, thumbnail) = &rendered[position];
        let Some(original) = smaller_original(recipe, rendered, position) else {
            continue;
        };
        let max_bytes = original.1.bytes.len() as u64;
        if is_same_image(&recipe[original.0], &original.1, &recipe[*index], thumbnail) {
            let bytes = original.1.bytes.clone();
            rendered[position].1.bytes = bytes;
            continue;
        }
        if let Some(smaller) = render_smaller(animation, *index, &recipe[*index], max_bytes)? {
            rendered[position] = smaller;
        }
    }
    Ok(())
}

/// Returns the smallest original of the variant at `position`, if that original has fewer bytes
/// than the variant. An original has more pixels than the variant, or has equally many and is
/// unscaled. An unscaled variant has no original.
fn smaller_original<'a>(
    recipe: &[Variant],
    rendered: &'a [IndexedVariant],
    position: usize,
) -> Option<&'a IndexedVariant> {
    let (index, thumbnail) = &rendered[position];
    recipe[*index].resize?;
    let is_original = |(other, variant): &&IndexedVariant| {
        let is_unscaled = recipe[*other].resize.is_none();
        let (pixels, own) = (pixels(variant), pixels(thumbnail));
        pixels > own || (pixels == own && is_unscaled)
    };
    let originals = rendered.iter().filter(is_original);
    let smallest = originals.min_by_key(|(_, variant)| variant.bytes.len())?;
    (smallest.1.bytes.len() < thumbnail.bytes.len()).then_some(smallest)
}

fn pixels(variant: &RenderedVariant) -> u64 {
    u64::from(variant.width) * u64::from(variant.height)
}

/// Returns whether a thumbnail shows the same pixels as the unscaled original.
fn is_same_image(
    original: &Variant,
    rendered_original: &RenderedVariant,
    thumbnail: &Variant,
    rendered: &RenderedVariant,
) -> bool {
    let size = |variant: &RenderedVariant| (variant.width, variant.height);
    original.resize.is_none()
        && original.icc == thumbnail.icc
        && size(rendered_original) == size(rendered)
        && thumbnail
            .resize
            .is_none_or(|resize| resize.fit == Fit::Inside)
}

/// Renders a variant at lower qualities until it has at most `max_bytes` bytes; `None` if it never
/// does.
fn render_smaller(
    animation: &AnimatedSource<'_>,
    index: usize,
    variant: &Variant,
    max_bytes: u64,
) -> Result<Option<IndexedVariant>, Rejection> {
    if variant.map_quality(|_| 0) == *variant {
        return Ok(None);
    }
    for quarters in QUALITY_QUARTERS {
        let lower = |quality: u8| quality - quality / 4 * (4 - quarters);
        let variant = &variant.map_quality(lower);
        let request = VariantRequest { index, variant };
        match animation.render(&[request], &mut OutputTally::new(max_bytes)) {
            Ok((rendered, _)) => return Ok(rendered.into_iter().next()),
            Err(rejection) if rejection.code == RejectionCode::OutputTooLarge => {}
            Err(rejection) => return Err(rejection),
        }
    }
    Ok(None)
}
