//! Real animations, compared with other players.

use std::path::Path;

use darkroom_imaging::{Fit, Recipe, RenderedVariant, Resize, WebpMode, render};
use darkroom_testkit::fixture::play;
use serde_json::Value;

use super::{digest, durations, on_white, one, played};
use crate::corpus;
use crate::images::{difference, with};
use crate::recipes::{lossless, variant, webp};

/// All animations of the corpus.
const CORPUS: [&str; 8] = [
    "animated/anim-lossy.webp",
    "animated/chi.gif",
    "animated/demo.gif",
    "animated/dispose-none.gif",
    "animated/loop-3.gif",
    "animated/rotating-squares.gif",
    "animated/rotating-squares.webp",
    "metadata/gif-xmp.gif",
];

#[test]
fn every_gif_of_the_corpus_is_composed_as_pillow_does() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/animations.json");
    let reference: Vec<Value> = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    assert_eq!(reference.len(), 6);
    for expected in reference {
        let file = expected["file"].as_str().unwrap();
        let Some(bytes) = corpus::read(file) else {
            return;
        };
        let played = played(&bytes, &lossless());
        let digests: Vec<_> = played.frames.iter().map(|(seen, _)| digest(seen)).collect();
        assert_eq!(serde_json::json!(digests), expected["frames"], "{file}");
        let durations = serde_json::json!(durations(&played));
        assert_eq!(durations, expected["durations_ms"], "{file}");
        assert_eq!(expected["plays"], played.plays, "{file}");
    }
}

#[test]
fn every_webp_of_the_corpus_is_composed_as_libwebp_does() {
    for file in CORPUS.iter().filter(|file| file.ends_with(".webp")) {
        let Some(bytes) = corpus::read(file) else {
            return;
        };
        let (source, played) = (play(&bytes), played(&bytes, &lossless()));
        assert_eq!(durations(&played), durations(&source), "{file}");
        assert_eq!(played.plays, source.plays, "{file}");
        for ((seen, _), (expected, _)) in played.frames.iter().zip(&source.frames) {
            // Two decoders of VP8 do not convert YUV to RGB identically.
            let off = difference(&on_white(seen), &on_white(expected));
            assert!(off < 0.6, "{file} is off by {off}");
        }
    }
}

#[test]
fn lossy_animations_of_the_corpus_stay_close_to_their_sources() {
    let lossy = variant("lossy", None, webp(85, WebpMode::Lossy));
    for file in CORPUS {
        let Some(bytes) = corpus::read(file) else {
            return;
        };
        let exact = played(&bytes, &lossless());
        let lossy = played(&bytes, &with(lossless(), lossy.clone()));
        assert_eq!(durations(&lossy), durations(&exact), "{file}");
        for (index, ((seen, _), (expected, _))) in
            lossy.frames.iter().zip(&exact.frames).enumerate()
        {
            let off = difference(&on_white(seen), &on_white(expected));
            assert!(off <= 4.0, "frame {index} of {file} is off by {off}");
        }
    }
}

#[test]
fn small_animations_are_made_from_larger_ones_without_visible_loss() {
    let sized = |name, side| {
        let resize = Resize {
            width: Some(side),
            height: Some(side),
            fit: Fit::Inside,
            enlarge: false,
        };
        variant(name, Some(resize), webp(80, WebpMode::Lossless))
    };
    let Some(bytes) = corpus::read("animated/chi.gif") else {
        return;
    };
    let both = Recipe {
        variants: vec![sized("small", 60), sized("large", 200)],
        ..lossless()
    };
    let rendered = render(&bytes, &both).unwrap();
    let alone = one(&bytes, &with(lossless(), sized("small", 60)));
    let frames = |variant: &RenderedVariant| play(&variant.bytes).frames;
    for ((seen, _), (expected, _)) in frames(&rendered.variants[0]).iter().zip(frames(&alone)) {
        assert!(difference(&on_white(seen), &on_white(&expected)) < 1.0);
    }
}
