//! WebP, lossy or lossless.

use std::borrow::Cow;

use super::flatness::is_flat;
use super::libwebp::{Prepared, Settings};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::riff::{Features, chunks_of_file, extended_file, is_of_the_picture, push_chunk};
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

/// Puts a colour profile into a still file of this size that libwebp made.
pub(super) fn with_icc(file: &[u8], size: (u32, u32), has_alpha: bool, icc: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::with_capacity(file.len() + icc.len());
    push_chunk(&mut chunks, b"ICCP", icc);
    for chunk in chunks_of_file(file).filter(|chunk| is_of_the_picture(chunk.name)) {
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
    fn the_profile_comes_before_the_picture() {
        let file = with_icc(
            b"RIFF\x10\0\0\0WEBPVP8 \x03\0\0\0abc\0",
            (300, 2),
            true,
            b"icc",
        );
        let names: Vec<_> = chunks_of_file(&file).map(|chunk| chunk.name).collect();
        assert_eq!(names, [b"VP8X", b"ICCP", b"VP8 "]);
    }
}
