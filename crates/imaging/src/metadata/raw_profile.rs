//! Profiles that ImageMagick and others keep in PNG text chunks as hexadecimal digits, under
//! keywords such as `Raw profile type exif` (written by tools from before eXIf, and since).

use super::MetadataKind::{Application, Icc};
use super::{Survey, exif, photoshop, xmp};

const KEYWORD: &[u8] = b"Raw profile type ";

/// What a profile's keyword says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Exif,
    /// A JPEG APP1 segment: EXIF or XMP.
    App1,
    Iptc,
    Xmp,
    Icc,
    Other,
}

/// The kind that `keyword` announces; `None` where it announces no profile.
pub(super) fn kind(keyword: &[u8]) -> Option<Kind> {
    let name = keyword.strip_prefix(KEYWORD)?;
    Some(match name.to_ascii_lowercase().as_slice() {
        b"exif" => Kind::Exif,
        b"app1" => Kind::App1,
        b"iptc" | b"8bim" => Kind::Iptc,
        b"xmp" => Kind::Xmp,
        b"icc" | b"icm" => Kind::Icc,
        _ => Kind::Other,
    })
}

/// Notes a profile and reads what is in it, where it can be decoded.
pub(super) fn read(kind: Kind, text: &[u8], survey: &mut Survey) {
    let profile = decode(text).unwrap_or_default();
    match kind {
        Kind::Exif => exif::read(&profile, survey),
        Kind::App1 if profile.starts_with(b"http") => xmp::read(&profile, survey),
        Kind::App1 => exif::read(&profile, survey),
        Kind::Iptc => photoshop::read(&profile, survey),
        Kind::Xmp => xmp::read(&profile, survey),
        // No decoder applies such a profile, so neither is it kept for the colour conversion.
        Kind::Icc => survey.found(Icc),
        Kind::Other => survey.found(Application),
    }
}

/// The bytes behind a newline, a name, a newline, a decimal length, a newline and lines of
/// digits. The length is not believed.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.strip_prefix(b"\n")?.splitn(3, |byte| *byte == b'\n');
    let digits = lines.nth(2)?;
    let mut nibbles = digits
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map_while(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    while let (Some(high), Some(low)) = (nibbles.next(), nibbles.next()) {
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_across_lines_up_to_what_is_none() {
        assert_eq!(
            decode(b"\nexif\n       4\n4578\n6966\nZZ").as_deref(),
            Some(&b"Exif"[..])
        );
        assert_eq!(decode(b"exif 4 45786966"), None);
    }

    #[test]
    fn keywords_are_told_apart_whatever_their_case() {
        assert_eq!(kind(b"Raw profile type EXIF"), Some(Kind::Exif));
        assert_eq!(kind(b"Raw profile type something"), Some(Kind::Other));
        assert_eq!(kind(b"Comment"), None);
    }
}
