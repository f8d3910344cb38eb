//! Resampling to another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::raster::{Layout, Pixels};
use crate::geometry::{Rect, Size};
use crate::{Rejection, RejectionCode};

/// Scales the rectangle `source` to `size` with Lanczos3. Alpha is premultiplied during this step.
///
/// Like browsers, libvips and Pillow by default, the filter works on the encoded sRGB values and
/// not in linear light. Linear light would need 16 bits per channel for the whole image, and would
/// turn the overshoot of Lanczos at dark edges into visible halos.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn resample(pixels: &Pixels, source: Rect, size: Size) -> Result<Pixels, Rejection> {
    let mut target = Pixels::zeroed(size, pixels.layout)?;
    match pixels.layout {
        Layout::Rgb => resample_as::<U8x3>(pixels, source, &mut target),
        Layout::Rgba => resample_as::<U8x4>(pixels, source, &mut target),
    }
    .ok_or_else(|| {
        Rejection::new(
            RejectionCode::CropOutOfBounds,
            "the source rectangle is not within the image",
        )
    })?;
    Ok(target)
}

/// Resamples pixels of one type. Returns `None` if `source` is not within the image.
///
/// The resizer's untyped entry point would be compiled for all pixel types.
fn resample_as<P: PixelTrait>(pixels: &Pixels, source: Rect, target: &mut Pixels) -> Option<()> {
    let from = TypedImageRef::<P>::from_buffer(pixels.width, pixels.height, &pixels.data).ok()?;
    let (width, height) = (target.width, target.height);
    let mut to = TypedImage::<P>::from_buffer(width, height, &mut target.data).ok()?;
    let (x, source_width) = clamp(source.x, source.width, pixels.width);
    let (y, source_height) = clamp(source.y, source.height, pixels.height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(x, y, source_width, source_height)
        .use_alpha(true);
    Resizer::new().resize_typed(&from, &mut to, &options).ok()
}

/// Clamps a start and a length to a side, because rounding may have moved them outside by the last
/// bit.
fn clamp(start: f64, length: f64, side: u32) -> (f64, f64) {
    let start = start.clamp(0.0, f64::from(side));
    (start, length.min(f64::from(side) - start))
}
