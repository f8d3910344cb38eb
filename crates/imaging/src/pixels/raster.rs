//! Interleaved 8-bit pixels.

use super::allocation::zeroed_buffer;
use crate::Rejection;
use crate::geometry::Size;

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

    /// Moves the pixels out and leaves an empty image behind.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            data: std::mem::take(&mut self.data),
            ..*self
        }
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
        let is_opaque =
            self.layout == Layout::Rgba && self.data.chunks_exact(4).all(|pixel| pixel[3] == 255);
        if is_opaque {
            drop_every_fourth_byte(&mut self.data);
            self.layout = Layout::Rgb;
        }
        self
    }
}

fn drop_every_fourth_byte(data: &mut Vec<u8>) {
    let pixels = data.len() / 4;
    for pixel in 0..pixels {
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
    fn transparent_alpha_is_kept() {
        assert_eq!(rgba(254).without_opaque_alpha(), rgba(254));
    }
}
