//! Pictures in memory, ready to be resized and encoded.

use crate::{Rejection, RejectionCode};

/// What a pixel is made of, one byte a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Red, green, blue; opaque.
    Rgb,
    /// Red, green, blue and alpha that they are not multiplied with.
    Rgba,
}

impl Layout {
    /// Bytes of a pixel.
    pub(crate) const fn channels(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Rows of pixels from the top, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pixels {
    /// Width in pixels, at least 1.
    pub(crate) width: u32,
    /// Height in pixels, at least 1.
    pub(crate) height: u32,
    /// What a pixel is made of.
    pub(crate) layout: Layout,
    /// `width * height * layout.channels()` bytes.
    pub(crate) data: Vec<u8>,
}

impl Pixels {
    /// A picture of zeros: black, and transparent where there is alpha.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn zeroed(width: u32, height: u32, layout: Layout) -> Result<Self, Rejection> {
        let bytes = u64::from(width) * u64::from(height) * layout.channels() as u64;
        Ok(Self {
            width,
            height,
            layout,
            data: buffer(bytes)?,
        })
    }

    /// Width and height in pixels.
    pub(crate) const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Bytes of a row.
    pub(crate) const fn stride(&self) -> usize {
        self.width as usize * self.layout.channels()
    }

    /// The same picture with an alpha channel.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn with_alpha(self) -> Result<Self, Rejection> {
        if self.layout == Layout::Rgba {
            return Ok(self);
        }
        let mut target = Self::zeroed(self.width, self.height, Layout::Rgba)?;
        let pixels = target.data.as_chunks_mut::<4>().0;
        for (to, from) in pixels.iter_mut().zip(self.data.as_chunks::<3>().0) {
            *to = [from[0], from[1], from[2], 255];
        }
        Ok(target)
    }

    /// The same picture without its alpha if every pixel is opaque: a third less to carry, and
    /// encoders need not look for themselves.
    pub(crate) fn without_idle_alpha(mut self) -> Self {
        let opaque =
            self.layout == Layout::Rgba && self.data.chunks_exact(4).all(|pixel| pixel[3] == 255);
        if opaque {
            drop_every_fourth(&mut self.data);
            self.layout = Layout::Rgb;
        }
        self
    }
}

fn drop_every_fourth(data: &mut Vec<u8>) {
    let pixels = data.len() / 4;
    for pixel in 0..pixels {
        data.copy_within(pixel * 4..pixel * 4 + 3, pixel * 3);
    }
    data.truncate(pixels * 3);
    data.shrink_to_fit();
}

/// A buffer of zeros.
///
/// A failed allocation aborts a process, so it is tried first; zeroed pages then come from the
/// system untouched.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn buffer<T: Clone + Default>(length: u64) -> Result<Vec<T>, Rejection> {
    let length = usize::try_from(length).map_err(|_| out_of_memory())?;
    let mut probe = Vec::<T>::new();
    probe
        .try_reserve_exact(length)
        .map_err(|_| out_of_memory())?;
    drop(probe);
    Ok(vec![T::default(); length])
}

/// The rejection where pixels do not fit into memory.
pub(crate) fn out_of_memory() -> Rejection {
    Rejection::new(
        RejectionCode::OutOfMemory,
        "the picture needs more memory than there is",
    )
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
    fn alpha_that_says_nothing_is_dropped() {
        let pixels = rgba(255).without_idle_alpha();
        assert_eq!(pixels.layout, Layout::Rgb);
        assert_eq!(pixels.data, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn alpha_that_says_something_stays() {
        assert_eq!(rgba(254).without_idle_alpha(), rgba(254));
    }

    #[test]
    fn a_buffer_beyond_all_memory_is_refused() {
        let refused = buffer::<u8>(1 << 62).unwrap_err();
        assert_eq!(refused.code, RejectionCode::OutOfMemory);
    }
}
