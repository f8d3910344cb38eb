//! Baseline JPEG.

use std::borrow::Cow;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::pixels::{Layout, Pixels, out_of_memory};
use crate::{Color, Rejection};

/// Encodes an image; transparent pixels are blended over `background`.
pub(super) fn encode(
    pixels: Cow<'_, Pixels>,
    quality: u8,
    background: Color,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, Rejection> {
    let pixels = match pixels.layout {
        Layout::Rgb => pixels,
        Layout::Rgba => Cow::Owned(flatten(pixels.into_owned(), background)),
    };
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
    if let Some(icc) = icc {
        encoder
            .set_icc_profile(icc.to_vec())
            .map_err(|_| out_of_memory())?;
    }
    encoder
        .encode(
            &pixels.data,
            pixels.width,
            pixels.height,
            ExtendedColorType::Rgb8,
        )
        .map_err(|_| out_of_memory())?;
    Ok(bytes)
}

/// Blends an image with alpha over a color.
fn flatten(mut pixels: Pixels, background: Color) -> Pixels {
    let Color { red, green, blue } = background;
    let count = pixels.data.len() / 4;
    for pixel in 0..count {
        let alpha = pixels.data[pixel * 4 + 3];
        for (channel, below) in [red, green, blue].into_iter().enumerate() {
            let above = pixels.data[pixel * 4 + channel];
            pixels.data[pixel * 3 + channel] = blend(above, below, alpha);
        }
    }
    pixels.data.truncate(count * 3);
    pixels.layout = Layout::Rgb;
    pixels
}

fn blend(above: u8, below: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    let sum = u32::from(above) * alpha + u32::from(below) * (255 - alpha);
    // A weighted mean of two bytes is a byte.
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_become_the_background() {
        let pixels = Pixels {
            width: 3,
            height: 1,
            layout: Layout::Rgba,
            data: vec![9, 9, 9, 0, 10, 20, 30, 255, 0, 0, 0, 128],
        };
        let flat = flatten(pixels, Color::WHITE);
        assert_eq!(flat.data, [255, 255, 255, 10, 20, 30, 127, 127, 127]);
    }
}
