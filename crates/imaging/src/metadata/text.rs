//! Sanitization of untrusted text.

/// The maximum length of a text in characters.
const MAX_CHARS: usize = 120;

/// Returns the text up to the first NUL, without control characters and surrounding spaces; `None` if
/// nothing is left. Cameras fill unused text fields with spaces.
pub(super) fn printable(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = &bytes[..end.unwrap_or(bytes.len()).min(MAX_CHARS * 4)];
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|char| !char.is_control())
        .take(MAX_CHARS)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
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
