//! TIFF, the container of EXIF (TIFF 6.0, section 2).
//!
//! General-purpose readers follow every pointer. An EXIF block of 60 KB with overlapping directories
//! makes kamadak-exif 0.6 collect twelve million entries in 600 MB. This reader visits only the
//! requested directories and borrows every value.

/// The maximum number of entries read from one directory; no camera writes more.
const MAX_ENTRIES: usize = 1024;
/// The maximum length of all values of a directory together, as a multiple of the file's length.
/// Entries can share bytes, and readers search each value from one end to the other. Without this
/// maximum, a small file could take much time.
const MAX_FILES_OF_VALUES: usize = 2;

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
    /// `None` for an unknown type.
    field_type: Option<FieldType>,
    /// The bytes of all values; empty if the type is unknown or the entry points outside the file.
    pub(super) value: &'a [u8],
    order: ByteOrder,
}

impl<'a> Tiff<'a> {
    /// Creates a reader from the header; `None` if the header is invalid.
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

    /// Returns the complete entries of the directory at `offset`. Once the values exceed
    /// [`MAX_FILES_OF_VALUES`], further values are empty.
    pub(super) fn entries(self, offset: usize) -> impl Iterator<Item = Entry<'a>> {
        let count = self.u16_at(offset).unwrap_or(0);
        let mut budget = self.bytes.len() * MAX_FILES_OF_VALUES;
        (0..usize::from(count).min(MAX_ENTRIES)).map_while(move |index| {
            let mut entry = self.entry(offset.checked_add(2 + index * 12)?)?;
            match budget.checked_sub(entry.value.len()) {
                Some(rest) => budget = rest,
                None => entry.value = &[],
            }
            Some(entry)
        })
    }

    /// Returns the offset of the directory after the one at `offset`; `None` if there is no further
    /// directory.
    pub(super) fn next_directory(self, offset: usize) -> Option<usize> {
        let count = usize::from(self.u16_at(offset)?);
        let next = self.u32_at(offset.checked_add(2 + count * 12)?)?;
        (next != 0).then_some(next)
    }

    fn entry(self, at: usize) -> Option<Entry<'a>> {
        let field_type = FieldType::from_code(self.u16_at(at + 2)?);
        let count = self.u32_at(at + 4)?;
        let inline = self.bytes.get(at + 8..at + 12)?;
        let value = field_type
            .and_then(|known| known.size().checked_mul(count))
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

impl<'a> Entry<'a> {
    /// Returns the first value of an entry; `None` if it is negative or not an integer.
    ///
    /// Some writers confuse the integer types, so every integer type is accepted.
    pub(super) fn number(self) -> Option<u32> {
        use FieldType::{Byte, Long, SByte, SLong, SShort, Short};
        match self.field_type? {
            Byte => Some(u32::from(*self.value.first()?)),
            SByte => u32::try_from(self.value.first()?.cast_signed()).ok(),
            Short => Some(u32::from(self.order.u16(*self.value.first_chunk()?))),
            SShort => {
                let number = self.order.u16(*self.value.first_chunk()?);
                u32::try_from(number.cast_signed()).ok()
            }
            Long => Some(self.order.u32(*self.value.first_chunk()?)),
            SLong => {
                let number = self.order.u32(*self.value.first_chunk()?);
                u32::try_from(number.cast_signed()).ok()
            }
            _ => None,
        }
    }

    /// Returns the values of an entry of any numeric type. Leaves out fractions with a denominator of 0,
    /// and floating-point numbers that are not finite.
    pub(super) fn numbers(self) -> impl Iterator<Item = f64> {
        let size = self.field_type.map_or(1, FieldType::size);
        let values = self.value.chunks_exact(size);
        values.filter_map(move |value| self.real(value).filter(|number| number.is_finite()))
    }

    /// Returns one value of the entry's type as a real number. It is not finite if a denominator is 0.
    fn real(self, value: &[u8]) -> Option<f64> {
        use FieldType::{
            Byte, Double, Float, Long, Rational, SByte, SLong, SRational, SShort, Short,
        };
        let first = || Some(self.order.u32(*value.first_chunk()?));
        let second = || Some(self.order.u32(*value.last_chunk()?));
        Some(match self.field_type? {
            Byte => f64::from(*value.first()?),
            SByte => f64::from(value.first()?.cast_signed()),
            Short => f64::from(self.order.u16(*value.first_chunk()?)),
            SShort => f64::from(self.order.u16(*value.first_chunk()?).cast_signed()),
            Long => f64::from(first()?),
            SLong => f64::from(first()?.cast_signed()),
            Rational => f64::from(first()?) / f64::from(second()?),
            SRational => f64::from(first()?.cast_signed()) / f64::from(second()?.cast_signed()),
            Float => f64::from(f32::from_bits(first()?)),
            Double => f64::from_bits(self.order.u64(*value.first_chunk()?)),
            FieldType::Text | FieldType::Undefined => return None,
        })
    }

    /// Returns the bytes of an entry with text or untyped bytes; `None` for another type.
    pub(super) fn text(self) -> Option<&'a [u8]> {
        matches!(self.field_type?, FieldType::Text | FieldType::Undefined).then_some(self.value)
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

    fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Big => u64::from_be_bytes(bytes),
            Self::Little => u64::from_le_bytes(bytes),
        }
    }
}

/// The type of an entry's values (TIFF 6.0, section 2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldType {
    Byte,
    /// ASCII; Exif 3.0 adds UTF-8.
    Text,
    Short,
    /// LONG, and the IFD type of TIFF's technical note 1.
    Long,
    Rational,
    SByte,
    Undefined,
    SShort,
    SLong,
    SRational,
    Float,
    Double,
}

impl FieldType {
    fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            1 => Self::Byte,
            2 | 129 => Self::Text,
            3 => Self::Short,
            4 | 13 => Self::Long,
            5 => Self::Rational,
            6 => Self::SByte,
            7 => Self::Undefined,
            8 => Self::SShort,
            9 => Self::SLong,
            10 => Self::SRational,
            11 => Self::Float,
            12 => Self::Double,
            _ => return None,
        })
    }

    /// Returns the size of a value in bytes.
    const fn size(self) -> usize {
        match self {
            Self::Byte | Self::Text | Self::SByte | Self::Undefined => 1,
            Self::Short | Self::SShort => 2,
            Self::Long | Self::SLong | Self::Float => 4,
            Self::Rational | Self::SRational | Self::Double => 8,
        }
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
    fn a_value_of_up_to_four_bytes_is_stored_in_the_entry_itself() {
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
    fn a_number_is_read_whatever_its_integer_type() {
        for (field_type, value, number) in [
            (1, [6, 0, 0, 0], Some(6)),
            (6, [6, 0, 0, 0], Some(6)),
            (3, [6, 0, 0, 0], Some(6)),
            (8, [6, 0, 0, 0], Some(6)),
            (4, [6, 0, 0, 0], Some(6)),
            (9, [6, 0, 0, 0], Some(6)),
            (13, [6, 0, 0, 0], Some(6)),
            (6, [255, 0, 0, 0], None),
            (8, [255, 255, 0, 0], None),
            (9, [255; 4], None),
            (2, [b'6', 0, 0, 0], None),
        ] {
            let bytes = little(&[[
                0x12, 1, field_type, 0, 1, 0, 0, 0, value[0], value[1], value[2], value[3],
            ]]);
            let entry = Tiff::new(&bytes).unwrap().entries(8).next().unwrap();
            assert_eq!(entry.number(), number, "type {field_type}");
        }
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
    fn values_that_share_bytes_have_at_most_twice_the_bytes_of_the_file() {
        let whole = [0x0f, 1, 7, 0, 50, 0, 0, 0, 0, 0, 0, 0];
        let orientation = [0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        let bytes = little(&[whole, whole, whole, orientation]);
        let tiff = Tiff::new(&bytes).unwrap();
        let lengths: Vec<_> = tiff.entries(8).map(|entry| entry.value.len()).collect();
        assert_eq!((bytes.len(), lengths), (62, vec![50, 50, 0, 2]));
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
