//! Detection of a file's format by its first bytes, never by its name or declared type.

use super::registry::SourceFormat;
use super::{other, png};
use crate::{Rejection, RejectionCode};

/// Returns the format of an image.
///
/// # Errors
/// `empty` if there are no bytes; `unsupported_format` for a known kind of file that is not a source
/// format (the message names the kind); `corrupt` for a PNG if a text-mode transfer damaged its
/// signature; otherwise `not_an_image`.
pub(crate) fn sniff(bytes: &[u8]) -> Result<SourceFormat, Rejection> {
    if bytes.is_empty() {
        return Err(Rejection::new(RejectionCode::Empty, "the file is empty"));
    }
    let mut formats = SourceFormat::ALL.iter().copied();
    if let Some(format) = formats.find(|format| format.matches(bytes)) {
        return Ok(format);
    }
    if png::has_damaged_signature(bytes) {
        return Err(Rejection::corrupt(
            "the PNG signature is damaged, probably by a transfer in text mode",
        ));
    }
    Err(match other::identify(bytes) {
        Some(kind) => Rejection::unsupported(format!(
            "the file looks like {kind}, which is not supported"
        )),
        None => Rejection::new(
            RejectionCode::NotAnImage,
            "the file does not begin like any known image format",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8]) -> RejectionCode {
        sniff(bytes).unwrap_err().code
    }

    #[test]
    fn each_format_is_detected_by_its_signature() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), Ok(SourceFormat::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Ok(SourceFormat::Png));
        assert_eq!(sniff(b"GIF87a"), Ok(SourceFormat::Gif));
        assert_eq!(sniff(b"GIF89a"), Ok(SourceFormat::Gif));
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 "), Ok(SourceFormat::Webp));
    }

    #[test]
    fn a_file_of_no_known_kind_is_not_an_image() {
        assert_eq!(code(b""), RejectionCode::Empty);
        assert_eq!(code(b"hello"), RejectionCode::NotAnImage);
        assert_eq!(code(b"\xff"), RejectionCode::NotAnImage);
        assert_eq!(code(&[0; 4096]), RejectionCode::NotAnImage);
        assert_eq!(code(b"BMW is a maker of cars"), RejectionCode::NotAnImage);
    }

    #[test]
    fn a_known_kind_of_file_is_unsupported_and_named_in_the_message() {
        let rejection = sniff(b"%PDF-1.7").unwrap_err();
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains("a PDF document"), "{rejection}");
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
