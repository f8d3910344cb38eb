//! The whole way from a file to its variants.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::geometry::{self, Placement, Rect};
use crate::header::Header;
use crate::orientation::Orientation;
use crate::pixels::{Layout, Pixels};
use crate::resample::{cut, resample};
use crate::sniff::sniff;
use crate::{
    Color, Fit, IccPolicy, MetadataKind, Note, Recipe, Rejection, RejectionCode, Rendered,
    RenderedVariant, Resize, Source, Variant,
};
use crate::{colour, decode, encode, metadata, placeholder};

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
    let picture = Picture::open(bytes, &header, &survey, recipe)?;
    let source = Source {
        format,
        width: header.width,
        height: header.height,
        orientation: survey.orientation,
        frames: header.frames,
    };
    picture.render(source, &survey, recipe)
}

/// A decoded picture in sRGB, not yet upright: small variants are cheaper to turn than it is.
struct Picture {
    pixels: Pixels,
    orientation: Orientation,
    /// The part that the crop box keeps, in upright coordinates.
    view: Rect,
    lossless: bool,
    notes: Vec<Note>,
}

impl Picture {
    fn open(
        bytes: &[u8],
        header: &Header,
        survey: &metadata::Survey,
        recipe: &Recipe,
    ) -> Result<Self, Rejection> {
        let orientation = Orientation::from_exif(survey.orientation);
        let upright = orientation.turn_size((header.width, header.height));
        let view = geometry::crop(upright, recipe.crop)?;
        let decoded = decode::still(bytes, header)?;
        let lossless = decoded.lossless;
        let mut notes = Vec::new();
        let pixels = colour::to_srgb(decoded, survey.icc.as_deref(), &mut notes)?;
        Ok(Self {
            pixels: pixels.without_idle_alpha(),
            orientation,
            view,
            lossless,
            notes,
        })
    }

    fn render(
        self,
        source: Source,
        survey: &metadata::Survey,
        recipe: &Recipe,
    ) -> Result<Rendered, Rejection> {
        let placeholder = self.placeholder()?;
        let variants = recipe
            .variants
            .iter()
            .map(|variant| self.variant(variant))
            .collect::<Result<_, _>>()?;
        Ok(Rendered {
            source,
            variants,
            placeholder,
            removed_metadata: removed(survey, recipe),
            notes: self.notes,
        })
    }

    fn placeholder(&self) -> Result<crate::Placeholder, Rejection> {
        let bounds = Resize {
            width: Some(placeholder::MAX_SIDE),
            height: Some(placeholder::MAX_SIDE),
            fit: Fit::Inside,
            enlarge: false,
        };
        let placement = Placement::new(self.view, Some(&bounds), None);
        Ok(placeholder::placeholder(&self.place(&placement)?))
    }

    fn variant(&self, variant: &Variant) -> Result<RenderedVariant, Rejection> {
        let placement = Placement::new(self.view, variant.resize.as_ref(), None)
            .within(variant.encoding.max_side());
        let pixels = self.place(&placement)?;
        let pixels = pad(pixels, &placement, background(variant))?;
        let (width, height) = pixels.size();
        Ok(RenderedVariant {
            name: variant.name.clone(),
            format: variant.encoding.format(),
            width,
            height,
            bytes: encode::still(pixels, variant.encoding, self.lossless)?,
        })
    }

    /// The part that a placement takes, at its size and upright.
    fn place(&self, placement: &Placement) -> Result<Pixels, Rejection> {
        let part = self
            .orientation
            .to_stored(placement.source, self.pixels.size());
        let pixels = if placement.keeps_pixels() {
            cut(&self.pixels, part)?
        } else {
            let size = self.orientation.turn_size(placement.size);
            resample(&self.pixels, part, size)?
        };
        self.orientation.apply(pixels)
    }
}

fn background(variant: &Variant) -> Option<Color> {
    match variant.resize?.fit {
        Fit::Pad { background, .. } => background,
        _ => None,
    }
}

/// Lays a picture on a larger canvas, transparent where no colour is given.
fn pad(
    pixels: Pixels,
    placement: &Placement,
    background: Option<Color>,
) -> Result<Pixels, Rejection> {
    let (width, height) = placement.canvas;
    if pixels.size() == (width, height) {
        return Ok(pixels);
    }
    let layout = match background {
        Some(_) => pixels.layout,
        None => Layout::Rgba,
    };
    let mut canvas = Pixels::zeroed(width, height, layout)?;
    if let Some(Color { red, green, blue }) = background {
        let channels = layout.channels();
        for pixel in canvas.data.chunks_exact_mut(channels) {
            pixel.copy_from_slice(&[red, green, blue, 255][..channels]);
        }
    }
    let (left, top) = (placement.at.0 as usize, placement.at.1 as usize);
    let (stride, to_channels) = (canvas.stride(), layout.channels());
    let from_channels = pixels.layout.channels();
    for (row, from) in pixels.data.chunks_exact(pixels.stride()).enumerate() {
        let start = (top + row) * stride + left * to_channels;
        let to = &mut canvas.data[start..start + pixels.width as usize * to_channels];
        for (target, pixel) in to
            .chunks_exact_mut(to_channels)
            .zip(from.chunks_exact(from_channels))
        {
            target[..from_channels].copy_from_slice(pixel);
            if to_channels > from_channels {
                target[3] = 255;
            }
        }
    }
    Ok(canvas)
}

/// A profile that a variant keeps was not removed.
fn removed(survey: &metadata::Survey, recipe: &Recipe) -> Vec<MetadataKind> {
    let keeps_icc = recipe
        .variants
        .iter()
        .any(|variant| variant.icc == IccPolicy::Keep);
    survey
        .kinds
        .iter()
        .copied()
        .filter(|kind| !(keeps_icc && *kind == MetadataKind::Icc))
        .collect()
}
