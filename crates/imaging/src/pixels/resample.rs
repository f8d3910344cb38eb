//! Resampling to another size.

use std::borrow::Cow;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::crop::crop;
use super::raster::{Layout, Pixels};
use crate::geometry::{Area, Rect, Scaling, Size};
use crate::{Rejection, RejectionCode};

/// Scales the rectangle `source` to `size` with Lanczos3. Alpha is premultiplied during this step.
///
/// As in browsers, libvips and Pillow by default, the filter works on the encoded sRGB values, not
/// in linear light. Linear light would need 16 bits per channel for the whole image, and would turn
/// the overshoot of Lanczos at dark edges into visible halos.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn resample(pixels: &Pixels, source: Rect, size: Size) -> Result<Pixels, Rejection> {
    let mut target = Pixels::zeroed(size, pixels.layout)?;
    let (from, to) = (
        (pixels.size(), pixels.data.as_slice()),
        (size, &mut *target.data),
    );
    match pixels.layout {
        Layout::Rgb => resample_samples::<U8x3>(from, source, to, FilterType::Lanczos3, false),
        Layout::Rgba => {
            resample_samples::<U8x4>(from, source, to, FilterType::Lanczos3, !pixels.is_opaque())
        }
    }?;
    Ok(target)
}

/// Returns a part of a scaled image without scaling the rest. The whole image, unscaled, stays
/// borrowed.
///
/// Its pixels differ from those of the whole scaled image by at most 1 of 255, because the resizer
/// rounds its coefficients. If there is alpha, the difference of each color, weighted by alpha, is
/// at most 2, because multiplying by alpha and dividing by it again rounds too.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn resample_part(
    pixels: &Pixels,
    scaling: Scaling,
    part: Area,
) -> Result<Cow<'_, Pixels>, Rejection> {
    let is_whole = part == Area::from_size(scaling.size);
    if is_whole && !scaling.is_identity() {
        return resample(pixels, scaling.source, scaling.size).map(Cow::Owned);
    }
    if is_whole && scaling.source == Rect::from_size(pixels.size()) {
        return Ok(Cow::Borrowed(pixels));
    }
    let needed = scaling.for_part(part, pixels.size());
    let (needed, scaling) = needed.ok_or_else(outside)?;
    if scaling.is_identity() {
        let source = scaling.source;
        let x = source.x + f64::from(needed.x);
        let y = source.y + f64::from(needed.y);
        return crop(pixels, Rect { x, y, ..source }).map(Cow::Owned);
    }
    let needed = crop(pixels, needed.rect())?;
    resample(&needed, scaling.source, scaling.size).map(Cow::Owned)
}

fn outside() -> Rejection {
    Rejection::new(
        RejectionCode::CropOutOfBounds,
        "the source rectangle is not within the image",
    )
}

/// Resamples the rectangle `source` of an image of any pixel type with `filter`. Both images are a size
/// and samples.
///
/// This function does not use the resizer's untyped entry point, because that would be compiled for
/// all pixel types.
///
/// # Errors
/// `crop_out_of_bounds` if `source` is not within the image.
pub(crate) fn resample_samples<P: PixelTrait>(
    (from_size, from): (Size, &[u8]),
    source: Rect,
    (to_size, to): (Size, &mut [u8]),
    filter: FilterType,
    has_alpha: bool,
) -> Result<(), Rejection> {
    let (width, height) = (from_size.width, from_size.height);
    let from = TypedImageRef::<P>::from_buffer(width, height, from).map_err(|_| outside())?;
    let to = TypedImage::<P>::from_buffer(to_size.width, to_size.height, to);
    let mut to = to.map_err(|_| outside())?;
    let (x, source_width) = clamp(source.x, source.width, width);
    let (y, source_height) = clamp(source.y, source.height, height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(x, y, source_width, source_height)
        .use_alpha(has_alpha);
    let resized = Resizer::new().resize_typed(&from, &mut to, &options);
    resized.map_err(|_| outside())
}

/// Clamps a start and a length to a side, because rounding may have moved them outside by the last
/// bit.
fn clamp(start: f64, length: f64, side: u32) -> (f64, f64) {
    let start = start.clamp(0.0, f64::from(side));
    (start, length.min(f64::from(side) - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an image with fine detail everywhere, and alpha.
    fn detailed(side: u32) -> Pixels {
        let values = (0..side * side * 4).map(|index| index.wrapping_mul(2_654_435_761) >> 24);
        Pixels {
            width: side,
            height: side,
            layout: Layout::Rgba,
            data: values.map(|value| u8::try_from(value).unwrap()).collect(),
        }
    }

    /// Returns the largest difference between two rows as they look on black, which weights each
    /// color by its alpha.
    fn worst(row: &[u8], expected: &[u8]) -> f64 {
        let pixels = row
            .as_chunks::<4>()
            .0
            .iter()
            .zip(expected.as_chunks::<4>().0);
        let weighted = |pixel: &[u8; 4], channel: usize| {
            f64::from(pixel[channel]) * f64::from(pixel[3]) / 255.0
        };
        let differences = pixels.flat_map(|(a, b)| {
            [0, 1, 2].map(|channel| (weighted(a, channel) - weighted(b, channel)).abs())
        });
        differences.fold(0.0, f64::max)
    }

    #[test]
    fn only_the_whole_unscaled_image_is_not_copied() {
        let image = detailed(12);
        let is_borrowed = |source: Rect, part: Area| {
            let size = Size::new(12, 12);
            let scaling = Scaling { source, size };
            let scaled = resample_part(&image, scaling, part).unwrap();
            matches!(scaled, Cow::Borrowed(pixels) if *pixels == image)
        };
        let size = image.size();
        let (source, whole) = (Rect::from_size(size), Area::from_size(size));
        assert!(is_borrowed(source, whole));
        assert!(!is_borrowed(source, Area::from_size(Size::new(12, 11))));
        let half = Rect {
            width: 6.0,
            ..source
        };
        assert!(!is_borrowed(half, whole));
    }

    #[test]
    fn a_part_is_scaled_like_the_whole() {
        let image = detailed(120);
        let source = Rect {
            x: 7.5,
            y: 3.0,
            width: 101.0,
            height: 90.0,
        };
        for size in [Size::new(37, 31), Size::new(200, 90), Size::new(101, 90)] {
            let whole = resample(&image, source, size).unwrap();
            for (x, y) in [((0, 5), (9, 20)), ((11, 30), (0, 31)), ((36, 37), (30, 31))] {
                let part = Area::between(x, y).unwrap();
                let scaling = Scaling { source, size };
                let scaled = resample_part(&image, scaling, part).unwrap();
                for (row, expected) in scaled.data.chunks(scaled.stride()).zip(whole.rows_of(part))
                {
                    // 1 from the filter, and 1 from multiplying by alpha and dividing by it again.
                    assert!(worst(row, expected) <= 2.0, "{size:?} {part:?}");
                }
            }
        }
    }
}
