//! Still WebP files, lossy or lossless.

use std::borrow::Cow;

use super::affordable::is_lossless_affordable;
use super::flatness::is_flat;
use super::libwebp::{Config, Encoder};
use super::lossy::encode_lossy;
use crate::formats::webp::riff::{
    Features, chunks_of_file, extended_file, is_image_chunk, push_chunk,
};
use crate::geometry::{Orientation, Size};
use crate::pixels::{Layout, Pixels};
use crate::yuv::YuvImage;
use crate::{Rejection, WebpMode};

/// The options of a WebP file.
#[derive(Debug, Clone, Copy)]
pub(in crate::encode) struct WebpOptions {
    /// The quality, 0 to 100, on libwebp's scale.
    pub(in crate::encode) quality: u8,
    /// The effort, 0 to 6: that of `vp8_keyframe`, or libwebp's `method`.
    pub(in crate::encode) effort: u8,
    pub(in crate::encode) mode: WebpMode,
    /// `true` if the source's encoding is lossless.
    pub(in crate::encode) is_source_lossless: bool,
}

/// Turns a stored image upright and encodes it, with a color profile if there is one.
///
/// # Errors
/// `out_of_memory`.
pub(in crate::encode) fn encode(
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    options: WebpOptions,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, Rejection> {
    let size = orientation.apply_to_size(stored.size());
    let has_alpha = stored.layout == Layout::Rgba;
    let file = encode_pixels(stored, orientation, options)?;
    Ok(match icc {
        Some(icc) => with_icc(&file, size, has_alpha, icc),
        None => file,
    })
}

/// Encodes an upright image in YCbCr with loss, with a color profile if there is one.
///
/// # Errors
/// `out_of_memory`.
pub(in crate::encode) fn encode_yuv(
    image: &YuvImage,
    quality: u8,
    effort: u8,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, Rejection> {
    let file = encode_lossy(image, quality, effort)?;
    Ok(match icc {
        Some(icc) => with_icc(&file, image.size(), false, icc),
        None => file,
    })
}

/// Encodes a stored image. An owned image is freed as soon as there is a copy in
/// the encoder's own form.
fn encode_pixels(
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    options: WebpOptions,
) -> Result<Vec<u8>, Rejection> {
    let lossy = Config::lossy(options.quality, options.effort);
    let lossless = Config::lossless(options.effort);
    let encode = |stored: Cow<'_, Pixels>, config| {
        let encoder = Encoder::new(&stored, orientation, config)?;
        drop(stored);
        encoder.encode()
    };
    let with_loss = |stored: Cow<'_, Pixels>| {
        if stored.layout == Layout::Rgba {
            return encode(stored, lossy);
        }
        let image = YuvImage::from_rgb(&stored, orientation)?;
        drop(stored);
        encode_lossy(&image, options.quality, options.effort)
    };
    match options.mode {
        WebpMode::Lossy => with_loss(stored),
        WebpMode::Lossless => encode(stored, lossless),
        WebpMode::Auto if is_tried_without_loss(&stored, options)? => {
            let lossless = encode(Cow::Borrowed(&stored), lossless)?;
            let lossy = with_loss(stored)?;
            Ok(if lossless.len() <= lossy.len() {
                lossless
            } else {
                lossy
            })
        }
        WebpMode::Auto => with_loss(stored),
    }
}

/// Returns whether the mode `auto` encodes this image without loss too, and then keeps the smaller
/// file.
///
/// # Errors
/// `out_of_memory`.
pub(in crate::encode) fn is_tried_without_loss(
    stored: &Pixels,
    options: WebpOptions,
) -> Result<bool, Rejection> {
    Ok(options.is_source_lossless
        && is_flat(stored)
        && is_lossless_affordable(stored, options.effort, 0)?)
}

/// Adds a color profile to a still file without one.
fn with_icc(file: &[u8], size: Size, has_alpha: bool, icc: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::with_capacity(file.len() + icc.len());
    push_chunk(&mut chunks, b"ICCP", icc);
    for chunk in chunks_of_file(file).filter(|chunk| is_image_chunk(chunk.name)) {
        push_chunk(&mut chunks, chunk.name, chunk.data);
    }
    let features = Features {
        has_icc: true,
        has_alpha,
        is_animated: false,
    };
    extended_file(size, features, &chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_comes_before_the_image() {
        let file = with_icc(
            b"RIFF\x10\0\0\0WEBPVP8 \x03\0\0\0abc\0",
            Size::new(300, 2),
            true,
            b"icc",
        );
        let names: Vec<_> = chunks_of_file(&file).map(|chunk| chunk.name).collect();
        assert_eq!(names, [b"VP8X", b"ICCP", b"VP8 "]);
    }
}
