//! The outputs of rendering: everything that is made from the pixels of a source.

use super::animated_source::AnimatedSource;
use super::output_tally::OutputTally;
use super::plan::{IndexedVariant, VariantRequest};
use super::plane_path::plane_samples;
use super::preview::Preview;
use super::source_file::SourceFile;
use super::split::{keeps_profile, split_by_animation, split_by_profile};
use super::still::StillRenderer;
use super::still_image::StillImage;
use super::thumbnails::shrink_oversized;
use super::view::View;
use crate::color::ColorConverter;
use crate::decoded::{Decoded, SampleSpec};
use crate::geometry::Orientation;
use crate::pixels::Pixels;
use crate::recipe::CropBox;
use crate::{Note, NoteCode, Rejection, RenderedVariant, Variant};

/// Everything that is made from the pixels.
pub(super) struct Outputs {
    pub(super) variants: Vec<RenderedVariant>,
    pub(super) preview: Preview,
    pub(super) is_icc_kept: bool,
    pub(super) notes: Vec<Note>,
}

impl Outputs {
    /// Renders all variants. Together, they may have at most `max_bytes` bytes.
    ///
    /// # Errors
    /// `corrupt`, `crop_out_of_bounds`, `out_of_memory` or `output_too_large`.
    pub(super) fn new(
        source: &SourceFile<'_>,
        crop: Option<CropBox>,
        variants: &[Variant],
        max_bytes: u64,
        max_memory: u64,
    ) -> Result<Self, Rejection> {
        let SourceFile {
            bytes,
            format,
            header,
            scan,
            stays_in_planes,
        } = *source;
        let orientation = Orientation::from_exif(scan.orientation);
        let view = View::new(header.size(), orientation, crop)?;
        let mut tally = OutputTally::new(max_bytes);
        if stays_in_planes && let Some(samples) = plane_samples(bytes, format) {
            return Self::from_planes(source, &samples, view, variants, &mut tally, max_memory);
        }
        let mut notes = Vec::new();
        let decoded = format.decode(bytes, header)?;
        note_damage(decoded.damage, &mut notes);
        let colors = ColorConverter::new(&decoded.spec(), scan.icc.as_deref(), &mut notes);
        let (animated, still) = split_by_animation(variants, header);
        let (mut rendered, preview) =
            render_stills(decoded, &colors, view, &still, &mut tally, max_memory)?;
        if !animated.is_empty() {
            let animation = AnimatedSource {
                source,
                colors: &colors,
                view,
            };
            let (mut animations, damage) = animation.render(&animated, &mut tally)?;
            note_damage(damage, &mut notes);
            shrink_oversized(&animation, variants, &mut animations)?;
            rendered.extend(animations);
        }
        Ok(Self::from_rendered(
            rendered, preview, variants, &colors, notes,
        ))
    }

    /// Decodes a source to planes, and renders all variants from them.
    fn from_planes(
        source: &SourceFile<'_>,
        samples: &SampleSpec,
        view: View,
        variants: &[Variant],
        tally: &mut OutputTally,
        max_memory: u64,
    ) -> Result<Self, Rejection> {
        let SourceFile {
            bytes,
            format,
            header,
            scan,
            ..
        } = *source;
        let mut notes = Vec::new();
        let decoded = format.decode_planes(bytes, header, view.orientation)?;
        note_damage(decoded.damage, &mut notes);
        let colors = ColorConverter::new(samples, scan.icc.as_deref(), &mut notes);
        let (_, requests) = split_by_animation(variants, header);
        let renderer = StillRenderer {
            image: StillImage::Yuv(decoded.image),
            view: view.upright(),
            is_source_lossless: false,
            icc: colors.rgb_profile().map(<[u8]>::to_vec),
            max_memory,
        };
        let (rendered, preview) = renderer.render(&requests, tally)?;
        Ok(Self::from_rendered(
            rendered, preview, variants, &colors, notes,
        ))
    }

    fn from_rendered(
        mut rendered: Vec<IndexedVariant>,
        preview: Preview,
        variants: &[Variant],
        colors: &ColorConverter,
        notes: Vec<Note>,
    ) -> Self {
        rendered.sort_by_key(|(index, _)| *index);
        Self {
            variants: rendered.into_iter().map(|(_, variant)| variant).collect(),
            preview,
            is_icc_kept: variants
                .iter()
                .any(|variant| keeps_profile(variant, colors)),
            notes,
        }
    }
}

/// Adds a note about damage unless `notes` already has such a note. The first frame of an animation is
/// decoded twice, so its damage would otherwise be reported twice.
fn note_damage(damage: Option<&str>, notes: &mut Vec<Note>) {
    let code = NoteCode::Damaged;
    if let Some(damage) = damage
        && !notes.iter().any(|note| note.code == code)
    {
        let message = damage.to_owned();
        notes.push(Note { code, message });
    }
}

/// Renders all still variants and the preview.
fn render_stills(
    decoded: Decoded,
    colors: &ColorConverter,
    view: View,
    requests: &[VariantRequest<'_>],
    tally: &mut OutputTally,
    max_memory: u64,
) -> Result<(Vec<IndexedVariant>, Preview), Rejection> {
    let is_source_lossless = decoded.is_lossless;
    let renderer = |pixels: Pixels, icc| StillRenderer {
        image: StillImage::Rgb(pixels.without_opaque_alpha()),
        view,
        is_source_lossless,
        icc,
        max_memory,
    };
    let icc = colors.rgb_profile().map(<[u8]>::to_vec);
    if colors.is_identity() {
        return renderer(colors.to_srgb(decoded)?, icc).render(requests, tally);
    }
    let (kept, converted) = split_by_profile(requests, colors);
    let mut variants = Vec::new();
    if !kept.is_empty() {
        variants = renderer(colors.unconverted(&decoded)?, icc)
            .render(&kept, tally)?
            .0;
    }
    let still_renderer = renderer(colors.to_srgb(decoded)?, None);
    let (rendered, preview) = still_renderer.render(&converted, tally)?;
    variants.extend(rendered);
    Ok((variants, preview))
}
