//! Kinds of file that are recognized but not supported, so that a rejection can name them.

use super::heif;

/// Kinds of file with a signature at a fixed offset: `(offset, signature, kind)`.
///
/// If a signature is a prefix of another, the longer one comes first.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"%PDF-", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"II*\0", "a TIFF or camera raw image"),
    (0, b"MM\0*", "a TIFF or camera raw image"),
    (0, b"II+\0", "a BigTIFF image"),
    (0, b"MM\0+", "a BigTIFF image"),
    (0, b"FUJIFILMCCD-RAW", "a camera raw image"),
    (0, b"\0\0\x01\0", "a Windows icon"),
    (0, b"\0\0\x02\0", "a Windows cursor"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (0, b"qoif", "a QOI image"),
    (0, b"DDS ", "a DirectDraw surface"),
    (0, b"v/1\x01", "an OpenEXR image"),
    (0, b"#?RADIANCE", "a Radiance HDR image"),
    (0, b"\x8bJNG\r\n\x1a\n", "a JNG image"),
    (0, b"\x8aMNG\r\n\x1a\n", "an MNG animation"),
    (0, b"PK\x03\x04", "a ZIP archive or office document"),
    (0, b"PK\x05\x06", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"#!", "a script"),
    (0, b"\x7fELF", "an ELF program"),
    (0, b"\xcf\xfa\xed\xfe", "a Mach-O program"),
    (0, b"\xce\xfa\xed\xfe", "a Mach-O program"),
    (0, b"\xca\xfe\xba\xbe", "a Java class or Mach-O program"),
    (0, b"\0asm", "a WebAssembly module"),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old office document",
    ),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"wOFF", "a web font"),
    (0, b"wOF2", "a web font"),
];

/// Identifies a file that is not of a source format and names its kind, with its article.
pub(super) fn identify(bytes: &[u8]) -> Option<&'static str> {
    let listed = SIGNATURES
        .iter()
        .find(|(offset, magic, _)| {
            bytes
                .get(*offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        })
        .map(|(_, _, kind)| *kind);
    listed
        .or_else(|| heif::identify(bytes))
        .or_else(|| iso_media(bytes))
        .or_else(|| riff(bytes))
        .or_else(|| bitmap_or_program(bytes))
        .or_else(|| portable_anymap(bytes))
        .or_else(|| markup(bytes))
}

/// Identifies an ISO base media file (ISO/IEC 14496-12) by its first box and the brand of `ftyp`.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(4..8)? {
        b"ftyp" => {}
        b"moov" | b"mdat" | b"wide" | b"skip" | b"free" => return Some("a QuickTime video"),
        _ => return None,
    }
    Some(match bytes.get(8..12)? {
        b"crx " => "a camera raw image",
        b"qt  " => "a QuickTime video",
        b"M4A " | b"M4B " => "an MPEG-4 recording",
        _ => "an MP4 video",
    })
}

/// Identifies a RIFF file.
fn riff(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.starts_with(b"RIFF") {
        return None;
    }
    match bytes.get(8..12)? {
        b"AVI " => Some("an AVI video"),
        b"WAVE" => Some("a WAVE recording"),
        _ => Some("a RIFF file that is not WebP"),
    }
}

/// Identifies `BM` and `MZ` files. A text may begin with these letters too, so more of the header is
/// checked.
fn bitmap_or_program(bytes: &[u8]) -> Option<&'static str> {
    let reserved_is_zero = bytes.get(6..10) == Some(&[0; 4]);
    if bytes.starts_with(b"BM") && reserved_is_zero {
        return Some("a BMP image");
    }
    let has_nul = bytes.iter().take(64).any(|byte| *byte == 0);
    (bytes.starts_with(b"MZ") && has_nul).then_some("a Windows program")
}

/// Identifies a Netpbm image.
fn portable_anymap(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(..3)? {
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n'] => Some("a PNM image"),
        _ => None,
    }
}

/// Identifies markup, which may begin with a byte order mark, white space and comments.
fn markup(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = text.trim_ascii_start();
    let head = head.get(..1024.min(head.len()))?.to_ascii_lowercase();
    if !head.starts_with(b"<") {
        return None;
    }
    let contains = |tag: &[u8]| head.windows(tag.len()).any(|window| window == tag);
    if head.starts_with(b"<?php") {
        Some("a PHP script")
    } else if contains(b"<svg") {
        Some("an SVG drawing")
    } else if head.starts_with(b"<!doctype html") || contains(b"<html") || contains(b"<script") {
        Some("an HTML page")
    } else if head.starts_with(b"<?xml") {
        Some("an XML document")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_kind_of_file_is_named() {
        let cases: &[(&[u8], &str)] = &[
            (b"%PDF-1.7", "a PDF document"),
            (
                b"\xef\xbb\xbf \n<?xml version='1.0'?><svg/>",
                "an SVG drawing",
            ),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'>",
                "an SVG drawing",
            ),
            (b"<?xml version='1.0'?><a/>", "an XML document"),
            (b"<!DOCTYPE html><p>", "an HTML page"),
            (b"\0\0\0\x18ftypisom", "an MP4 video"),
            (b"\0\0\0\x18ftypavci", "a HEIF image with AVC (avci)"),
            (b"\0\0\0\x14ftypqt  ", "a QuickTime video"),
            (b"PK\x03\x04", "a ZIP archive or office document"),
            (b"#!/bin/sh\n", "a script"),
            (b"\x7fELF\x02", "an ELF program"),
            (b"BM\x10\0\0\0\0\0\0\0", "a BMP image"),
            (b"II*\0", "a TIFF or camera raw image"),
            (b"\0\0\x01\0\x01\0", "a Windows icon"),
            (b"\xff\x0a\0\0", "a JPEG XL image"),
            (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        ];
        for (bytes, kind) in cases {
            assert_eq!(identify(bytes), Some(*kind));
        }
        assert_eq!(identify(b"BMW is a maker of cars"), None);
    }
}
