//! The chunks of a PNG (W3C PNG, third edition, section 5.3).

use super::signature::SIGNATURE;

/// A chunk.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) name: [u8; 4],
    /// The content; shorter than stated if the file ends within it.
    pub(super) data: &'a [u8],
    /// The checksum in the file; `None` if the file ends before or within it.
    checksum: Option<u32>,
}

impl Chunk<'_> {
    /// Returns whether the chunk is critical: a decoder that does not know it must reject the file.
    pub(super) const fn is_critical(&self) -> bool {
        self.name[0].is_ascii_uppercase()
    }

    /// Returns whether the chunk has a wrong checksum. A missing checksum does not count as wrong.
    pub(super) fn has_wrong_checksum(&self) -> bool {
        // Fuzzing ignores checksums, because almost every mutation would break one.
        !cfg!(fuzzing) && self.checksum.is_some_and(|stated| stated != self.crc())
    }

    fn crc(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.name);
        hasher.update(self.data);
        hasher.finalize()
    }
}

/// An iterator over the chunks of a file, up to and including IEND.
pub(super) struct Chunks<'a> {
    /// The bytes after the last returned chunk.
    rest: &'a [u8],
    has_ended: bool,
}

impl<'a> Chunks<'a> {
    /// Creates an iterator over the chunks of a whole file.
    pub(super) fn new(file: &'a [u8]) -> Self {
        Self {
            rest: file.get(SIGNATURE.len()..).unwrap_or_default(),
            has_ended: false,
        }
    }

    /// Returns the bytes after IEND; `None` until the iterator has returned IEND.
    pub(super) fn after_end(&self) -> Option<&'a [u8]> {
        self.has_ended.then_some(self.rest)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        if self.has_ended {
            return None;
        }
        let (length, rest) = self.rest.split_first_chunk()?;
        let (name, rest) = rest.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (data, rest) = rest.split_at(length.min(rest.len()));
        let (checksum, rest) = match rest.split_first_chunk() {
            Some((checksum, rest)) => (Some(u32::from_be_bytes(*checksum)), rest),
            None => (None, &[][..]),
        };
        self.rest = rest;
        self.has_ended = name == b"IEND";
        Some(Chunk {
            name: *name,
            data,
            checksum,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_chunk_has_its_remaining_data_and_no_wrong_checksum() {
        let file = b"\x89PNG\r\n\x1a\n\0\0\0\x01abCD!\0\0\0\0\0\0\0\x05IDATxy";
        let found: Vec<_> = Chunks::new(file).collect();
        assert_eq!((found[0].name, found[0].data), (*b"abCD", &b"!"[..]));
        assert!(found[0].has_wrong_checksum());
        assert_eq!((found[1].name, found[1].data), (*b"IDAT", &b"xy"[..]));
        assert!(found[1].checksum.is_none() && !found[1].has_wrong_checksum());
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn nothing_after_iend_is_a_chunk() {
        let file = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82\0\0\0\0tEXt\0\0\0\0";
        let mut chunks = Chunks::new(file);
        assert!(chunks.next().is_some_and(|end| !end.has_wrong_checksum()));
        assert!(chunks.next().is_none());
        assert_eq!(chunks.after_end().map(<[u8]>::len), Some(12));
    }
}
