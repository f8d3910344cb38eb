//! Kinds of file that are not supported. They are recognized only so that a rejection can name
//! them.

use super::bytes::{u16_le, u32_le};
use super::signatures::SIGNATURES;
use super::{heif, targa, windows_icon};

/// Identifies a file that is in none of the source formats, and returns the name of its kind with
/// an article, such as `"a PDF document"`.
///
/// Formats without a signature come last, because a check of their header is only a guess.
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
        .or_else(|| metafile(bytes))
        .or_else(|| portable_anymap(bytes))
        .or_else(|| markup(bytes))
        .or_else(|| windows_icon::identify(bytes))
        .or_else(|| pcx(bytes))
        .or_else(|| x_bitmap(bytes))
        .or_else(|| targa::is_targa(bytes).then_some("a TGA image"))
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
        b"ACON" => Some("an animated Windows cursor"),
        _ => Some("a RIFF file that is not WebP"),
    }
}

/// Identifies BMP images and Windows programs, which begin with `BM` and `MZ`. Text can begin with these
/// letters too, so this function also checks bytes after them.
fn bitmap_or_program(bytes: &[u8]) -> Option<&'static str> {
    let reserved_is_zero = bytes.get(6..10) == Some(&[0; 4]);
    // The lengths of the known versions of the information header, which follows the file header.
    let is_header = |length| matches!(length, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124);
    if bytes.starts_with(b"BM") && (reserved_is_zero || u32_le(bytes, 14).is_some_and(is_header)) {
        return Some("a BMP image");
    }
    let has_nul = bytes.iter().take(64).any(|byte| *byte == 0);
    (bytes.starts_with(b"MZ") && has_nul).then_some("a Windows program")
}

/// Identifies a Windows enhanced metafile by its first record, which has type 1 and contains a
/// signature.
fn metafile(bytes: &[u8]) -> Option<&'static str> {
    let is_metafile = bytes.starts_with(&[1, 0, 0, 0]) && bytes.get(40..44)? == b" EMF";
    is_metafile.then_some("a Windows metafile")
}

/// Identifies a PCX image. Its signature is a single byte, so this function checks the fields after it
/// too.
fn pcx(bytes: &[u8]) -> Option<&'static str> {
    let [0x0a, version, encoding, depth, ..] = bytes else {
        return None;
    };
    let side = |from: usize, to: usize| {
        let [from, to] = [from, to].map(|at| u16_le(bytes, at));
        Some(from? <= to?)
    };
    let is_pcx = matches!(version, 0 | 2..=5)
        && matches!(encoding, 0 | 1)
        && matches!(depth, 1 | 2 | 4 | 8)
        && side(4, 8)?
        && side(6, 10)?;
    is_pcx.then_some("a PCX image")
}

/// Identifies an X bitmap, which is C source code.
fn x_bitmap(bytes: &[u8]) -> Option<&'static str> {
    let name = bytes.strip_prefix(b"#define ")?;
    let name = name.split(|byte| *byte == b' ').next()?;
    name.ends_with(b"_width").then_some("an X bitmap")
}

/// Identifies a Netpbm image.
fn portable_anymap(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(..3)? {
        [
            b'P',
            b'1'..=b'7' | b'F' | b'f',
            b' ' | b'\t' | b'\r' | b'\n',
        ] => Some("a PNM image"),
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
            (b"BM\x10\0\0\0abcd\x36\0\0\0\x28\0\0\0", "a BMP image"),
            (b"Pf\n4 4\n-1\n", "a PNM image"),
            (b"8BPS\0\x02", "a Photoshop document"),
            (b"gimp xcf v011", "a GIMP image"),
            (b"\0\x05\x16\x07\0\x02\0\0", "a macOS resource file"),
            (b"#define x_width 16", "an X bitmap"),
            (b"\x0a\x05\x01\x08\0\0\0\0\x0f\0\x0f\0", "a PCX image"),
            (b"RIFF\0\0\0\0ACON", "an animated Windows cursor"),
            (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        ];
        for (bytes, kind) in cases {
            assert_eq!(identify(bytes), Some(*kind));
        }
        assert_eq!(identify(b"BMW is a maker of cars"), None);
    }
}
