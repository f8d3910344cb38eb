//! What a file is, by its first bytes and never by its name or declared type.

use crate::{Rejection, RejectionCode, SourceFormat, heif};

const PNG_SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The format of a picture that is read here.
///
/// # Errors
/// `empty` without bytes; `unsupported_format`, naming what it looked like, for a known kind of
/// file that is not read; `corrupt` for a PNG whose signature was mangled by a text-mode transfer;
/// else `not_an_image`.
pub(crate) fn sniff(bytes: &[u8]) -> Result<SourceFormat, Rejection> {
    if bytes.is_empty() {
        return Err(Rejection::new(RejectionCode::Empty, "there are no bytes"));
    }
    if let Some(format) = readable(bytes) {
        return Ok(format);
    }
    if has_mangled_png_signature(bytes) {
        return Err(Rejection::new(
            RejectionCode::Corrupt,
            "the PNG signature is damaged, as by a transfer in text mode",
        ));
    }
    match look_alike(bytes) {
        Some(kind) => Err(Rejection::new(
            RejectionCode::UnsupportedFormat,
            format!("this looks like {kind}, which is not a picture format that is read here"),
        )),
        None => Err(Rejection::new(
            RejectionCode::NotAnImage,
            "this is not the beginning of any picture format",
        )),
    }
}

fn readable(bytes: &[u8]) -> Option<SourceFormat> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        Some(SourceFormat::Jpeg)
    } else if bytes.starts_with(PNG_SIGNATURE) {
        Some(SourceFormat::Png)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(SourceFormat::Gif)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(SourceFormat::Webp)
    } else {
        heif::format(bytes)
    }
}

/// The signature is made to show what text-mode transfers do (PNG, section 5.2): bit 7 cleared,
/// line ends rewritten, letter case folded. The first chunk is always IHDR, which tells it from
/// other files.
fn has_mangled_png_signature(bytes: &[u8]) -> bool {
    let head = bytes.get(..24.min(bytes.len())).unwrap_or_default();
    let letters = head.get(1..4).unwrap_or_default();
    let alike = letters
        .iter()
        .zip(b"PNG")
        .filter(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    alike >= 2 && head.windows(4).any(|window| window == b"IHDR")
}

/// Kinds of file that people send by mistake or on purpose, told by bytes at a fixed offset.
/// The longer signature comes first where one is a prefix of another.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"%PDF-", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"II*\0", "a TIFF or camera raw picture"),
    (0, b"MM\0*", "a TIFF or camera raw picture"),
    (0, b"II+\0", "a BigTIFF picture"),
    (0, b"MM\0+", "a BigTIFF picture"),
    (0, b"FUJIFILMCCD-RAW", "a camera raw picture"),
    (0, b"\0\0\x01\0", "a Windows icon"),
    (0, b"\0\0\x02\0", "a Windows cursor"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"DDS ", "a DirectDraw surface"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"\x8bJNG\r\n\x1a\n", "a JNG picture"),
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
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM film"),
    (0, b"FLV\x01", "a Flash film"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"wOFF", "a web font"),
    (0, b"wOF2", "a web font"),
];

fn look_alike(bytes: &[u8]) -> Option<&'static str> {
    let listed = SIGNATURES
        .iter()
        .find(|(offset, magic, _)| {
            bytes
                .get(*offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        })
        .map(|(_, _, kind)| *kind);
    listed
        .or_else(|| iso_media(bytes))
        .or_else(|| riff(bytes))
        .or_else(|| bitmap_or_program(bytes))
        .or_else(|| portable_anymap(bytes))
        .or_else(|| markup(bytes))
}

/// ISO base media files (ISO/IEC 14496-12) begin with a box; its `ftyp` brand says which kind.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(4..8)? {
        b"ftyp" => {}
        b"moov" | b"mdat" | b"wide" | b"skip" | b"free" => return Some("a QuickTime film"),
        _ => return None,
    }
    Some(match bytes.get(8..12)? {
        b"crx " => "a camera raw picture",
        b"qt  " => "a QuickTime film",
        b"M4A " | b"M4B " => "an MPEG-4 recording",
        _ => "an MP4 film",
    })
}

fn riff(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.starts_with(b"RIFF") {
        return None;
    }
    match bytes.get(8..12)? {
        b"AVI " => Some("an AVI film"),
        b"WAVE" => Some("a WAVE recording"),
        _ => Some("a RIFF file of another kind than WebP"),
    }
}

/// `BM` and `MZ` are also ways for a text to begin, so more of the header has to fit.
fn bitmap_or_program(bytes: &[u8]) -> Option<&'static str> {
    let reserved_is_zero = bytes.get(6..10) == Some(&[0; 4]);
    if bytes.starts_with(b"BM") && reserved_is_zero {
        return Some("a BMP picture");
    }
    let has_nul = bytes.iter().take(64).any(|byte| *byte == 0);
    (bytes.starts_with(b"MZ") && has_nul).then_some("a Windows program")
}

fn portable_anymap(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(..3)? {
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n'] => Some("a PNM picture"),
        _ => None,
    }
}

/// Markup may begin after a byte order mark, white space and comments.
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

    fn code(bytes: &[u8]) -> RejectionCode {
        sniff(bytes).unwrap_err().code
    }

    #[test]
    fn each_format_is_told_by_its_magic_bytes() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), Ok(SourceFormat::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Ok(SourceFormat::Png));
        assert_eq!(sniff(b"GIF87a"), Ok(SourceFormat::Gif));
        assert_eq!(sniff(b"GIF89a"), Ok(SourceFormat::Gif));
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 "), Ok(SourceFormat::Webp));
    }

    #[test]
    fn what_is_not_a_picture_has_a_code_of_its_own() {
        assert_eq!(code(b""), RejectionCode::Empty);
        assert_eq!(code(b"hello"), RejectionCode::NotAnImage);
        assert_eq!(code(b"\xff"), RejectionCode::NotAnImage);
        assert_eq!(code(&[0; 4096]), RejectionCode::NotAnImage);
        assert_eq!(code(b"BMW is a maker of cars"), RejectionCode::NotAnImage);
    }

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
            (b"\0\0\0\x18ftypisom", "an MP4 film"),
            (b"\0\0\0\x14ftypqt  ", "a QuickTime film"),
            (b"PK\x03\x04", "a ZIP archive or office document"),
            (b"#!/bin/sh\n", "a script"),
            (b"\x7fELF\x02", "an ELF program"),
            (b"BM\x10\0\0\0\0\0\0\0", "a BMP picture"),
            (b"II*\0", "a TIFF or camera raw picture"),
            (b"\0\0\x01\0\x01\0", "a Windows icon"),
            (b"\xff\x0a\0\0", "a JPEG XL picture"),
            (b"RIFF\0\0\0\0AVI LIST", "an AVI film"),
        ];
        for (bytes, kind) in cases {
            let rejection = sniff(bytes).unwrap_err();
            assert_eq!(rejection.code, RejectionCode::UnsupportedFormat, "{kind}");
            assert!(rejection.message.contains(kind), "{rejection}");
        }
    }

    #[test]
    fn a_png_sent_as_text_is_corrupt_rather_than_unknown() {
        let rest = b"\0\0\0\rIHDR\0\0\0\x01";
        for signature in [
            &b"\x09PNG\r\n\x1a\n"[..],
            b"\x89QNG\r\n\x1a\n",
            b"\x89PNG\n\x1a\n",
            b"\x89PNG\r\r\n\x1a\r\n",
            b"\x89png\r\n\x1a\n",
            b"\x89PNG\r\n \n",
        ] {
            assert_eq!(code(&[signature, rest].concat()), RejectionCode::Corrupt);
        }
    }
}
