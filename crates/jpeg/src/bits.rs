//! The bits of entropy-coded data (ITU-T T.81, F.2.2.5).

/// The number of bits that [`BitReader::refill`] guarantees: enough for the longest code and the
/// longest value after it.
const ENOUGH: u32 = 32;

/// A reader of the bits before the next marker.
///
/// After the last bit, the reader yields zero bits. Once one of these zero bits is consumed,
/// [`is_exhausted`](Self::is_exhausted) returns `true`. So a decoder needs to check for the end
/// only once per unit (MCU), not once per bit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BitReader<'a> {
    data: &'a [u8],
    /// The offset of the next byte to load.
    position: usize,
    /// The loaded bits. The next bit is the most significant one.
    bits: u64,
    /// The number of loaded bits, padding included.
    available: u32,
    /// The number of zero bits that were loaded after the last bit of the data.
    padding: u32,
}

impl<'a> BitReader<'a> {
    /// Creates a reader that begins at the byte offset `position`.
    pub(crate) const fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            position,
            bits: 0,
            available: 0,
            padding: 0,
        }
    }

    /// Loads at least [`ENOUGH`] bits, so that a code and its value can be read without another
    /// refill.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if self.available >= ENOUGH {
            return;
        }
        let next = self.data.get(self.position..).unwrap_or_default();
        if let Some(word) = next.first_chunk() {
            let word = u64::from_be_bytes(*word);
            if !has_marker_byte(word) {
                self.bits |= word >> self.available;
                let bytes = (63 - self.available) / 8;
                self.position += bytes as usize;
                self.available += bytes * 8;
                return;
            }
        }
        // The slow path takes and returns the reader by value, so that the fields of the caller's
        // reader stay in registers.
        *self = self.refilled_by_bytes();
    }

    #[cold]
    #[inline(never)]
    fn refilled_by_bytes(mut self) -> Self {
        while self.available <= 56 {
            let Some((byte, position)) = next_byte(self.data, self.position) else {
                self.padding += 64 - self.available;
                self.available = 64;
                break;
            };
            self.position = position;
            self.bits |= u64::from(byte) << (56 - self.available);
            self.available += 8;
        }
        self
    }

    /// Returns the next 1 to 32 bits without consuming them. The bits must be loaded already.
    #[inline(always)]
    pub(crate) const fn peek(&self, count: u32) -> u32 {
        (self.bits >> (64 - count)) as u32
    }

    /// Consumes bits that have been loaded.
    #[inline(always)]
    pub(crate) const fn consume(&mut self, count: u32) {
        self.bits <<= count;
        self.available -= count;
    }

    /// Reads up to 16 bits.
    #[inline(always)]
    pub(crate) fn read(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        self.refill();
        let value = self.peek(count);
        self.consume(count);
        value
    }

    /// Returns whether more bits were consumed than the data has.
    #[inline(always)]
    pub(crate) const fn is_exhausted(&self) -> bool {
        self.padding > self.available
    }

    /// Returns the offset of the first byte that was not loaded. The offset is at or before the
    /// next marker.
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// Returns the number of whole bytes that were loaded but not consumed.
    pub(crate) const fn unread_bytes(&self) -> u32 {
        self.available.saturating_sub(self.padding) / 8
    }
}

/// Converts `bits`, the `size` bits after a code, to the signed value that they encode (F.2.2.1,
/// EXTEND). `size` must be at least 1.
#[inline(always)]
pub(crate) const fn extend(bits: u32, size: u32) -> i32 {
    let value = bits as i32;
    let is_negative = (value - (1 << (size - 1))) >> 31;
    value + (is_negative & ((-1 << size) + 1))
}

/// Returns whether any byte of `word` is 0xFF.
#[inline(always)]
const fn has_marker_byte(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let inverted = !word;
    inverted.wrapping_sub(ONES) & word & (ONES << 7) != 0
}

/// Returns the next byte of data and the offset after it. Returns `None` at a marker and at the end
/// of the file.
///
/// Like libjpeg, this function treats a run of 0xFF before a stuffed zero as a single byte of 0xFF.
fn next_byte(data: &[u8], position: usize) -> Option<(u8, usize)> {
    let byte = *data.get(position)?;
    if byte != 0xff {
        return Some((byte, position + 1));
    }
    let run = data[position..].iter().position(|byte| *byte != 0xff)?;
    let after = position + run;
    (data[after] == 0).then_some((0xff, after + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_across_stuffed_bytes_up_to_a_marker() {
        let data = b"\x12\xff\x00\x34\xff\xd9\xff\xff\xff\xff\xff";
        let mut reader = BitReader::new(data, 0);
        assert_eq!((reader.read(12), reader.read(12)), (0x12f, 0xf34));
        assert!(!reader.is_exhausted());
        assert_eq!(reader.position(), 4);
        assert_eq!(reader.read(1), 0);
        assert!(reader.is_exhausted());
    }

    #[test]
    fn refills_by_words_and_by_bytes_load_every_bit() {
        let data: Vec<u8> = (0..200_u32).map(|at| (at * 89 % 254) as u8).collect();
        let mut reader = BitReader::new(&data, 0);
        for (at, byte) in data.iter().enumerate() {
            let (high, low) = (reader.read(3), reader.read(5));
            assert_eq!(high << 5 | low, u32::from(*byte), "byte {at}");
        }
        assert!(!reader.is_exhausted());
        assert_eq!(reader.unread_bytes(), 0);
    }

    #[test]
    fn has_marker_byte_finds_0xff_at_every_position_of_a_word() {
        for shift in 0..8 {
            assert!(has_marker_byte(0xff << (8 * shift)));
            assert!(!has_marker_byte(0xfe << (8 * shift)));
        }
        assert!(!has_marker_byte(0x0101_0101_0180_7f00));
    }

    #[test]
    fn extend_returns_negative_and_positive_values() {
        assert_eq!((extend(0, 1), extend(1, 1)), (-1, 1));
        assert_eq!((extend(0, 3), extend(3, 3), extend(4, 3)), (-7, -4, 4));
        assert_eq!(extend(0, 15), -32_767);
    }
}
