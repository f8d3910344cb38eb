//! Animated thumbnails that would have more bytes than the original.

use super::animated_source::AnimatedSource;
use super::output_tally::OutputTally;
use super::plan::{IndexedVariant, VariantRequest};
use crate::{Fit, Rejection, RejectionCode, RenderedVariant, Variant};

/// The qualities that are tried, in quarters of the variant's own.
const QUALITY_QUARTERS: [u8; 3] = [3, 2, 1];

/// Renders animated variants again that have more bytes than one with more pixels: at lower qualities, until
/// they are smaller. `recipe` holds all variants, by their index.
///
/// That happens where scaling blurs flat graphics, or where only the larger variant is lossless. A lossless
/// variant has no quality to lower, and stays.
///
/// # Errors
/// As for [`AnimatedSource::render`], but for `output_too_large`.
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

/// Returns the variant with the fewest bytes among those with more pixels than another one, or with as many
/// and unscaled; `None` if it has no fewer bytes than that one.
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

/// Renders a variant at lower qualities, until it has at most `max_bytes`.
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
