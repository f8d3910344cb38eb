//! Bringing pixels to another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::geometry::{Rect, Size};
use crate::pixels::{Layout, Pixels, out_of_memory};
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
    match pixels.layout {
        Layout::Rgb => resample_as::<U8x3>(pixels, source, size),
        Layout::Rgba => resample_as::<U8x4>(pixels, source, size),
    }
}

/// The crate's call that takes any image compiles all of its pixel types into ours, SIMD and all,
/// which is six times the code.
fn resample_as<P: PixelTrait>(
    pixels: &Pixels,
    source: Rect,
    size: Size,
) -> Result<Pixels, Rejection> {
    let mut target = Pixels::zeroed(size.0, size.1, pixels.layout)?;
    let from = TypedImageRef::<P>::from_buffer(pixels.width, pixels.height, &pixels.data)
        .map_err(|_| out_of_memory())?;
    let mut to = TypedImage::<P>::from_buffer(size.0, size.1, &mut target.data)
        .map_err(|_| out_of_memory())?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(source.x, source.y, source.width, source.height)
        .use_alpha(true);
    Resizer::new()
        .resize_typed(&from, &mut to, &options)
        .map_err(|_| {
            Rejection::new(
                RejectionCode::CropOutOfBounds,
                "the part to keep is not within the picture",
            )
        })?;
    Ok(target)
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
