//! Sanitization of untrusted text.

use std::borrow::Cow;

/// The maximum length of a text in characters.
const MAX_CHARS: usize = 120;

/// Returns the text up to the first NUL, without control characters and surrounding spaces; `None` if
/// nothing is left. Cameras fill unused text fields with spaces.
pub(super) fn printable(bytes: &[u8]) -> Option<String> {
    printable_within(bytes, MAX_CHARS)
}

/// Returns the text as [`printable`] does, with this maximum length in characters.
pub(crate) fn printable_within(bytes: &[u8], max_chars: usize) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = &bytes[..end.unwrap_or(bytes.len()).min(max_chars * 4)];
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|char| !char.is_control())
        .take(max_chars)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Decodes a text without a stated character set: UTF-8, or else ISO 8859-1.
pub(crate) fn utf8_or_latin1(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Cow::Borrowed(bytes),
        Err(_) => {
            let text: String = bytes.iter().copied().map(char::from).collect();
            Cow::Owned(text.into_bytes())
        }
    }
}

/// Returns whether all bytes are zeros or spaces.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0 | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_the_first_nul_and_loses_its_padding() {
        assert_eq!(printable(b"NIKON   \0D90").as_deref(), Some("NIKON"));
        assert_eq!(printable(b"   \0"), None);
    }

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(
            printable(b"\x1b[31mCanon\r\n").as_deref(),
            Some("[31mCanon")
        );
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(printable(&[b'x'; 5000]).map(|text| text.len()), Some(120));
    }
}
