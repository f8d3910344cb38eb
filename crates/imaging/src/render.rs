//! The whole way from a file to its variants.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::geometry;
use crate::header::Header;
use crate::metadata::{self, Survey};
use crate::orientation::Orientation;
use crate::sniff::sniff;
use crate::variants::{Picture, Wanted};
use crate::{
    IccPolicy, MetadataKind, Note, NoteCode, Placeholder, Recipe, Rejection, RejectionCode,
    Rendered, RenderedVariant, Source, Variant,
};
use crate::{colour, decode};

/// Renders every variant of a recipe.
///
/// # Errors
/// A [`Rejection`] with a stable code if the picture is not what the recipe lets in, is damaged,
/// or needs more memory than there is. A decoder that panics is a damaged picture; one that
/// aborts takes the process with it.
pub fn render(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    // Nothing is shared with the closure but what it reads.
    catch_unwind(AssertUnwindSafe(|| checked(bytes, recipe))).unwrap_or_else(|_| {
        Err(Rejection::new(
            RejectionCode::Corrupt,
            "the picture is damaged in a way that its decoder does not survive",
        ))
    })
}

fn checked(bytes: &[u8], recipe: &Recipe) -> Result<Rendered, Rejection> {
    recipe.limits.check_bytes(bytes)?;
    let format = sniff(bytes)?;
    recipe.limits.check_format(format)?;
    let header = Header::read(bytes, format, recipe.limits.max_frames)?;
    recipe.limits.check_header(&header)?;
    let survey = metadata::survey(bytes, format);
    let made = still(bytes, &header, &survey, recipe)?;
    Ok(Rendered {
        source: Source {
            format,
            width: header.width,
            height: header.height,
            orientation: survey.orientation,
            frames: header.frames,
        },
        variants: made.variants,
        placeholder: made.placeholder,
        removed_metadata: removed(&survey, made.icc_kept),
        notes: made.notes,
    })
}

/// What came of the pixels.
struct Made {
    variants: Vec<RenderedVariant>,
    placeholder: Placeholder,
    icc_kept: bool,
    notes: Vec<Note>,
}

fn still(
    bytes: &[u8],
    header: &Header,
    survey: &Survey,
    recipe: &Recipe,
) -> Result<Made, Rejection> {
    let orientation = Orientation::from_exif(survey.orientation);
    let upright = orientation.turn_size((header.width, header.height));
    let view = geometry::crop(upright, recipe.crop)?;
    let decoded = decode::still(bytes, header)?;
    let lossless = decoded.lossless;
    let picture = |pixels, icc| Picture {
        pixels,
        orientation,
        view,
        lossless,
        icc,
    };

    let mut notes = Vec::new();
    if decoded.damage {
        notes.push(Note {
            code: NoteCode::Damaged,
            message: "there are stray bytes between the segments of the file".to_owned(),
        });
    }
    let colours = colour::Colours::of(&decoded, survey.icc.as_deref(), &mut notes);
    let (keeping, converting) = by_policy(&recipe.variants, colours.profile().is_some());
    let mut done = Vec::new();
    if !keeping.is_empty() {
        let pixels = colours.untouched(&decoded)?;
        let icc = colours.profile().map(<[u8]>::to_vec);
        done = picture(pixels, icc).make(&keeping)?.0;
    }
    let pixels = colours.to_srgb(decoded)?;
    let (converted, placeholder) = picture(pixels, None).make(&converting)?;
    done.extend(converted);
    done.sort_by_key(|(index, _)| *index);
    Ok(Made {
        variants: done.into_iter().map(|(_, variant)| variant).collect(),
        placeholder,
        icc_kept: !keeping.is_empty(),
        notes,
    })
}

/// The variants that keep the source's colour space, where it can be kept, and all others.
fn by_policy(variants: &[Variant], can_keep: bool) -> (Vec<Wanted<'_>>, Vec<Wanted<'_>>) {
    variants
        .iter()
        .enumerate()
        .map(|(index, variant)| Wanted { index, variant })
        .partition(|wanted| can_keep && wanted.variant.icc == IccPolicy::Keep)
}

/// A profile that a variant keeps was not removed.
fn removed(survey: &Survey, icc_kept: bool) -> Vec<MetadataKind> {
    survey
        .kinds
        .iter()
        .copied()
        .filter(|kind| !(icc_kept && *kind == MetadataKind::Icc))
        .collect()
}
