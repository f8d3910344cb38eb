//! Padding.

use std::borrow::Cow;

use super::raster::{Layout, Pixels};
use crate::geometry::{Placement, Size};
use crate::{Color, Rejection};

/// Puts a placed image on the canvas of its placement. The rest of the canvas is filled with
/// `background`; `None` makes it transparent.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn pad<'a>(
    pixels: &'a Pixels,
    placement: &Placement,
    background: Option<Color>,
) -> Result<Cow<'a, Pixels>, Rejection> {
    if pixels.size() == placement.canvas {
        return Ok(Cow::Borrowed(pixels));
    }
    let mut canvas = match background {
        Some(color) => filled(placement.canvas, pixels.layout, color)?,
        None => Pixels::zeroed(placement.canvas, Layout::Rgba)?,
    };
    let channels = canvas.layout.channels();
    let stride = canvas.stride();
    let (left, top) = placement.offset;
    let left = left as usize * channels;
    let rows = canvas.data.chunks_exact_mut(stride).skip(top as usize);
    for (from, to) in pixels.data.chunks_exact(pixels.stride()).zip(rows) {
        let to = &mut to[left..left + pixels.width as usize * channels];
        copy_row(from, pixels.layout, to, channels);
    }
    Ok(Cow::Owned(canvas))
}

fn filled(size: Size, layout: Layout, color: Color) -> Result<Pixels, Rejection> {
    let mut canvas = Pixels::zeroed(size, layout)?;
    let pixel = [color.red, color.green, color.blue, 255];
    let channels = layout.channels();
    for target in canvas.data.chunks_exact_mut(channels) {
        target.copy_from_slice(&pixel[..channels]);
    }
    Ok(canvas)
}

/// Copies a row. If only the target has alpha, the copied pixels become opaque.
fn copy_row(from: &[u8], layout: Layout, to: &mut [u8], channels: usize) {
    if layout.channels() == channels {
        to.copy_from_slice(from);
        return;
    }
    for (target, pixel) in to
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(from.as_chunks::<3>().0)
    {
        *target = [pixel[0], pixel[1], pixel[2], 255];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn dot(layout: Layout) -> Pixels {
        let data = [1, 2, 3, 128][..layout.channels()].to_vec();
        Pixels {
            width: 1,
            height: 1,
            layout,
            data,
        }
    }

    fn middle_of_three() -> Placement {
        let size = Size::new(1, 1);
        Placement {
            source: Rect::from_size(size),
            size,
            canvas: Size::new(3, 1),
            offset: (1, 0),
        }
    }

    #[test]
    fn padding_without_a_color_is_transparent() {
        let dot = dot(Layout::Rgb);
        let padded = pad(&dot, &middle_of_three(), None).unwrap();
        assert_eq!(padded.data, [0, 0, 0, 0, 1, 2, 3, 255, 0, 0, 0, 0]);
    }

    #[test]
    fn padding_with_a_color_adds_no_alpha() {
        let dot = dot(Layout::Rgb);
        let padded = pad(&dot, &middle_of_three(), Some(Color::WHITE)).unwrap();
        assert_eq!(padded.data, [255, 255, 255, 1, 2, 3, 255, 255, 255]);
    }

    #[test]
    fn an_image_with_alpha_keeps_it_on_a_colored_canvas() {
        let dot = dot(Layout::Rgba);
        let padded = pad(&dot, &middle_of_three(), Some(Color::WHITE)).unwrap();
        assert_eq!(padded.data[4..8], [1, 2, 3, 128]);
    }
}
