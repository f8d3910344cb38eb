//! Interleaved 8-bit pixels.

use super::allocation::zeroed_buffer;
use crate::Rejection;
use crate::geometry::{Area, Size};

/// The channels of a pixel, one byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Red, green, blue; opaque.
    Rgb,
    /// Red, green, blue and straight (not premultiplied) alpha.
    Rgba,
}

impl Layout {
    /// Returns the number of channels, which is the number of bytes per pixel.
    pub(crate) const fn channels(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// An image in memory: rows of pixels from top to bottom, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pixels {
    /// The width in pixels, at least 1.
    pub(crate) width: u32,
    /// The height in pixels, at least 1.
    pub(crate) height: u32,
    /// The channels of a pixel.
    pub(crate) layout: Layout,
    /// `width * height * layout.channels()` bytes.
    pub(crate) data: Vec<u8>,
}

impl Pixels {
    /// Creates an image of zeros: black, and transparent if there is alpha.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn zeroed(size: Size, layout: Layout) -> Result<Self, Rejection> {
        Ok(Self {
            width: size.width,
            height: size.height,
            layout,
            data: zeroed_buffer(size.area() * layout.channels() as u64)?,
        })
    }

    /// Returns the size in pixels.
    pub(crate) const fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    /// Returns the number of bytes per row.
    pub(crate) const fn stride(&self) -> usize {
        self.width as usize * self.layout.channels()
    }

    /// Adds an opaque alpha channel unless there is one.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn with_alpha(self) -> Result<Self, Rejection> {
        if self.layout == Layout::Rgba {
            return Ok(self);
        }
        let mut target = Self::zeroed(self.size(), Layout::Rgba)?;
        let pixels = target.data.as_chunks_mut::<4>().0;
        for (to, from) in pixels.iter_mut().zip(self.data.as_chunks::<3>().0) {
            *to = [from[0], from[1], from[2], 255];
        }
        Ok(target)
    }

    /// Drops the alpha channel if every pixel is opaque.
    ///
    /// That saves a quarter of the memory, and encoders need not check alpha themselves.
    pub(crate) fn without_opaque_alpha(mut self) -> Self {
        if self.layout == Layout::Rgba && self.is_opaque() {
            drop_every_fourth_byte(&mut self.data);
            self.layout = Layout::Rgb;
        }
        self
    }

    /// Returns whether every pixel is opaque.
    pub(crate) fn is_opaque(&self) -> bool {
        /// The number of pixels whose alpha is combined before it is checked.
        const CHUNK: usize = 1024;
        let is_opaque = |pixels: &[[u8; 4]]| {
            let alpha = pixels.iter().fold(255, |alpha, pixel| alpha & pixel[3]);
            alpha == 255
        };
        self.layout == Layout::Rgb || self.data.as_chunks::<4>().0.chunks(CHUNK).all(is_opaque)
    }

    /// Returns the rows of an area, from top to bottom.
    pub(crate) fn rows_of(&self, area: Area) -> impl Iterator<Item = &[u8]> {
        let channels = self.layout.channels();
        let start = area.x as usize * channels;
        let length = area.width as usize * channels;
        self.data
            .chunks_exact(self.stride())
            .skip(area.y as usize)
            .take(area.height as usize)
            .map(move |row| &row[start..start + length])
    }

    /// Copies an image of the same layout into this one, with its top left corner at `x`, `y`.
    pub(crate) fn paste(&mut self, image: &Self, (x, y): (u32, u32)) {
        let (stride, length) = (self.stride(), image.stride());
        let start = x as usize * self.layout.channels();
        let rows = self.data.chunks_exact_mut(stride).skip(y as usize);
        for (to, from) in rows.zip(image.data.chunks_exact(length)) {
            to[start..start + length].copy_from_slice(from);
        }
    }
}

/// Moves the colors together, four pixels at a time. They fill three words, so the compiler needs no
/// bounds check and no copy for each pixel.
fn drop_every_fourth_byte(data: &mut Vec<u8>) {
    let pixels = data.len() / 4;
    let four_at_a_time = pixels / 4 * 4;
    for first in (0..four_at_a_time).step_by(4) {
        let from = data[first * 4..].as_chunks::<4>().0;
        let [a, b, c, d] = [0, 1, 2, 3].map(|pixel| u32::from_le_bytes(from[pixel]));
        let words = [
            a & 0x00ff_ffff | b << 24,
            b >> 8 & 0xffff | c << 16,
            c >> 16 & 0xff | d << 8,
        ];
        let to = &mut data[first * 3..first * 3 + 12];
        for (to, word) in to.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
    }
    for pixel in four_at_a_time..pixels {
        data.copy_within(pixel * 4..pixel * 4 + 3, pixel * 3);
    }
    data.truncate(pixels * 3);
    data.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgba(alpha: u8) -> Pixels {
        Pixels {
            width: 2,
            height: 1,
            layout: Layout::Rgba,
            data: vec![1, 2, 3, 255, 4, 5, 6, alpha],
        }
    }

    #[test]
    fn opaque_alpha_is_dropped() {
        let pixels = rgba(255).without_opaque_alpha();
        assert_eq!(pixels.layout, Layout::Rgb);
        assert_eq!(pixels.data, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn every_color_stays_when_opaque_alpha_is_dropped() {
        // All remainders of a division by four.
        for width in 1..=9 {
            let colors: Vec<[u8; 3]> = (0..width).map(|x| [x * 3, x * 3 + 1, x * 3 + 2]).collect();
            let opaque = colors.iter().map(|&[r, g, b]| [r, g, b, 255]);
            let pixels = Pixels {
                width: width.into(),
                height: 1,
                layout: Layout::Rgba,
                data: opaque.flatten().collect(),
            };
            assert_eq!(pixels.without_opaque_alpha().data, colors.concat());
        }
    }

    #[test]
    fn paste_changes_only_the_pixels_at_its_position() {
        let mut canvas = Pixels::zeroed(Size::new(3, 2), Layout::Rgba).unwrap();
        canvas.paste(&rgba(9), (1, 1));
        let place = Area::from_size(Size::new(2, 1)).translated(1, 1);
        let rows: Vec<_> = canvas.rows_of(place).collect();
        assert_eq!(rows, [&[1, 2, 3, 255, 4, 5, 6, 9]]);
        assert_eq!(canvas.data[..16], [0; 16]);
    }

    #[test]
    fn alpha_is_kept_if_any_pixel_is_not_opaque() {
        assert_eq!(rgba(254).without_opaque_alpha(), rgba(254));
    }
}
