//! Big-endian fields, read one after the other.

/// The bytes that are not read yet. Methods return `None` if they need more bytes than are left.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// Reads `count` bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// Reads an integer of `size` bytes, at most 8. It is zero if `size` is zero.
    pub(super) fn integer(&mut self, size: u8) -> Option<u64> {
        let bytes = self.bytes(size.into())?;
        Some(
            bytes
                .iter()
                .fold(0, |value, byte| value << 8 | u64::from(*byte)),
        )
    }

    /// Reads an integer of 4 bytes if `is_wide` is set, and of 2 bytes otherwise.
    pub(super) fn number(&mut self, is_wide: bool) -> Option<u32> {
        if is_wide {
            self.u32()
        } else {
            self.u16().map(u32::from)
        }
    }

    /// Reads a text up to its NUL, or up to the end.
    pub(super) fn text(&mut self) -> &'a [u8] {
        let length = memchr::memchr(0, self.0).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest.get(1..).unwrap_or_default();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_order_and_never_beyond_the_end() {
        let mut fields = Fields(b"\x01\x02\x03\x04\x05name\0\x06");
        assert_eq!(fields.u16(), Some(0x0102));
        assert_eq!(fields.integer(3), Some(0x03_0405));
        assert_eq!(fields.integer(0), Some(0));
        assert_eq!(fields.text(), b"name");
        assert_eq!(fields.u16(), None);
        assert_eq!(fields.u8(), Some(6));
        assert_eq!(fields.text(), b"");
    }
}
