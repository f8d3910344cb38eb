//! Animations: their frames, durations and loop counts.

mod corpus;
mod generated;
mod motion;

use darkroom_imaging::{Recipe, RenderedVariant, render};
use darkroom_testkit::fixture::{Playback, play};
use image::RgbaImage;
use sha2::{Digest, Sha256};

pub(super) fn one(bytes: &[u8], recipe: &Recipe) -> RenderedVariant {
    let mut rendered = render(bytes, recipe).unwrap();
    rendered.variants.remove(0)
}

/// Renders the only variant of a recipe, checks its chunks, and plays it.
pub(super) fn played(bytes: &[u8], recipe: &Recipe) -> Playback {
    let rendered = one(bytes, recipe);
    assert_only_pixels(&rendered.bytes[12..]);
    play(&rendered.bytes)
}

/// Asserts that a file contains only pixels and timing, in its frames too.
pub(super) fn assert_only_pixels(mut chunks: &[u8]) {
    while let Some((name, rest)) = chunks.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*rest.first_chunk().unwrap()) as usize;
        assert!(
            matches!(
                name,
                b"VP8 " | b"VP8L" | b"VP8X" | b"ALPH" | b"ANIM" | b"ANMF"
            ),
            "{}",
            name.escape_ascii()
        );
        if name == b"ANMF" {
            assert_only_pixels(&rest[4 + 16..4 + length]);
        }
        chunks = &rest[4 + length.next_multiple_of(2)..];
    }
}

pub(super) fn durations(played: &Playback) -> Vec<u32> {
    played
        .frames
        .iter()
        .map(|(_, duration)| *duration)
        .collect()
}

/// Returns the SHA-256 of a frame, ignoring the color of transparent pixels.
pub(super) fn digest(frame: &RgbaImage) -> String {
    let mut frame = frame.clone();
    for pixel in frame.pixels_mut().filter(|pixel| pixel[3] == 0) {
        pixel.0 = [0; 4];
    }
    hex::encode(Sha256::digest(frame.as_raw()))
}

/// Asserts that the visible pixels of all frames are as expected.
pub(super) fn assert_seen(played: &Playback, expected: &[RgbaImage]) {
    assert_eq!(played.frames.len(), expected.len());
    for (index, ((seen, _), expected)) in played.frames.iter().zip(expected).enumerate() {
        assert_eq!(digest(seen), digest(expected), "frame {index}");
    }
}

/// Returns a frame on a white background.
pub(super) fn on_white(frame: &RgbaImage) -> RgbaImage {
    let mut page = RgbaImage::from_pixel(frame.width(), frame.height(), [255; 4].into());
    image::imageops::overlay(&mut page, frame, 0, 0);
    page
}
