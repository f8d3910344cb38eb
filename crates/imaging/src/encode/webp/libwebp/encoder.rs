//! Encoding with libwebp.

use libwebp_sys::WebPConfig;

use super::config::Config;
use super::image::WebpImage;
use crate::Rejection;
use crate::geometry::Orientation;
use crate::pixels::Pixels;

/// An encoder with its own copy of an image.
pub(in crate::encode::webp) struct Encoder {
    image: WebpImage,
    config: WebPConfig,
}

impl Encoder {
    /// Creates an encoder with an upright copy of a stored image.
    ///
    /// # Errors
    /// `out_of_memory`; `dimensions_exceeded` if a side is longer than 16,383 px.
    pub(in crate::encode::webp) fn new(
        stored: &Pixels,
        orientation: Orientation,
        config: Config,
    ) -> Result<Self, Rejection> {
        let config = config.to_raw()?;
        let image = WebpImage::from_pixels(stored, orientation, &config)?;
        Ok(Self { image, config })
    }

    /// Encodes the image as a WebP file.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(in crate::encode::webp) fn encode(mut self) -> Result<Vec<u8>, Rejection> {
        self.image.encode(&self.config)
    }
}
