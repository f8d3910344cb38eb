//! Overlays, which draw images at positions on a canvas (ISO/IEC 23008-12, 6.6.2.2).

use super::image::{Image, Layer};
use super::items::Items;
use super::samples::samples;
use crate::Rejection;
use crate::decoded::{Channels, Samples};
use crate::geometry::Size;
use crate::pixels::zeroed_buffer;

/// Draws the visible part of an overlay, at 8 bits.
///
/// # Errors
/// `corrupt`, `unsupported_format` or `out_of_memory`.
pub(super) fn draw(
    items: &Items<'_>,
    background: [u16; 4],
    layers: &[Layer],
    overlay: &Image,
) -> Result<(Channels, Samples), Rejection> {
    let size = overlay.geometry.size;
    let mut canvas: Vec<u8> = zeroed_buffer(size.area() * 4)?;
    let background = background.map(eight_bits);
    for pixel in canvas.as_chunks_mut().0 {
        *pixel = background;
    }
    let (left, top) = overlay.geometry.origin;
    for layer in layers {
        let (channels, samples) = samples(items, layer.image.id, &layer.image)?;
        let source = Source {
            samples,
            channels,
            size: layer.image.geometry.size,
        };
        let x = i64::from(layer.x) - i64::from(left);
        let y = i64::from(layer.y) - i64::from(top);
        source.draw(&mut canvas, size, (x, y));
    }
    Ok((Channels::Rgba, Samples::Eight(canvas)))
}

/// A decoded layer.
struct Source {
    samples: Samples,
    channels: Channels,
    size: Size,
}

impl Source {
    /// Draws the layer at `(x, y)` onto a canvas of this size. Pixels outside the canvas are
    /// skipped.
    fn draw(&self, canvas: &mut [u8], size: Size, (x, y): (i64, i64)) {
        let width = size.width as usize;
        let rows = (y..).zip(0..self.size.height as usize);
        for (to_y, from_y) in rows {
            let Some(row) = usize::try_from(to_y)
                .ok()
                .and_then(|to_y| canvas.chunks_exact_mut(width * 4).nth(to_y))
            else {
                continue;
            };
            let pixels = row.as_chunks_mut::<4>().0;
            for (to_x, from_x) in (x..).zip(0..self.size.width as usize) {
                let target = usize::try_from(to_x).ok();
                if let Some(pixel) = target.and_then(|to_x| pixels.get_mut(to_x)) {
                    *pixel = over(
                        self.pixel(from_y * self.size.width as usize + from_x),
                        *pixel,
                    );
                }
            }
        }
    }

    /// Returns a pixel as red, green, blue and alpha.
    fn pixel(&self, index: usize) -> [u8; 4] {
        let count = self.channels.count();
        let sample = |channel: usize| match &self.samples {
            Samples::Eight(samples) => samples[index * count + channel],
            Samples::Sixteen(samples) => eight_bits(samples[index * count + channel]),
        };
        match self.channels {
            Channels::Gray => [sample(0), sample(0), sample(0), u8::MAX],
            Channels::GrayAlpha => [sample(0), sample(0), sample(0), sample(1)],
            Channels::Rgba => [sample(0), sample(1), sample(2), sample(3)],
            Channels::Rgb | Channels::Cmyk => [sample(0), sample(1), sample(2), u8::MAX],
        }
    }
}

/// Draws one pixel over another; both have straight alpha.
fn over(above: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    if above[3] == u8::MAX {
        return above;
    }
    let (alpha, rest) = (u32::from(above[3]) * 255, 255 - u32::from(above[3]));
    let below_alpha = u32::from(below[3]) * rest;
    let sum = alpha + below_alpha;
    let blend = |channel: usize| {
        let mixed = u32::from(above[channel]) * alpha + u32::from(below[channel]) * below_alpha;
        let blended = (mixed + sum / 2).checked_div(sum).unwrap_or_default();
        u8::try_from(blended).unwrap_or(u8::MAX)
    };
    let alpha = u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX);
    [blend(0), blend(1), blend(2), alpha]
}

/// Rounds a sample of 16 bits to 8.
fn eight_bits(sample: u16) -> u8 {
    u8::try_from((u32::from(sample) * 255 + 32_767) / 65_535).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_covers_the_pixels_below_it_in_proportion_to_its_alpha() {
        let below = [0, 0, 200, 255];
        assert_eq!(over([100, 0, 0, 255], below), [100, 0, 0, 255]);
        assert_eq!(over([100, 0, 0, 0], below), below);
        assert_eq!(over([100, 0, 0, 51], below), [20, 0, 160, 255]);
        assert_eq!(over([100, 0, 0, 51], [7, 7, 7, 0]), [100, 0, 0, 51]);
        assert_eq!(over([0; 4], [7, 7, 7, 0]), [0; 4]);
    }

    #[test]
    fn pixels_of_a_layer_outside_the_canvas_are_not_drawn() {
        let source = Source {
            samples: Samples::Sixteen(vec![0x0000, 0x8000, 0xffff, 0x0101]),
            channels: Channels::Gray,
            size: Size::new(2, 2),
        };
        let mut canvas = vec![9; 2 * 2 * 4];
        source.draw(&mut canvas, Size::new(2, 2), (-1, 1));
        let expected = [[9; 4], [9; 4], [128, 128, 128, 255], [9; 4]];
        assert_eq!(canvas.as_chunks::<4>().0, expected);
        source.draw(&mut canvas, Size::new(2, 2), (5, -9));
        assert_eq!(canvas.as_chunks::<4>().0, expected);
    }
}
