//! Metadata of PNG files (W3C PNG, third edition, section 11; registered extensions).

use super::chunks::Chunks;
use super::raw_profile::RawProfile;
use crate::metadata::MetadataKind::{
    Application, ContentCredentials, DateTime, Icc, Text, TrailingData,
};
use crate::metadata::inflate::Inflater;
use crate::metadata::{MetadataScan, exif, icc, is_padding, printable_within, utf8_or_latin1, xmp};
use crate::rights::MAX_CHARS;

/// The length of the longest keyword of a text chunk or profile.
const MAX_KEYWORD: usize = 79;

/// Scans every chunk and the bytes after `IEND`. Checksums are not verified, because a chunk with a
/// wrong checksum can still contain private data.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    let mut inflater = Inflater::new();
    let mut chunks = Chunks::new(bytes);
    for next in chunks.by_ref() {
        chunk(&next.name, next.data, &mut inflater, scan);
    }
    if chunks.after_end().is_some_and(|rest| !is_padding(rest)) {
        scan.add(TrailingData);
    }
}

fn chunk(name: &[u8; 4], data: &[u8], inflater: &mut Inflater, scan: &mut MetadataScan) {
    match name {
        b"iCCP" => {
            scan.add(Icc);
            if scan.icc.is_none() {
                scan.icc = split_compressed(data).and_then(|(_, stream)| profile(stream, inflater));
            }
        }
        b"eXIf" => exif::read(data, scan),
        b"tEXt" => {
            if let Some((keyword, text)) = split_keyword(data) {
                text_chunk(keyword, text, scan);
            } else {
                scan.add(Text);
            }
        }
        b"zTXt" => compressed_text(data, inflater, scan),
        b"iTXt" => international_text(data, inflater, scan),
        b"tIME" => scan.add(DateTime),
        b"caBX" => scan.add(ContentCredentials),
        _ if IMAGE_CHUNKS.contains(&name) => {}
        _ => scan.add(Application),
    }
}

/// Inflates a profile. The profile counts if all of its bytes are there, even if the end of the
/// stream is damaged. Some tools write wrong checksums.
fn profile(stream: &[u8], inflater: &mut Inflater) -> Option<Vec<u8>> {
    let inflated = inflater.inflate(stream)?;
    (inflated.is_complete || icc::is_whole(&inflated.bytes)).then_some(inflated.bytes)
}

/// Inflates a text up to the first damage. The result is empty if the text exceeds the inflater's
/// budget.
fn text(stream: &[u8], inflater: &mut Inflater) -> Vec<u8> {
    inflater
        .inflate(stream)
        .map(|inflated| inflated.bytes)
        .unwrap_or_default()
}

/// The chunks that describe pixels: chunks of the specification, and chunks of extensions that position
/// or scale an image or locate its rows.
const IMAGE_CHUNKS: [&[u8; 4]; 24] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"oFFs",
    b"pCAL", b"sCAL", b"sTER", b"iDOT",
];

fn split_keyword(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data
        .iter()
        .take(MAX_KEYWORD + 1)
        .position(|byte| *byte == 0)?;
    Some((&data[..end], &data[end + 1..]))
}

/// Splits iCCP or zTXt into its keyword and zlib stream; `None` if the compression method is not 0, the
/// only one that exists.
fn split_compressed(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (keyword, rest) = split_keyword(data)?;
    Some((keyword, rest.strip_prefix(&[0])?))
}

fn compressed_text(data: &[u8], inflater: &mut Inflater, scan: &mut MetadataScan) {
    match split_compressed(data) {
        // Only chunks that may contain EXIF or XMP are inflated.
        Some((keyword, stream)) if is_structured(keyword) => {
            text_chunk(keyword, &text(stream, inflater), scan);
        }
        _ => scan.add(Text),
    }
}

/// Scans iTXt: keyword, compression flag and method, language, translated keyword, UTF-8 text.
fn international_text(data: &[u8], inflater: &mut Inflater, scan: &mut MetadataScan) {
    let parts = split_keyword(data).and_then(|(keyword, rest)| {
        let ([flag, _method], rest) = rest.split_first_chunk()?;
        let mut parts = rest.splitn(3, |byte| *byte == 0);
        Some((keyword, *flag == 1, parts.nth(2)?))
    });
    match parts {
        Some((keyword, true, stream)) if is_structured(keyword) => {
            text_chunk(keyword, &text(stream, inflater), scan);
        }
        Some((keyword, false, text)) => text_chunk(keyword, text, scan),
        _ => scan.add(Text),
    }
}

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";

/// Returns whether a text chunk with this keyword contains XMP or a raw profile.
fn is_structured(keyword: &[u8]) -> bool {
    keyword == XMP_KEYWORD || RawProfile::from_keyword(keyword).is_some()
}

fn text_chunk(keyword: &[u8], text: &[u8], scan: &mut MetadataScan) {
    if keyword == XMP_KEYWORD {
        xmp::read(text, scan);
    } else if let Some(profile) = RawProfile::from_keyword(keyword) {
        profile.read(text, scan);
    } else {
        scan.add(Text);
        statement(keyword, text, scan);
    }
}

/// Reads a statement of rights with one of the keywords that the format defines.
fn statement(keyword: &[u8], text: &[u8], scan: &mut MetadataScan) {
    let rights = &mut scan.rights.text;
    let field = match keyword {
        b"Copyright" => &mut rights.copyright,
        b"Author" => &mut rights.credit,
        _ => return,
    };
    if field.is_none() {
        *field = printable_within(&utf8_or_latin1(text), MAX_CHARS);
    }
}
