//! Huffman tables (ITU-T T.81, annex C and F.2.2.3).

use crate::bits::{BitReader, extend};
use crate::error::{Error, Result};

/// The number of bits that the lookup table decodes at once.
const LOOKUP_BITS: u32 = 10;
const LONGEST_CODE: usize = 16;

const BAD_TABLE: Error = Error::Damaged("a Huffman table of the JPEG is damaged");
/// The error for bits that are not a code of the table.
pub(crate) const BAD_CODE: Error = Error::Damaged("the compressed pixels of the JPEG are damaged");

/// A decoded code, and the value of the bits after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// The high four bits of the symbol: the number of zeros before the coefficient.
    pub(crate) run: u32,
    /// The low four bits of the symbol: the number of bits of the value.
    pub(crate) size: u32,
    /// The value; 0 if `size` is 0.
    pub(crate) value: i32,
}

/// A decoding table.
#[derive(Debug, Clone)]
pub(crate) struct HuffmanTable {
    /// An entry for each value of the next [`LOOKUP_BITS`] bits. From its low bits to its high
    /// bits, an entry contains the number of bits to consume (8 bits), the symbol (8 bits) and the
    /// value (16 bits). The value is 0 unless all its bits are among the looked-up bits. The whole
    /// entry is 0 if the looked-up bits do not contain a whole code.
    lookup: Box<[u32; 1 << LOOKUP_BITS]>,
    /// For each length, the first 16-bit value after all codes of this length or shorter.
    ends: [u32; LONGEST_CODE + 1],
    /// For each length, the difference between a code and the index of its symbol.
    offsets: [i32; LONGEST_CODE + 1],
    symbols: Box<[u8]>,
}

impl HuffmanTable {
    /// Creates a table from the number of codes of each length, and the symbols in the order of
    /// their codes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a length has more codes than fit, or if there are fewer symbols than
    /// codes.
    pub(crate) fn new(counts: &[u8; LONGEST_CODE], symbols: &[u8]) -> Result<Self> {
        let mut table = Self {
            lookup: Box::new([0; 1 << LOOKUP_BITS]),
            ends: [0; LONGEST_CODE + 1],
            offsets: [0; LONGEST_CODE + 1],
            symbols: symbols.into(),
        };
        let mut code = 0_u32;
        let mut index = 0_usize;
        for (length, &count) in (1_u32..).zip(counts) {
            let first = code;
            table.offsets[length as usize] = first as i32 - index as i32;
            for _ in 0..count {
                let symbol = *symbols.get(index).ok_or(BAD_TABLE)?;
                if code >> length != 0 {
                    return Err(BAD_TABLE);
                }
                table.add(code, length, symbol);
                code += 1;
                index += 1;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok(table)
    }

    /// Fills the entries of the lookup table whose index begins with `code`. Ignores a code that
    /// has more than [`LOOKUP_BITS`] bits.
    fn add(&mut self, code: u32, length: u32, symbol: u8) {
        let Some(suffix_bits) = LOOKUP_BITS.checked_sub(length) else {
            return;
        };
        let size = u32::from(symbol & 15);
        for suffix in 0..1_u32 << suffix_bits {
            let has_value = (1..=suffix_bits).contains(&size);
            let (consumed, value) = if has_value {
                let value = extend(suffix >> (suffix_bits - size), size);
                (length + size, value)
            } else {
                (length, 0)
            };
            let entry = (value as u32) << 16 | u32::from(symbol) << 8 | consumed;
            self.lookup[(code << suffix_bits | suffix) as usize] = entry;
        }
    }

    /// Returns the largest symbol.
    pub(crate) fn largest_symbol(&self) -> u8 {
        self.symbols.iter().copied().max().unwrap_or_default()
    }

    /// Decodes a code and the value after it.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the bits are not a code of the table.
    #[inline(always)]
    pub(crate) fn decode(&self, reader: &mut BitReader<'_>) -> Result<Symbol> {
        reader.refill();
        let entry = self.lookup[reader.peek(LOOKUP_BITS) as usize];
        let (run, size) = (entry >> 12 & 15, entry >> 8 & 15);
        let value = entry as i32 >> 16;
        reader.consume(entry & 0xff);
        if value != 0 || (size == 0 && entry != 0) {
            return Ok(Symbol { run, size, value });
        }
        let (run, size) = if entry == 0 {
            let symbol = self.decode_long(reader)?;
            (symbol >> 4, symbol & 15)
        } else {
            (run, size)
        };
        if size == 0 {
            return Ok(Symbol {
                run,
                size,
                value: 0,
            });
        }
        let value = extend(reader.peek(size), size);
        reader.consume(size);
        Ok(Symbol { run, size, value })
    }

    /// Decodes a code that has more than [`LOOKUP_BITS`] bits.
    #[inline]
    fn decode_long(&self, reader: &mut BitReader<'_>) -> Result<u32> {
        let bits = reader.peek(LONGEST_CODE as u32);
        for length in LOOKUP_BITS as usize + 1..=LONGEST_CODE {
            if bits < self.ends[length] {
                let code = (bits >> (LONGEST_CODE - length)) as i32;
                let index = usize::try_from(code - self.offsets[length]).map_err(|_| BAD_CODE)?;
                let symbol = *self.symbols.get(index).ok_or(BAD_CODE)?;
                reader.consume(length as u32);
                return Ok(u32::from(symbol));
            }
        }
        Err(BAD_CODE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a table with the codes 0, 10, 110 and so on, one of each length, for the symbols 1,
    /// 2, 3 and so on.
    fn unary(longest: usize) -> HuffmanTable {
        let mut counts = [0; 16];
        counts[..longest].fill(1);
        let symbols: Vec<u8> = (1..=longest as u8).collect();
        HuffmanTable::new(&counts, &symbols).unwrap()
    }

    fn decode(table: &HuffmanTable, bytes: &[u8]) -> Result<(u32, i32)> {
        let symbol = table.decode(&mut BitReader::new(bytes, 0))?;
        Ok((symbol.run << 4 | symbol.size, symbol.value))
    }

    #[test]
    fn short_and_long_codes_are_decoded_with_their_values() {
        let table = unary(16);
        // The code 0, then the value bit 1.
        assert_eq!(decode(&table, &[0b0100_0000]), Ok((1, 1)));
        // The code 1110, then the four value bits 0111, which mean -8.
        assert_eq!(decode(&table, &[0b1110_0111]), Ok((4, -8)));
        // The code of eleven ones and a zero means symbol 12, so a value of twelve bits follows:
        // twelve ones.
        let bytes = [0xff, 0, 0b1110_1111, 0xff, 0];
        assert_eq!(decode(&table, &bytes), Ok((12, 4095)));
    }

    #[test]
    fn bits_that_match_no_code_of_the_table_are_damaged() {
        assert_eq!(decode(&unary(8), &[0xff, 0, 0xff, 0]), Err(BAD_CODE));
        assert_eq!(decode(&unary(15), &[0xff, 0, 0xff, 0]), Err(BAD_CODE));
    }

    #[test]
    fn a_table_with_too_many_codes_or_too_few_symbols_is_damaged() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(HuffmanTable::new(&counts, &[1, 2, 3]).is_err());
        counts[0] = 2;
        assert!(HuffmanTable::new(&counts, &[1]).is_err());
        assert!(HuffmanTable::new(&counts, &[1, 2]).is_ok());
    }
}
