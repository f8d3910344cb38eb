//! LZW as GIF uses it (GIF 89a specification, appendix F).

use super::blocks::SubBlocks;

/// The number of bits of the longest codes.
const MAX_CODE_BITS: u32 = 12;
const MAX_CODES: usize = 1 << MAX_CODE_BITS;

/// Decodes indices until the end code, an invalid code or the end of the data, or until `indices`
/// is full. Returns the number of decoded indices.
///
/// `minimum_code_size` is at most 11.
pub(super) fn decode(data: SubBlocks<'_>, minimum_code_size: u8, indices: &mut [u8]) -> usize {
    let mut decoder = Decoder::new(minimum_code_size, indices);
    let mut reader = CodeReader::new(data);
    while let Some(code) = reader.read(decoder.code_bits) {
        if decoder.add(code).is_none() {
            break;
        }
    }
    decoder.count
}

/// A decoder of codes.
///
/// A new code stands for the string of the preceding code and the index after that string. Both are
/// next to each other in the output, so the dictionary contains only positions in the output. A
/// clear code costs no more than any other code, because nothing has to be erased.
struct Decoder<'a> {
    indices: &'a mut [u8],
    /// The number of decoded indices.
    count: usize,
    /// The clear code. The end code is the next higher number.
    clear: usize,
    code_bits: u32,
    /// The number that the next new code gets.
    next: usize,
    /// The string of the preceding code; `None` after a clear code.
    previous: Option<Text>,
    texts: Box<[Text; MAX_CODES]>,
}

/// A string of indices: a part of the output.
#[derive(Clone, Copy, Default)]
struct Text {
    start: usize,
    length: usize,
}

impl<'a> Decoder<'a> {
    fn new(minimum_code_size: u8, indices: &'a mut [u8]) -> Self {
        let mut decoder = Self {
            indices,
            count: 0,
            clear: 1 << minimum_code_size,
            code_bits: 0,
            next: 0,
            previous: None,
            texts: Box::new([Text::default(); MAX_CODES]),
        };
        decoder.clear();
        decoder
    }

    fn clear(&mut self) {
        self.code_bits = self.clear.ilog2() + 1;
        self.next = self.clear + 2;
        self.previous = None;
    }

    /// Appends the string of a code to the output; `None` if decoding ends.
    fn add(&mut self, code: usize) -> Option<()> {
        if code == self.clear {
            self.clear();
            return Some(());
        }
        let start = self.count;
        if code < self.clear {
            *self.indices.get_mut(start)? = (code & 0xff) as u8;
            self.count += 1;
        } else if code == self.clear + 1 {
            return None;
        } else {
            let text = match self.previous {
                // The code that this step will define. It stands for the preceding string and the
                // first index of that string.
                Some(previous) if code == self.next => previous.longer(),
                Some(_) if code < self.next => self.texts[code],
                _ => return None,
            };
            self.copy(text)?;
        }
        self.define(start);
        Some(())
    }

    /// Appends a string; `None` if it does not fit.
    fn copy(&mut self, text: Text) -> Option<()> {
        let room = self.indices.len() - self.count;
        let length = text.length.min(room);
        // The string may extend beyond the current output by one index, which then equals the first
        // index that is appended.
        let before = length.min(self.count - text.start);
        self.indices
            .copy_within(text.start..text.start + before, self.count);
        if before < length {
            self.indices[self.count + before] = self.indices[self.count];
        }
        self.count += length;
        (length == text.length).then_some(())
    }

    /// Defines the next code: the preceding string and the first index of the string at `start`.
    fn define(&mut self, start: usize) {
        if let Some(previous) = self.previous
            && self.next < MAX_CODES
        {
            self.texts[self.next] = previous.longer();
            self.next += 1;
            if self.next >> self.code_bits > 0 && self.code_bits < MAX_CODE_BITS {
                self.code_bits += 1;
            }
        }
        self.previous = Some(Text {
            start,
            length: self.count - start,
        });
    }
}

impl Text {
    /// Returns the string with the index after it in the output.
    const fn longer(self) -> Self {
        Self {
            start: self.start,
            length: self.length + 1,
        }
    }
}

/// A reader of codes, whose lowest bits come first.
struct CodeReader<'a> {
    blocks: SubBlocks<'a>,
    block: &'a [u8],
    buffer: u64,
    bit_count: u32,
}

impl<'a> CodeReader<'a> {
    const fn new(blocks: SubBlocks<'a>) -> Self {
        Self {
            blocks,
            block: &[],
            buffer: 0,
            bit_count: 0,
        }
    }

    /// Reads a code of `bits` bits; `None` if fewer bits are left.
    fn read(&mut self, bits: u32) -> Option<usize> {
        while self.bit_count < bits {
            self.refill()?;
        }
        let code = self.buffer & ((1 << bits) - 1);
        self.buffer >>= bits;
        self.bit_count -= bits;
        usize::try_from(code).ok()
    }

    /// Adds at least one byte to the buffer, which contains at most 11 bits.
    fn refill(&mut self) -> Option<()> {
        if let Some((bytes, rest)) = self.block.split_first_chunk() {
            self.buffer |= u64::from(u32::from_le_bytes(*bytes)) << self.bit_count;
            self.bit_count += 32;
            self.block = rest;
            return Some(());
        }
        while self.block.is_empty() {
            self.block = self.blocks.next()?;
        }
        let (byte, rest) = self.block.split_first()?;
        self.buffer |= u64::from(*byte) << self.bit_count;
        self.bit_count += 8;
        self.block = rest;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs codes, each with its number of bits, into sub-blocks.
    fn blocks(codes: &[(u32, u32)]) -> Vec<u8> {
        let bits = codes
            .iter()
            .flat_map(|(code, bits)| (0..*bits).map(move |bit| (code >> bit & 1) as u8));
        let bits: Vec<_> = bits.collect();
        let bytes: Vec<u8> = bits
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit))
            .collect();
        let mut blocks = Vec::new();
        for block in bytes.chunks(255) {
            blocks.push(block.len() as u8);
            blocks.extend(block);
        }
        blocks.push(0);
        blocks
    }

    fn decoded(codes: &[(u32, u32)], minimum_code_size: u8, length: usize) -> Vec<u8> {
        let mut indices = vec![0; length];
        let blocks = blocks(codes);
        let (data, _) = SubBlocks::split_from(&blocks);
        let count = decode(data, minimum_code_size, &mut indices);
        indices.truncate(count);
        indices
    }

    #[test]
    fn a_code_may_stand_for_the_string_that_it_defines() {
        let codes = [(4, 3), (1, 3), (6, 3), (7, 3), (2, 4), (6, 4), (5, 4)];
        assert_eq!(decoded(&codes, 2, 99), [1, 1, 1, 1, 1, 1, 2, 1, 1]);
    }

    #[test]
    fn decoding_ends_at_an_invalid_code_and_when_the_output_is_full() {
        assert_eq!(decoded(&[(1, 3), (2, 3), (5, 3), (3, 3)], 2, 99), [1, 2]);
        assert_eq!(decoded(&[(4, 3), (3, 3), (7, 3), (3, 3)], 2, 99), [3]);
        assert!(decoded(&[(4, 3), (6, 3)], 2, 99).is_empty());
        let codes = [(4, 3), (1, 3), (6, 3), (7, 3)];
        assert_eq!(decoded(&codes, 2, 4), [1; 4]);
    }

    #[test]
    fn a_full_dictionary_stays_as_it_is() {
        let indices: Vec<u8> = (0..6000_u32).map(|at| (at * 7 % 251) as u8).collect();
        let mut codes = vec![(256, 9)];
        for (at, index) in (0_u32..).zip(&indices) {
            // Every index after the first defines a code.
            let next = (258 + at.saturating_sub(1)).min(4095);
            codes.push((u32::from(*index), next.ilog2() + 1));
        }
        assert_eq!(decoded(&codes, 8, 9999), indices);
    }

    #[test]
    fn a_clear_code_makes_codes_short_and_undefined_again() {
        let codes = [(4, 3), (1, 3), (6, 3), (7, 3), (4, 4), (1, 3), (7, 3)];
        assert_eq!(decoded(&codes, 2, 99), [1; 7]);
        let codes = [(4, 3), (1, 3), (6, 3), (7, 3), (4, 4), (2, 3), (6, 3)];
        assert_eq!(decoded(&codes, 2, 99)[6..], [2, 2, 2]);
    }
}
