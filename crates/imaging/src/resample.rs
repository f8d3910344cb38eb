//! Bringing pixels to another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::geometry::{Rect, Size};
use crate::pixels::{Layout, Pixels};
use crate::{Rejection, RejectionCode};

/// Brings the part `source` of a picture to `size` with Lanczos3, alpha premultiplied meanwhile.
///
/// It works on the encoded sRGB values, not in linear light: like every browser, libvips and
/// Pillow do by default. Linear light would need 16 bits a channel of the whole picture, and
/// turns the overshoot of Lanczos at dark edges into visible halos.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn resample(pixels: &Pixels, source: Rect, size: Size) -> Result<Pixels, Rejection> {
    let mut target = Pixels::zeroed(size.0, size.1, pixels.layout)?;
    match pixels.layout {
        Layout::Rgb => typed::<U8x3>(pixels, source, &mut target),
        Layout::Rgba => typed::<U8x4>(pixels, source, &mut target),
    }
    .ok_or_else(|| {
        Rejection::new(
            RejectionCode::CropOutOfBounds,
            "the part to keep is not within the picture",
        )
    })?;
    Ok(target)
}

/// Only the two kinds of pixel that there are: asked for any, the resizer is compiled for all.
///
/// `None` if `source` is not within the picture.
fn typed<P: PixelTrait>(pixels: &Pixels, source: Rect, target: &mut Pixels) -> Option<()> {
    let from = TypedImageRef::<P>::from_buffer(pixels.width, pixels.height, &pixels.data).ok()?;
    let (width, height) = target.size();
    let mut to = TypedImage::<P>::from_buffer(width, height, &mut target.data).ok()?;
    let (x, wide) = within(source.x, source.width, pixels.width);
    let (y, high) = within(source.y, source.height, pixels.height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(x, y, wide, high)
        .use_alpha(true);
    Resizer::new().resize_typed(&from, &mut to, &options).ok()
}

/// A start and length within a side: the last bit of a fraction may lie outside.
fn within(start: f64, length: f64, side: u32) -> (f64, f64) {
    let start = start.clamp(0.0, f64::from(side));
    (start, length.min(f64::from(side) - start))
}

/// Takes the part `source`, whose edges lie on pixels, as it is.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn cut(pixels: &Pixels, source: Rect) -> Result<Pixels, Rejection> {
    let (x, y) = source.corner();
    let (width, height) = source.size();
    let mut target = Pixels::zeroed(width, height, pixels.layout)?;
    let channels = pixels.layout.channels();
    let (stride, length) = (pixels.stride(), target.stride());
    for (row, to) in target.data.chunks_exact_mut(length).enumerate() {
        let start = (y as usize + row) * stride + x as usize * channels;
        to.copy_from_slice(&pixels.data[start..start + length]);
    }
    Ok(target)
}
