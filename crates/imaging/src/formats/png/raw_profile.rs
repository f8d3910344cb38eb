//! Profiles that ImageMagick and other tools store as hexadecimal digits in PNG text chunks, with
//! keywords such as `Raw profile type exif`. The practice is older than the eXIf chunk.

use crate::metadata::MetadataKind::{Application, Icc};
use crate::metadata::{MetadataScan, exif, photoshop, xmp};

const KEYWORD: &[u8] = b"Raw profile type ";

/// The kind of a raw profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawProfile {
    Exif,
    /// A JPEG APP1 segment: EXIF or XMP.
    App1,
    Iptc,
    Xmp,
    Icc,
    Other,
}

impl RawProfile {
    /// Returns the kind that a keyword announces; `None` if it is not the keyword of a raw profile.
    pub(super) fn from_keyword(keyword: &[u8]) -> Option<Self> {
        let name = keyword.strip_prefix(KEYWORD)?;
        Some(match name.to_ascii_lowercase().as_slice() {
            b"exif" => Self::Exif,
            b"app1" => Self::App1,
            b"iptc" | b"8bim" => Self::Iptc,
            b"xmp" => Self::Xmp,
            b"icc" | b"icm" => Self::Icc,
            _ => Self::Other,
        })
    }

    /// Reads a profile of this kind.
    pub(super) fn read(self, text: &[u8], scan: &mut MetadataScan) {
        let profile = decode(text).unwrap_or_default();
        match self {
            Self::Exif => exif::read(&profile, scan),
            Self::App1 if profile.starts_with(b"http") => xmp::read(&profile, scan),
            Self::App1 => exif::read(&profile, scan),
            Self::Iptc => photoshop::read(&profile, scan),
            Self::Xmp => xmp::read(&profile, scan),
            // Decoders do not apply such a profile, so color conversion does not use it either.
            Self::Icc => scan.add(Icc),
            Self::Other => scan.add(Application),
        }
    }
}

/// Decodes a raw profile: a newline, a name, a newline, a decimal length, a newline, and lines of
/// hexadecimal digits. The length is ignored.
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
    fn digits_are_read_across_lines_up_to_the_first_other_character() {
        assert_eq!(
            decode(b"\nexif\n       4\n4578\n6966\nZZ").as_deref(),
            Some(&b"Exif"[..])
        );
        assert_eq!(decode(b"exif 4 45786966"), None);
    }

    #[test]
    fn keywords_are_recognized_whatever_their_case() {
        let kind = RawProfile::from_keyword;
        assert_eq!(kind(b"Raw profile type EXIF"), Some(RawProfile::Exif));
        assert_eq!(kind(b"Raw profile type something"), Some(RawProfile::Other));
        assert_eq!(kind(b"Comment"), None);
    }
}
