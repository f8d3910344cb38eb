//! A reader of a stream that consists of several pieces.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// A reader that concatenates pieces.
pub(super) struct PieceReader<'a> {
    current: &'a [u8],
    pieces: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
}

impl<'a> PieceReader<'a> {
    /// Creates a reader. Empty pieces are skipped.
    pub(super) fn new(pieces: impl Iterator<Item = &'a [u8]> + 'a) -> Self {
        Self {
            current: &[],
            pieces: Box::new(pieces),
        }
    }
}

impl BufRead for PieceReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.pieces.next() {
                Some(piece) => self.current = piece,
                None => break,
            }
        }
        Ok(self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current = self.current.get(amount..).unwrap_or_default();
    }
}

impl Read for PieceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let length = piece.len().min(buffer.len());
        buffer[..length].copy_from_slice(&piece[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// The decoder requires this trait, but never seeks.
impl Seek for PieceReader<'_> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_in_order() {
        let pieces: [&[u8]; 4] = [b"", b"one", b"", b"two"];
        let mut reader = PieceReader::new(pieces.into_iter());
        let mut text = String::new();
        assert_eq!(reader.read_to_string(&mut text).ok(), Some(6));
        assert_eq!(text, "onetwo");
    }
}
