//! The whole way from a file to its variants.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::colour::Colours;
use crate::decode::{self, Animation, Decoded, Shown};
use crate::framing::{Framing, Wanted};
use crate::geometry;
use crate::header::Header;
use crate::metadata::{self, Survey};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::reel::Reel;
use crate::sniff::sniff;
use crate::still::Still;
use crate::{
    IccPolicy, MetadataKind, Note, NoteCode, Placeholder, Recipe, Rejection, RejectionCode,
    Rendered, RenderedVariant, Source, Variant,
};

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
    let made = variants(bytes, &header, &survey, recipe)?;
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

fn variants(
    bytes: &[u8],
    header: &Header,
    survey: &Survey,
    recipe: &Recipe,
) -> Result<Made, Rejection> {
    let orientation = Orientation::from_exif(survey.orientation);
    let upright = orientation.turn_size((header.width, header.height));
    let framing = Framing {
        orientation,
        view: geometry::crop(upright, recipe.crop)?,
    };
    let mut notes = Vec::new();
    let decoded = decode::still(bytes, header)?;
    if decoded.damage {
        notes.push(Note {
            code: NoteCode::Damaged,
            message: "there are stray bytes between the segments of the file".to_owned(),
        });
    }
    let colours = Colours::of(&decoded, survey.icc.as_deref(), &mut notes);
    let (moving, still) = by_motion(&recipe.variants, header);
    let (mut done, placeholder) = stills(decoded, &colours, framing, &still)?;
    if !moving.is_empty() {
        let animation = Animation::open(bytes, header)?;
        done.extend(reels(animation, &colours, framing, &moving)?);
    }
    done.sort_by_key(|(index, _)| *index);
    Ok(Made {
        variants: done.into_iter().map(|(_, variant)| variant).collect(),
        placeholder,
        icc_kept: recipe
            .variants
            .iter()
            .any(|variant| keeps(variant, &colours)),
        notes,
    })
}

/// The variants that stay animated, and those that show one picture.
fn by_motion<'a>(variants: &'a [Variant], header: &Header) -> (Vec<Wanted<'a>>, Vec<Wanted<'a>>) {
    let moves = |wanted: &Wanted<'_>| {
        header.frames > 1 && wanted.variant.animated && wanted.variant.encoding.can_be_animated()
    };
    let wanted = variants.iter().enumerate();
    wanted
        .map(|(index, variant)| Wanted { index, variant })
        .partition(moves)
}

/// The variants that keep the source's colour space, where it can be kept, and all others.
fn by_policy<'a>(wanted: &[Wanted<'a>], colours: &Colours) -> (Vec<Wanted<'a>>, Vec<Wanted<'a>>) {
    wanted
        .iter()
        .partition(|wanted| keeps(wanted.variant, colours))
}

fn keeps(variant: &Variant, colours: &Colours) -> bool {
    variant.icc == IccPolicy::Keep && colours.profile().is_some()
}

/// All variants that show one picture, and the placeholder.
fn stills(
    decoded: Decoded,
    colours: &Colours,
    framing: Framing,
    wanted: &[Wanted<'_>],
) -> Result<(Vec<(usize, RenderedVariant)>, Placeholder), Rejection> {
    let lossless = decoded.lossless;
    let still = |pixels: Pixels, icc| Still {
        pixels: pixels.without_idle_alpha(),
        framing,
        lossless,
        icc,
    };
    let (keeping, converting) = by_policy(wanted, colours);
    let mut done = Vec::new();
    if !keeping.is_empty() {
        let icc = colours.profile().map(<[u8]>::to_vec);
        done = still(colours.untouched(&decoded)?, icc).make(&keeping)?.0;
    }
    let (converted, placeholder) = still(colours.to_srgb(decoded)?, None).make(&converting)?;
    done.extend(converted);
    Ok((done, placeholder))
}

/// All variants that stay animated.
fn reels(
    mut animation: Animation<'_>,
    colours: &Colours,
    framing: Framing,
    wanted: &[Wanted<'_>],
) -> Result<Vec<(usize, RenderedVariant)>, Rejection> {
    let (keeping, converting) = by_policy(wanted, colours);
    let mut kept = Reel::new(framing, &keeping);
    let mut converted = Reel::new(framing, &converting);
    while let Some(Shown {
        decoded,
        duration_ms,
    }) = animation.next()?
    {
        let lossless = decoded.lossless;
        if !keeping.is_empty() {
            kept.add(&colours.untouched(&decoded)?, duration_ms, lossless)?;
        }
        if !converting.is_empty() {
            converted.add(&colours.to_srgb(decoded)?, duration_ms, lossless)?;
        }
    }
    let plays = animation.plays();
    let mut done = kept.finish(plays, colours.profile());
    done.extend(converted.finish(plays, None));
    Ok(done)
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
