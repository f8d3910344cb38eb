//! The memory that rendering needs.
//!
//! The estimate follows the order of the pipeline and takes the largest of its phases: decoding,
//! rendering of still variants, and rendering of animated variants. Memory that depends on pixel
//! values is estimated at its minimum, so that images are not rejected because of content that they
//! might have: images count as opaque, and encoded files as empty. Even apart from such memory, the
//! estimate is not exact: a test permits 0.9 to 2 times the peak.

use crate::encode::encoding_peak;
use crate::formats::{DecodingMemory, Header};
use crate::geometry::{Orientation, Placement, Rect, Size, crop_rect};
use crate::{Recipe, Rejection, Variant};

/// The bytes per opaque pixel.
const PIXEL_BYTES: u64 = 3;
/// The bytes per pixel of a variant while it is made from planes: luma, one plane of chroma in full
/// size, and both planes in half.
const RESAMPLING_BYTES: u64 = 3;
/// The bytes per pixel of the canvas of an animation while a frame is composed: two canvases, the
/// frame and the changed area.
const COMPOSING_BYTES: u64 = 16;
/// The bytes per pixel of the two canvases of an animation while a frame is encoded.
const CANVAS_BYTES: u64 = 8;
/// The bytes per pixel of an animated variant between two frames: its canvas.
const DISPLAYED_BYTES: u64 = 4;
/// The bytes per pixel of an animated variant while a frame is encoded, besides its canvas: the
/// changed area, a copy of it, and the planes of the encoder.
const FRAME_BYTES: u64 = 17;

/// Estimates how many bytes rendering needs at its peak, besides those of the file. If
/// `stays_in_planes`, the source is decoded to planes, from which all variants are made.
///
/// # Errors
/// `crop_out_of_bounds`.
pub(crate) fn memory_estimate(
    decoding: DecodingMemory,
    header: &Header,
    orientation: Orientation,
    recipe: &Recipe,
    stays_in_planes: bool,
) -> Result<u64, Rejection> {
    let upright = orientation.apply_to_size(header.size());
    let view = crop_rect(upright, recipe.crop)?;
    let pixels = header.size().area();
    let (animated, still): (Vec<_>, Vec<_>) = recipe
        .variants
        .iter()
        .partition(|variant| variant.is_animated(header.frames));
    let still_peak = match stays_in_planes {
        true => plane_peak(upright, view, &still),
        false => still_peak(upright, view, &still),
    };
    let phases = [
        decoding.peak(pixels),
        still_peak,
        animation_peak(pixels, view, &animated),
    ];
    Ok(phases.into_iter().max().unwrap_or_default())
}

/// Returns the placed size of a variant.
fn placed_size(view: Rect, variant: &Variant) -> Size {
    let placement = Placement::new(view, variant.resize.as_ref(), None);
    placement.limited_to(variant.encoding.max_side()).canvas
}

/// Returns the peak of rendering still variants. The last variant that shows the whole image
/// unscaled owns the pixels.
fn still_peak(upright: Size, view: Rect, variants: &[&Variant]) -> u64 {
    let stored = upright.area().saturating_mul(PIXEL_BYTES);
    let (whole, resized): (Vec<_>, Vec<_>) = variants
        .iter()
        .partition(|variant| placed_size(view, variant) == upright);
    let resized = resized.into_iter().map(|variant| {
        let pixels = placed_size(view, variant).area();
        let bytes = pixels.saturating_mul(PIXEL_BYTES);
        stored.saturating_add(encoding_peak(variant.encoding, pixels, bytes, false))
    });
    let last = whole.len().saturating_sub(1);
    let whole = whole.into_iter().enumerate().map(|(index, variant)| {
        encoding_peak(variant.encoding, upright.area(), stored, index == last)
    });
    resized.chain(whole).max().unwrap_or_default().max(stored)
}

/// Returns the peak of rendering still variants of an image in planes, which encoders read where
/// they are.
fn plane_peak(upright: Size, view: Rect, variants: &[&Variant]) -> u64 {
    let stored = plane_bytes(upright.area());
    let resized = variants
        .iter()
        .map(|variant| placed_size(view, variant))
        .filter(|size| *size != upright);
    let planes = resized.map(|size| size.area().saturating_mul(RESAMPLING_BYTES));
    stored.saturating_add(planes.max().unwrap_or_default())
}

/// Returns the bytes of planes with halved chroma.
const fn plane_bytes(pixels: u64) -> u64 {
    pixels.saturating_mul(3) / 2
}

/// Returns the peak of rendering animated variants.
fn animation_peak(canvas: u64, view: Rect, variants: &[&Variant]) -> u64 {
    let pixels = || {
        variants
            .iter()
            .map(|variant| placed_size(view, variant).area())
    };
    let Some(largest) = pixels().max() else {
        return 0;
    };
    let displayed = pixels().sum::<u64>().saturating_mul(DISPLAYED_BYTES);
    let composing = canvas.saturating_mul(COMPOSING_BYTES);
    let encoding = canvas
        .saturating_mul(CANVAS_BYTES)
        .saturating_add(largest.saturating_mul(FRAME_BYTES));
    composing.max(encoding).saturating_add(displayed)
}
