//! Tests that arbitrary bytes lead to an outcome, never to a panic.

use darkroom_imaging::{inspect, render};
use darkroom_testkit::fixture::{damage, planted};
use proptest::prelude::*;

use crate::recipes::{avatar, avatar_limits};

/// The first bytes of files that reach each parser.
const BEGINNINGS: [&[u8]; 11] = [
    b"",
    b"\xff\xd8\xff\xe1\x00\x40Exif\0\0II*\0\x08\0\0\0",
    b"\xff\xd8\xff\xed\x00\x40Photoshop 3.0\x008BIM",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0\x4b\x6d\x29\xdc",
    b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xff\xff\xff\x21\xff\x0bXMP DataXMP",
    b"RIFF\x00\x01\0\0WEBPVP8X\x0a\0\0\0\x2e\0\0\0\x07\0\0\x07\0\0",
    b"RIFF\x00\x01\0\0WEBPVP8L",
    b"\0\0\0\x10ftypheic\0\0\0\0\0\0\x02\0meta\0\0\0\0\0\0\0\x0epitm\0\0\0\0\0\x01",
    b"\xff\x0a\x00\x10\xb0\x13",
    b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl \0\0\0\0jxlc\xff\x0a",
    b"\0\0\0\x10ftypavif\0\0\0\0\0\0\x02\0meta\0\0\0\0\0\0\0\x0epitm\0\0\0\0\0\x01",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_after_any_beginning_have_an_outcome(
        beginning in prop::sample::select(&BEGINNINGS[..]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [beginning, &rest].concat();
        let _ = inspect(&bytes, &avatar_limits());
        let _ = render(&bytes, &avatar());
    }
}

#[test]
fn damaged_files_are_inspected_or_rejected() {
    for file in planted() {
        for seed in 0..200 {
            let bytes = damage::mutated(&file.bytes, seed);
            let _ = inspect(&bytes, &avatar_limits());
        }
        for percent in 0..100 {
            let _ = inspect(&damage::truncated(&file.bytes, percent), &avatar_limits());
        }
    }
}

#[test]
fn damaged_files_are_rendered_or_rejected() {
    for file in planted() {
        for seed in 0..12 {
            let bytes = damage::mutated(&file.bytes, seed);
            let _ = render(&bytes, &avatar());
        }
    }
}

#[test]
fn rendering_and_inspecting_damaged_files_agree() {
    for file in planted() {
        for seed in 0..12 {
            let bytes = damage::mutated(&file.bytes, seed);
            if let Ok(rendered) = render(&bytes, &avatar()) {
                let inspection = inspect(&bytes, &avatar_limits()).unwrap();
                assert_eq!(rendered.source, inspection.source);
                assert_eq!(rendered.removed_metadata, inspection.metadata);
            }
        }
    }
}
