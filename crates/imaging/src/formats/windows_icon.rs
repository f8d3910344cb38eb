//! Windows icons and cursors. The signature is only four bytes long, and three of them are zeros, so
//! this module also checks the directory after it.

use super::bytes::{u16_le, u32_le};

const HEADER_LENGTH: usize = 6;
const ENTRY_LENGTH: usize = 16;

/// Identifies an icon or a cursor, and returns the name of its kind with an article.
pub(super) fn identify(bytes: &[u8]) -> Option<&'static str> {
    let kind = match bytes.get(..4)? {
        [0, 0, 1, 0] => "a Windows icon",
        [0, 0, 2, 0] => "a Windows cursor",
        _ => return None,
    };
    has_plausible_directory(bytes)?.then_some(kind)
}

/// Returns whether the directory has an entry, and its first entry refers to bytes after the directory;
/// `None` if the file ends within the first entry.
fn has_plausible_directory(bytes: &[u8]) -> Option<bool> {
    let count = usize::from(u16_le(bytes, 4)?);
    let length = u32_le(bytes, HEADER_LENGTH + 8)?;
    let offset = u32_le(bytes, HEADER_LENGTH + 12)? as usize;
    let directory_end = HEADER_LENGTH + count * ENTRY_LENGTH;
    Some(count > 0 && length > 0 && offset >= directory_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_and_cursors_have_a_directory() {
        let entry = b"\x20\x20\0\0\x01\0\x20\0\x64\0\0\0\x16\0\0\0";
        let file = |kind: u8| [&[0, 0, kind, 0, 1, 0], &entry[..]].concat();
        assert_eq!(identify(&file(1)), Some("a Windows icon"));
        assert_eq!(identify(&file(2)), Some("a Windows cursor"));
        assert_eq!(identify(&file(3)), None);
        // This is the header of a TGA image. As an icon directory, it has no entries.
        assert_eq!(
            identify(b"\0\0\x02\0\0\0\0\0\0\0\0\0\x20\0\x20\0\x18\0\0\0\0\0"),
            None
        );
        assert_eq!(identify(b"\0\0\x01\0\x01\0"), None);
    }
}
