//! The entry point of rendering.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::animation::AnimationRenderer;
use super::plan::{IndexedVariant, VariantRequest};
use super::still::StillRenderer;
use super::view::View;
use crate::animation::{AnimationDecoder, ComposedFrame};
use crate::color::ColorConverter;
use crate::decoded::Decoded;
use crate::formats::Header;
use crate::geometry::{Orientation, Size};
use crate::metadata::MetadataScan;
use crate::pixels::Pixels;
use crate::{
    IccPolicy, MetadataKind, Note, NoteCode, Placeholder, Recipe, Rejection, RejectionCode,
    Rendered, RenderedVariant, Source, SourceFormat, Variant,
};

/// Renders every variant of a recipe.
///
/// # Errors
/// A [`Rejection`] with a stable code if the image is not accepted, is damaged, or needs more
/// memory than is available. A panic of the decoder counts as damage. A decoder that aborts ends
/// the process.
pub fn render(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    // Unwind-safe: the closure only reads its captures.
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
    let outputs = Outputs::new(bytes, format, &header, &scan, recipe)?;
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

/// Everything that is made from the pixels.
struct Outputs {
    variants: Vec<RenderedVariant>,
    placeholder: Placeholder,
    is_icc_kept: bool,
    notes: Vec<Note>,
}

impl Outputs {
    fn new(
        bytes: &[u8],
        format: SourceFormat,
        header: &Header,
        scan: &MetadataScan,
        recipe: &Recipe,
    ) -> Result<Self, Rejection> {
        let orientation = Orientation::from_exif(scan.orientation);
        let view = View::new(header.size(), orientation, recipe.crop)?;
        let mut notes = Vec::new();
        let decoded = format.decode(bytes, header)?;
        note_damage(decoded.damage, &mut notes);
        let colors = ColorConverter::new(&decoded, scan.icc.as_deref(), &mut notes);
        let (animated, still) = split_by_animation(&recipe.variants, header);
        let (mut variants, placeholder) = render_stills(decoded, &colors, view, &still)?;
        if !animated.is_empty() {
            let mut animation = format.open_animation(bytes, header)?;
            let size = header.size();
            let rendered = render_animations(&mut animation, &colors, view, size, &animated)?;
            variants.extend(rendered);
            note_damage(animation.damage(), &mut notes);
        }
        variants.sort_by_key(|(index, _)| *index);
        Ok(Self {
            variants: variants.into_iter().map(|(_, variant)| variant).collect(),
            placeholder,
            is_icc_kept: recipe
                .variants
                .iter()
                .any(|variant| keeps_profile(variant, &colors)),
            notes,
        })
    }
}

/// Adds a note about damage unless there already is one. The first frame of an animation is decoded
/// twice and would otherwise be reported twice.
fn note_damage(damage: Option<&str>, notes: &mut Vec<Note>) {
    let code = NoteCode::Damaged;
    if let Some(damage) = damage
        && !notes.iter().any(|note| note.code == code)
    {
        let message = damage.to_owned();
        notes.push(Note { code, message });
    }
}

/// Splits the variants into animated and still ones.
fn split_by_animation<'a>(
    variants: &'a [Variant],
    header: &Header,
) -> (Vec<VariantRequest<'a>>, Vec<VariantRequest<'a>>) {
    let is_animated = |request: &VariantRequest<'_>| {
        let variant = request.variant;
        header.frames > 1 && variant.animated && variant.encoding.supports_animation()
    };
    variants
        .iter()
        .enumerate()
        .map(|(index, variant)| VariantRequest { index, variant })
        .partition(is_animated)
}

/// Splits the variants into those that keep the source's color profile and those converted to sRGB.
fn split_by_profile<'a>(
    requests: &[VariantRequest<'a>],
    colors: &ColorConverter,
) -> (Vec<VariantRequest<'a>>, Vec<VariantRequest<'a>>) {
    requests
        .iter()
        .partition(|request| keeps_profile(request.variant, colors))
}

fn keeps_profile(variant: &Variant, colors: &ColorConverter) -> bool {
    variant.icc == IccPolicy::Keep && colors.rgb_profile().is_some()
}

/// Renders all still variants and the placeholder.
fn render_stills(
    decoded: Decoded,
    colors: &ColorConverter,
    view: View,
    requests: &[VariantRequest<'_>],
) -> Result<(Vec<IndexedVariant>, Placeholder), Rejection> {
    let is_source_lossless = decoded.is_lossless;
    let renderer = |pixels: Pixels, icc| StillRenderer {
        pixels: pixels.without_opaque_alpha(),
        view,
        is_source_lossless,
        icc,
    };
    let (kept, converted) = split_by_profile(requests, colors);
    let mut variants = Vec::new();
    if !kept.is_empty() {
        let icc = colors.rgb_profile().map(<[u8]>::to_vec);
        variants = renderer(colors.unconverted(&decoded)?, icc)
            .render(&kept)?
            .0;
    }
    let still_renderer = renderer(colors.to_srgb(decoded)?, None);
    let (rendered, placeholder) = still_renderer.render(&converted)?;
    variants.extend(rendered);
    Ok((variants, placeholder))
}

/// Renders all animated variants of an animation with a canvas of `size`.
fn render_animations(
    animation: &mut AnimationDecoder<'_>,
    colors: &ColorConverter,
    view: View,
    size: Size,
    requests: &[VariantRequest<'_>],
) -> Result<Vec<IndexedVariant>, Rejection> {
    let (kept, converted) = split_by_profile(requests, colors);
    let mut kept = AnimationRenderer::new(view, size, &kept)?;
    let mut converted = AnimationRenderer::new(view, size, &converted)?;
    while let Some(frame) = animation.next_frame()? {
        let ComposedFrame {
            change,
            duration_ms,
        } = frame;
        let is_lossless = animation.is_lossless();
        if let Some(kept) = &mut kept {
            let pixels = change.as_ref().map(|change| {
                let pixels = colors.unconverted(&change.decoded)?;
                Ok((change.area, pixels))
            });
            kept.add_frame(pixels.transpose()?, duration_ms, is_lossless)?;
        }
        if let Some(converted) = &mut converted {
            let pixels = change.map(|change| {
                let pixels = colors.to_srgb(change.decoded)?;
                Ok((change.area, pixels))
            });
            converted.add_frame(pixels.transpose()?, duration_ms, is_lossless)?;
        }
    }
    let plays = animation.plays();
    let kept = kept.map(|kept| kept.finish(plays, colors.rgb_profile()));
    let converted = converted.map(|converted| converted.finish(plays, None));
    Ok(kept.into_iter().chain(converted).flatten().collect())
}

/// Returns the kinds of metadata that no variant contains. A color profile that a variant keeps does
/// not count as removed.
fn removed(scan: &MetadataScan, is_icc_kept: bool) -> Vec<MetadataKind> {
    scan.kinds
        .iter()
        .copied()
        .filter(|kind| !(is_icc_kept && *kind == MetadataKind::Icc))
        .collect()
}
