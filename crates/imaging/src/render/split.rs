//! The division of variants by the way they are rendered.

use super::plan::VariantRequest;
use crate::color::ColorConverter;
use crate::formats::Header;
use crate::{IccPolicy, Variant};

/// Splits the variants into animated and still ones.
pub(super) fn split_by_animation<'a>(
    variants: &'a [Variant],
    header: &Header,
) -> (Vec<VariantRequest<'a>>, Vec<VariantRequest<'a>>) {
    let is_animated = |request: &VariantRequest<'_>| request.variant.is_animated(header.frames);
    variants
        .iter()
        .enumerate()
        .map(|(index, variant)| VariantRequest { index, variant })
        .partition(is_animated)
}

/// Splits the variants into those that keep the source's color profile and those converted to sRGB.
pub(super) fn split_by_profile<'a>(
    requests: &[VariantRequest<'a>],
    colors: &ColorConverter,
) -> (Vec<VariantRequest<'a>>, Vec<VariantRequest<'a>>) {
    requests
        .iter()
        .partition(|request| keeps_profile(request.variant, colors))
}

/// Returns whether a variant keeps the source's color profile.
pub(super) fn keeps_profile(variant: &Variant, colors: &ColorConverter) -> bool {
    variant.icc == IccPolicy::Keep && colors.rgb_profile().is_some()
}
