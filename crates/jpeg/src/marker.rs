//! JPEG markers (ITU-T T.81, annex B).

#![expect(
    missing_docs,
    reason = "the constants have the names that the specification gives them"
)]

use memchr::memchr;

use crate::error::{Error, Result};

pub const SOF0: u8 = 0xc0;
pub const SOF2: u8 = 0xc2;
pub const DHT: u8 = 0xc4;
pub const RST0: u8 = 0xd0;
pub const RST7: u8 = 0xd7;
pub const SOI: u8 = 0xd8;
pub const EOI: u8 = 0xd9;
pub const SOS: u8 = 0xda;
pub const DQT: u8 = 0xdb;
pub const DNL: u8 = 0xdc;
pub const DRI: u8 = 0xdd;
pub const APP0: u8 = 0xe0;
pub const APP1: u8 = 0xe1;
pub const APP2: u8 = 0xe2;
pub const APP11: u8 = 0xeb;
pub const APP13: u8 = 0xed;
pub const APP14: u8 = 0xee;
pub const APP15: u8 = 0xef;
pub const COM: u8 = 0xfe;

/// A marker in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// The byte after 0xFF.
    pub code: u8,
    /// The offset of the marker's 0xFF.
    pub start: usize,
    /// The offset of the byte after the marker.
    pub end: usize,
}

impl Marker {
    /// Finds the first marker at or after the offset `from`.
    ///
    /// Fill bytes (B.1.1.2), entropy-coded data and stray bytes before the marker are skipped.
    pub fn find(bytes: &[u8], from: usize) -> Option<Self> {
        let mut at = from;
        loop {
            let start = at + memchr(0xff, bytes.get(at..)?)?;
            match *bytes.get(start + 1)? {
                // In entropy-coded data, a stuffed zero follows each 0xFF.
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

    /// Returns whether the marker stands alone, without a segment: TEM, RST0 to RST7 and SOI. EOI
    /// is not included, because it ends the image.
    pub const fn is_standalone(self) -> bool {
        matches!(self.code, 0x01 | RST0..=SOI)
    }

    /// Returns whether the marker begins a frame header, supported or not: SOF0 to SOF15.
    pub const fn is_frame(self) -> bool {
        matches!(self.code, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf)
    }

    /// Returns the content of the marker's segment, without its length.
    ///
    /// # Errors
    /// [`Error::Truncated`] if the segment reaches past the end of the file; [`Error::Damaged`] if it
    /// states a length of less than 2, the size of the length field itself.
    pub fn segment<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let rest = bytes.get(self.end..).unwrap_or_default();
        let length = *rest.first_chunk().ok_or(Error::Truncated)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length < 2 {
            return Err(Error::Damaged("a segment of the JPEG has no length"));
        }
        rest.get(2..length).ok_or(Error::Truncated)
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
