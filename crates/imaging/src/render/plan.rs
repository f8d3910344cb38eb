//! The plan for rendering variants: their order and their geometry.

use std::cmp::Reverse;

use super::view::View;
use crate::geometry::Placement;
use crate::pixels::Pixels;
use crate::saliency::attention_profile;
use crate::{Color, Fit, Gravity, Rejection, RenderedVariant, Resize, Variant};

/// A rendered variant with its index in the recipe.
pub(super) type IndexedVariant = (usize, RenderedVariant);

/// A variant to render.
#[derive(Debug, Clone, Copy)]
pub(super) struct VariantRequest<'a> {
    /// The variant's index in the recipe.
    pub(super) index: usize,
    pub(super) variant: &'a Variant,
}

/// A variant to render, and its geometry.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderJob<'a> {
    pub(super) request: VariantRequest<'a>,
    pub(super) placement: Placement,
}

/// Plans the jobs for all requested variants: large ones first, so that small variants can be made from
/// them. `place` returns the pixels of a placement, from which the gravity `attention` is found.
///
/// # Errors
/// The errors of `place`.
pub(super) fn plan<'a>(
    view: View,
    requests: &[VariantRequest<'a>],
    place: impl FnOnce(&Placement) -> Result<Pixels, Rejection>,
) -> Result<Vec<RenderJob<'a>>, Rejection> {
    let needs_attention = requests
        .iter()
        .any(|request| follows_attention(request.variant));
    let attention = if needs_attention {
        Some(attention_profile(view.rect, place)?)
    } else {
        None
    };
    let job = |request: &VariantRequest<'a>| {
        let variant = request.variant;
        let placement = Placement::new(view.rect, variant.resize.as_ref(), attention.as_ref());
        RenderJob {
            request: *request,
            placement: placement.limited_to(variant.encoding.max_side()),
        }
    };
    let mut jobs: Vec<_> = requests.iter().map(job).collect();
    jobs.sort_by_key(|job| Reverse(job.placement.size.area()));
    Ok(jobs)
}

impl RenderJob<'_> {
    /// Completes the job with the encoded file.
    pub(super) fn finish(&self, bytes: Vec<u8>) -> IndexedVariant {
        let VariantRequest { index, variant } = self.request;
        let rendered = RenderedVariant {
            name: variant.name.clone(),
            format: variant.encoding.format(),
            width: self.placement.canvas.width,
            height: self.placement.canvas.height,
            bytes,
        };
        (index, rendered)
    }

    /// Returns the color of the padding, if any.
    pub(super) fn background(&self) -> Option<Color> {
        match self.request.variant.resize?.fit {
            Fit::Pad { background, .. } => background,
            _ => None,
        }
    }
}

const fn follows_attention(variant: &Variant) -> bool {
    matches!(
        variant.resize,
        Some(Resize {
            fit: Fit::Cover(Gravity::Attention),
            ..
        })
    )
}
