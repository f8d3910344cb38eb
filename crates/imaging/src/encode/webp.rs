//! WebP, lossy or lossless.

use super::libwebp::{self, Settings};
use crate::pixels::Pixels;
use crate::{Rejection, WebpMode};

pub(super) fn encode(
    pixels: &Pixels,
    quality: u8,
    effort: u8,
    mode: WebpMode,
    from_lossless: bool,
) -> Result<Vec<u8>, Rejection> {
    let lossy = Settings::lossy(quality, effort);
    let lossless = Settings::lossless(effort);
    match mode {
        WebpMode::Lossy => libwebp::encode(pixels, lossy),
        WebpMode::Lossless => libwebp::encode(pixels, lossless),
        WebpMode::Auto if from_lossless => {
            let kept = libwebp::encode(pixels, lossless)?;
            let reduced = libwebp::encode(pixels, lossy)?;
            Ok(if kept.len() <= reduced.len() {
                kept
            } else {
                reduced
            })
        }
        WebpMode::Auto => libwebp::encode(pixels, lossy),
    }
}
