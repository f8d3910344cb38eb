//! JPEG markers (ITU-T T.81, annex B).

use memchr::memchr;

pub(super) const SOI: u8 = 0xd8;
pub(super) const EOI: u8 = 0xd9;
pub(super) const SOS: u8 = 0xda;
pub(super) const APP0: u8 = 0xe0;
pub(super) const APP1: u8 = 0xe1;
pub(super) const APP2: u8 = 0xe2;
pub(super) const APP11: u8 = 0xeb;
pub(super) const APP13: u8 = 0xed;
pub(super) const APP14: u8 = 0xee;
pub(super) const APP15: u8 = 0xef;
pub(super) const COM: u8 = 0xfe;

/// A marker in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    /// The byte after 0xFF.
    pub(super) code: u8,
    /// The offset of the marker's 0xFF.
    pub(super) start: usize,
    /// The offset of the byte after the marker.
    pub(super) end: usize,
}

impl Marker {
    /// Finds the first marker at or after the offset `from`.
    ///
    /// Fill bytes (B.1.1.2), entropy-coded data and stray bytes before it are skipped.
    pub(super) fn find(bytes: &[u8], from: usize) -> Option<Self> {
        let mut at = from;
        loop {
            let start = at + memchr(0xff, bytes.get(at..)?)?;
            match *bytes.get(start + 1)? {
                // A 0xFF of entropy-coded data is followed by a stuffed zero.
                0x00 => at = start + 2,
                0xff => at = start + 1,
                code => {
                    return Some(Self {
                        code,
                        start,
                        end: start + 2,
                    });
                }
            }
        }
    }

    /// Returns whether the marker has no segment: TEM, RST0 to RST7 and SOI.
    pub(super) const fn is_standalone(self) -> bool {
        matches!(self.code, 0x01 | 0xd0..=0xd8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_bytes_and_stuffed_bytes_are_skipped() {
        let marker = Marker::find(b"ab\xff\x00\xff\xff\xe1", 0).unwrap();
        assert_eq!((marker.code, marker.start, marker.end), (APP1, 5, 7));
        assert_eq!(Marker::find(b"ab\xff", 0), None);
        assert_eq!(Marker::find(b"", 7), None);
    }
}
