//! Checks that no output contains metadata of its source. The sources contain a fixed string, the
//! canary, in place of private data.

use std::collections::BTreeSet;

use darkroom_imaging::{IccPolicy, MetadataKind, OutputFormat, RenderedVariant, render};
use darkroom_testkit::fixture::{CANARY, Jpeg, icc_profile, planted, scene};

use crate::recipes::{avatar, every_encoding};

/// The chunks with pixels and timing (RFC 9649).
const WEBP_CHUNKS: [&str; 6] = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"];
const PNG_CHUNKS: [&str; 7] = ["IHDR", "PLTE", "tRNS", "sRGB", "gAMA", "IDAT", "IEND"];

/// Returns `true` if `bytes` contain the first 12 bytes of the canary.
fn contains_canary(bytes: &[u8]) -> bool {
    // A part of the canary is enough, because truncation might leave only a part.
    let part = &CANARY.as_bytes()[..12];
    bytes.windows(part.len()).any(|window| window == part)
}

/// Returns the names of the chunks of a RIFF file, including those in animation frames.
fn riff_chunks(file: &[u8]) -> Vec<String> {
    assert_eq!((&file[..4], &file[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    let size = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    assert_eq!(size + 8, file.len(), "nothing follows the RIFF file");
    chunks(&file[12..])
}

fn chunks(mut rest: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    while !rest.is_empty() {
        let name = String::from_utf8_lossy(&rest[..4]).into_owned();
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        if name == "ANMF" {
            names.extend(chunks(&rest[8 + 16..8 + length]));
        }
        names.push(name);
        rest = &rest[8 + length.next_multiple_of(2)..];
    }
    names
}

fn png_chunks(file: &[u8]) -> Vec<String> {
    let mut rest = &file[8..];
    let mut names = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        names.push(String::from_utf8_lossy(&rest[4..8]).into_owned());
        rest = &rest[12 + length..];
    }
    names
}

/// Asserts that only the JFIF segment and the segments that a decoder needs precede the scan.
fn assert_bare_jpeg(file: &[u8], place: &str) {
    let mut at = 2;
    while file[at + 1] != 0xda {
        let marker = file[at + 1];
        let bare = matches!(marker, 0xe0 | 0xdb | 0xc0..=0xc4 | 0xdd);
        assert!(bare, "{place}: segment {marker:02x}");
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    assert_eq!(&file[file.len() - 2..], b"\xff\xd9", "{place}");
}

fn assert_bare(variant: &RenderedVariant, place: &str) {
    assert!(
        !contains_canary(&variant.bytes),
        "{place}: {}",
        variant.name
    );
    let (names, allowed): (_, &[&str]) = match variant.format {
        OutputFormat::Webp => (riff_chunks(&variant.bytes), &WEBP_CHUNKS),
        OutputFormat::Png => (png_chunks(&variant.bytes), &PNG_CHUNKS),
        OutputFormat::Jpeg => return assert_bare_jpeg(&variant.bytes, place),
    };
    for name in names {
        assert!(allowed.contains(&name.as_str()), "{place}: chunk {name}");
    }
}

#[test]
fn no_output_contains_the_canary() {
    let files = planted();
    let planted_in: BTreeSet<_> = files.iter().map(|file| file.place).collect();
    assert!(planted_in.len() >= 16);
    for file in files {
        for recipe in [avatar(), every_encoding()] {
            let rendered = render(&file.bytes, &recipe)
                .unwrap_or_else(|rejection| panic!("{}: {rejection}", file.place));
            assert_eq!(rendered.variants.len(), recipe.variants.len());
            for variant in &rendered.variants {
                assert_bare(variant, file.place);
            }
        }
    }
}

#[test]
fn removed_metadata_is_reported() {
    for file in planted() {
        let rendered = render(&file.bytes, &avatar()).unwrap();
        let names: Vec<_> = rendered
            .removed_metadata
            .iter()
            .map(|kind| serde_json::to_value(kind).unwrap())
            .collect();
        let named = names.iter().any(|name| name == file.kind);
        assert!(named, "{}: {names:?}", file.place);
    }
}

#[test]
fn notes_placeholders_and_rejections_do_not_contain_the_canary() {
    for file in planted() {
        let rendered = render(&file.bytes, &avatar()).unwrap();
        let reported = format!("{:?} {:?}", rendered.notes, rendered.placeholder);
        assert!(!reported.contains(CANARY), "{}: {reported}", file.place);
        let cut = render(&file.bytes[..file.bytes.len() / 3], &avatar());
        if let Err(rejection) = cut {
            assert!(!rejection.message.contains(CANARY), "{}", file.place);
        }
    }
}

#[test]
fn an_icc_profile_that_variants_keep_is_not_reported_as_removed() {
    let file = Jpeg::new(&scene(48, 36))
        .icc(&icc_profile(CANARY))
        .comment("gone")
        .build();
    let mut recipe = avatar();
    for variant in &mut recipe.variants {
        variant.icc = IccPolicy::Keep;
    }
    let rendered = render(&file, &recipe).unwrap();
    assert_eq!(rendered.removed_metadata, [MetadataKind::Comment]);
    for variant in &rendered.variants {
        assert!(contains_canary(&variant.bytes), "{}", variant.name);
        assert!(riff_chunks(&variant.bytes).contains(&"ICCP".to_owned()));
    }
}
