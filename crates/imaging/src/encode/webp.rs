//! WebP, lossy or lossless.

use std::borrow::Cow;

use super::flatness::is_flat;
use super::libwebp::{Prepared, Settings};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::{Rejection, WebpMode};

/// What a recipe says about a WebP.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) quality: u8,
    pub(super) effort: u8,
    pub(super) mode: WebpMode,
}

/// An owned picture is freed as soon as libwebp has its own copy.
pub(super) fn encode(
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    how: Effort,
    from_lossless: bool,
) -> Result<Vec<u8>, Rejection> {
    let Effort {
        quality,
        effort,
        mode,
    } = how;
    let lossy = Settings::lossy(quality, effort);
    let lossless = Settings::lossless(effort);
    let one = |stored: Cow<'_, Pixels>, settings| {
        let prepared = Prepared::new(&stored, orientation, settings)?;
        drop(stored);
        prepared.encode()
    };
    match mode {
        WebpMode::Lossy => one(stored, lossy),
        WebpMode::Lossless => one(stored, lossless),
        WebpMode::Auto if from_lossless && is_flat(&stored) => {
            let kept = one(Cow::Borrowed(&stored), lossless)?;
            let reduced = one(stored, lossy)?;
            Ok(if kept.len() <= reduced.len() {
                kept
            } else {
                reduced
            })
        }
        WebpMode::Auto => one(stored, lossy),
    }
}
