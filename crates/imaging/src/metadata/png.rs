//! Metadata of PNG files (W3C PNG, third edition, section 11; registered extensions).

use super::MetadataKind::{Application, ContentCredentials, DateTime, Icc, Text, TrailingData};
use super::inflate::Inflater;
use super::survey::is_padding;
use super::{Survey, exif, raw_profile, xmp};

const SIGNATURE_LENGTH: usize = 8;
/// Longest keyword of a text chunk or profile name.
const MAX_KEYWORD: usize = 79;

/// Surveys every chunk and what follows `IEND`. Checksums are not verified: a chunk with a wrong
/// one gives away as much as any other.
pub(super) fn survey(bytes: &[u8], survey: &mut Survey) {
    let mut inflater = Inflater::new();
    let mut rest = bytes.get(SIGNATURE_LENGTH..).unwrap_or_default();
    while let Some((name, data, next)) = split_chunk(rest) {
        rest = next;
        if &name == b"IEND" {
            if !is_padding(rest) {
                survey.found(TrailingData);
            }
            return;
        }
        chunk(&name, data, &mut inflater, survey);
    }
}

/// Name and data of the first chunk, and what follows it: length, name, data, checksum.
fn split_chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (name, rest) = rest.split_first_chunk()?;
    let length = u32::from_be_bytes(*length) as usize;
    let data = rest.get(..length)?;
    Some((*name, data, rest.get(length + 4..).unwrap_or_default()))
}

fn chunk(name: &[u8; 4], data: &[u8], inflater: &mut Inflater, survey: &mut Survey) {
    match name {
        b"iCCP" => {
            survey.found(Icc);
            if survey.icc.is_none() {
                survey.icc =
                    compressed_after_keyword(data).and_then(|(_, stream)| inflater.inflate(stream));
            }
        }
        b"eXIf" => exif::read(data, survey),
        b"tEXt" => {
            if let Some((keyword, text)) = split_keyword(data) {
                text_chunk(keyword, text, survey);
            } else {
                survey.found(Text);
            }
        }
        b"zTXt" => compressed_text(data, inflater, survey),
        b"iTXt" => international_text(data, inflater, survey),
        b"tIME" => survey.found(DateTime),
        b"caBX" => survey.found(ContentCredentials),
        _ if OF_THE_PICTURE.contains(&name) => {}
        _ => survey.found(Application),
    }
}

/// Chunks that describe pixels: those of the specification, and of the extensions that place or
/// scale a picture or tell where its rows begin.
const OF_THE_PICTURE: [&[u8; 4]; 23] = [
    b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"oFFs", b"pCAL",
    b"sCAL", b"sTER", b"iDOT",
];

fn split_keyword(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data
        .iter()
        .take(MAX_KEYWORD + 1)
        .position(|byte| *byte == 0)?;
    Some((&data[..end], &data[end + 1..]))
}

/// Keyword and zlib stream of iCCP and zTXt; method 0 is the only one there is.
fn compressed_after_keyword(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (keyword, rest) = split_keyword(data)?;
    Some((keyword, rest.strip_prefix(&[0])?))
}

fn compressed_text(data: &[u8], inflater: &mut Inflater, survey: &mut Survey) {
    match compressed_after_keyword(data) {
        // Only what may hold EXIF or XMP is worth inflating.
        Some((keyword, stream)) if tells_more(keyword) => {
            let text = inflater.inflate(stream).unwrap_or_default();
            text_chunk(keyword, &text, survey);
        }
        _ => survey.found(Text),
    }
}

/// iTXt: keyword, compression flag and method, language, translated keyword, text in UTF-8.
fn international_text(data: &[u8], inflater: &mut Inflater, survey: &mut Survey) {
    let parts = split_keyword(data).and_then(|(keyword, rest)| {
        let ([flag, _method], rest) = rest.split_first_chunk()?;
        let mut parts = rest.splitn(3, |byte| *byte == 0);
        Some((keyword, *flag == 1, parts.nth(2)?))
    });
    match parts {
        Some((keyword, true, stream)) if tells_more(keyword) => {
            let text = inflater.inflate(stream).unwrap_or_default();
            text_chunk(keyword, &text, survey);
        }
        Some((keyword, false, text)) => text_chunk(keyword, text, survey),
        _ => survey.found(Text),
    }
}

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";

fn tells_more(keyword: &[u8]) -> bool {
    keyword == XMP_KEYWORD || raw_profile::kind(keyword).is_some()
}

fn text_chunk(keyword: &[u8], text: &[u8], survey: &mut Survey) {
    if keyword == XMP_KEYWORD {
        xmp::read(text, survey);
    } else if let Some(kind) = raw_profile::kind(keyword) {
        raw_profile::read(kind, text, survey);
    } else {
        survey.found(Text);
    }
}
