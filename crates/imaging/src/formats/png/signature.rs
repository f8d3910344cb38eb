//! The signature of PNG files.

/// The first bytes of every PNG.
pub(super) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Returns whether a file begins with a PNG signature that was damaged by a text-mode transfer.
///
/// The signature is designed to reveal such damage (PNG, section 5.2): a cleared bit 7, converted
/// line ends, or changed letter case. A damaged PNG still contains the name of its first chunk,
/// IHDR, so the function requires that name too.
pub(in crate::formats) fn has_damaged_signature(bytes: &[u8]) -> bool {
    let head = bytes.get(..24.min(bytes.len())).unwrap_or_default();
    let letters = head.get(1..4).unwrap_or_default();
    let matching = letters
        .iter()
        .zip(b"PNG")
        .filter(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    matching >= 2 && head.windows(4).any(|window| window == b"IHDR")
}
