//! TIFF, the container of EXIF (TIFF 6.0, section 2).
//!
//! General readers follow every pointer: an EXIF block of 60 KB with overlapping directories makes
//! kamadak-exif 0.6 collect twelve million entries in 600 MB. This reader visits only the requested
//! directories and borrows every value.

/// The largest number of entries of a directory that is read; no camera writes more.
const MAX_ENTRIES: usize = 1024;

/// A TIFF file with its byte order.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Big,
    Little,
}

/// An entry of a directory.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    field_type: u16,
    /// The bytes of all values; empty if the entry points outside the file.
    pub(super) value: &'a [u8],
    order: ByteOrder,
}

impl<'a> Tiff<'a> {
    /// Reads the header; `None` if there is none.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let order = match bytes.get(..4)? {
            b"II*\0" => ByteOrder::Little,
            b"MM\0*" => ByteOrder::Big,
            _ => return None,
        };
        Some(Self { bytes, order })
    }

    /// Returns the offset of the first directory.
    pub(super) fn first_directory(self) -> Option<usize> {
        self.u32_at(4)
    }

    /// Returns the complete entries of the directory at `offset`.
    pub(super) fn entries(self, offset: usize) -> impl Iterator<Item = Entry<'a>> {
        let count = self.u16_at(offset).unwrap_or(0);
        (0..usize::from(count).min(MAX_ENTRIES))
            .map_while(move |index| self.entry(offset.checked_add(2 + index * 12)?))
    }

    /// Returns the offset of the directory after the one at `offset`; `None` if that is the last.
    pub(super) fn next_directory(self, offset: usize) -> Option<usize> {
        let count = usize::from(self.u16_at(offset)?);
        let next = self.u32_at(offset.checked_add(2 + count * 12)?)?;
        (next != 0).then_some(next)
    }

    fn entry(self, at: usize) -> Option<Entry<'a>> {
        let field_type = self.u16_at(at + 2)?;
        let count = self.u32_at(at + 4)?;
        let inline = self.bytes.get(at + 8..at + 12)?;
        let value = value_size(field_type)
            .and_then(|size| size.checked_mul(count))
            .and_then(|length| match inline.get(..length) {
                Some(value) => Some(value),
                None => {
                    let start = self.u32_at(at + 8)?;
                    self.bytes.get(start..start.checked_add(length)?)
                }
            });
        Some(Entry {
            tag: self.u16_at(at)?,
            field_type,
            value: value.unwrap_or_default(),
            order: self.order,
        })
    }

    fn u16_at(self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(self.order.u16(*bytes))
    }

    fn u32_at(self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(self.order.u32(*bytes) as usize)
    }
}

impl Entry<'_> {
    /// Returns the first value of a BYTE, SHORT or LONG entry.
    pub(super) fn number(self) -> Option<u32> {
        match self.field_type {
            1 => self.value.first().map(|byte| u32::from(*byte)),
            3 => Some(u32::from(self.order.u16(*self.value.first_chunk()?))),
            4 | 13 => Some(self.order.u32(*self.value.first_chunk()?)),
            _ => None,
        }
    }

    /// Returns the values of a RATIONAL or SRATIONAL entry, except those with a denominator of 0.
    pub(super) fn rationals(self) -> impl Iterator<Item = f64> {
        let pairs = match self.field_type {
            5 | 10 => self.value,
            _ => &[],
        };
        pairs.chunks_exact(8).filter_map(move |pair| {
            let numerator = self.order.u32(*pair.first_chunk()?);
            let denominator = self.order.u32(*pair.last_chunk()?);
            let [numerator, denominator] = match self.field_type {
                5 => [f64::from(numerator), f64::from(denominator)],
                _ => [numerator, denominator].map(|half| f64::from(half.cast_signed())),
            };
            (denominator != 0.0).then(|| numerator / denominator)
        })
    }
}

impl ByteOrder {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Big => u16::from_be_bytes(bytes),
            Self::Little => u16::from_le_bytes(bytes),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Big => u32::from_be_bytes(bytes),
            Self::Little => u32::from_le_bytes(bytes),
        }
    }
}

/// Returns the size in bytes of a value of a field type; 13 is the IFD type of TIFF's technical note 1.
fn value_size(field_type: u16) -> Option<usize> {
    match field_type {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn little(entries: &[[u8; 12]]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend(entries.concat());
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn a_short_value_is_stored_in_the_entry_itself() {
        let bytes = little(&[[0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]]);
        let tiff = Tiff::new(&bytes).unwrap();
        let entry = tiff
            .entries(tiff.first_directory().unwrap())
            .next()
            .unwrap();
        assert_eq!((entry.tag, entry.number()), (0x112, Some(6)));
        assert_eq!(tiff.next_directory(8), None);
    }

    #[test]
    fn an_entry_that_points_outside_has_no_value_and_does_not_affect_others() {
        let bytes = little(&[
            [0x0f, 1, 2, 0, 255, 255, 255, 255, 9, 0, 0, 0],
            [0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0],
        ]);
        let tiff = Tiff::new(&bytes).unwrap();
        let entries: Vec<_> = tiff.entries(8).collect();
        assert!(entries[0].value.is_empty());
        assert_eq!(entries[1].number(), Some(8));
    }

    #[test]
    fn a_truncated_directory_yields_its_complete_entries() {
        let mut bytes = little(&[[0x12, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0]]);
        bytes[8] = 200;
        let tiff = Tiff::new(&bytes).unwrap();
        assert_eq!(tiff.entries(8).count(), 1);
        assert_eq!(tiff.next_directory(8), None);
    }

    #[test]
    fn offsets_at_the_end_of_the_integer_range_are_outside() {
        let bytes = b"MM\0*\xff\xff\xff\xff";
        let tiff = Tiff::new(bytes).unwrap();
        assert_eq!(tiff.first_directory(), Some(0xffff_ffff));
        assert_eq!(tiff.entries(0xffff_ffff).count(), 0);
        assert_eq!(tiff.entries(usize::MAX).count(), 0);
    }
}
