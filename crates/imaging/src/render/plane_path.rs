//! The decision whether a source stays in planes from its decoder to its encoder.

use crate::color::ColorConverter;
use crate::decoded::{DeclaredColor, SampleSpec};
use crate::formats::Header;
use crate::metadata::MetadataScan;
use crate::{Recipe, SourceFormat, Variant};

/// Returns the properties of the samples of a source that can be decoded to planes; `None` if it
/// cannot.
pub(super) fn plane_samples(bytes: &[u8], format: SourceFormat) -> Option<SampleSpec> {
    Some(SampleSpec {
        channels: format.plane_channels(bytes)?,
        is_sixteen_bit: false,
        declared_color: DeclaredColor::default(),
    })
}

/// Returns whether a source is decoded to planes, which then become the planes of its variants.
///
/// This is the case if the decoder supports it, if no color has to be converted, and if every
/// variant is a still, lossy WebP. Any other variant needs RGB with its full precision. An enlarged
/// variant would make the filter of chroma visible. A crop box may begin at an odd column or row,
/// where chroma would be filtered twice.
pub(super) fn stays_in_planes(
    bytes: &[u8],
    format: SourceFormat,
    header: &Header,
    scan: &MetadataScan,
    recipe: &Recipe,
) -> bool {
    let is_planar = |variant: &Variant| {
        let may_enlarge = variant.resize.is_some_and(|resize| resize.enlarge);
        !variant.encoding.needs_rgb() && !variant.is_animated(header.frames) && !may_enlarge
    };
    if recipe.crop.is_some() || !recipe.variants.iter().all(is_planar) {
        return false;
    }
    let Some(samples) = plane_samples(bytes, format) else {
        return false;
    };
    // The notes are written when the image is rendered.
    let notes = &mut Vec::new();
    ColorConverter::new(&samples, scan.icc.as_deref(), notes).is_identity()
}
