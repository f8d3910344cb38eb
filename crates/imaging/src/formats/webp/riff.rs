//! The RIFF container of WebP (RFC 9649, section 2.3).

use crate::geometry::Size;

/// The length of the file header: `RIFF`, a length, `WEBP`.
pub(crate) const FILE_HEADER_BYTES: usize = 12;
/// The length of the fields in front of the chunks in an `ANMF` chunk: position, size, duration and
/// flags.
pub(crate) const FRAME_HEADER_BYTES: usize = 16;

/// The flags of `VP8X`.
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

/// A chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub(crate) name: &'a [u8; 4],
    /// The content, without padding; shorter than stated if the chunk is truncated.
    pub(crate) data: &'a [u8],
}

/// Returns the chunks in `bytes`, which begin with one.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        // Chunks are padded to an even length.
        let padded = length.saturating_add(length % 2);
        rest = after.get(padded..).unwrap_or_default();
        let data = &after[..length.min(after.len())];
        Some(Chunk { name, data })
    })
}

/// Returns the chunks of a whole file.
pub(crate) fn chunks_of_file(file: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    chunks(file.get(FILE_HEADER_BYTES..).unwrap_or_default())
}

/// Returns the chunks of the frame in an `ANMF` chunk.
pub(crate) fn chunks_of_frame(data: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    chunks(data.get(FRAME_HEADER_BYTES..).unwrap_or_default())
}

/// Returns whether a chunk with this name contains pixels.
pub(crate) const fn is_image_chunk(name: &[u8; 4]) -> bool {
    matches!(name, b"ALPH" | b"VP8 " | b"VP8L")
}

/// Appends a chunk.
pub(crate) fn push_chunk(to: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    // An image in memory is far smaller than 4 GiB.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(name);
    to.extend(length.to_le_bytes());
    to.extend_from_slice(data);
    if data.len() % 2 == 1 {
        to.push(0);
    }
}

/// Returns whether the `VP8X` chunk of a file announces an animation.
pub(crate) fn is_animated(file: &[u8]) -> bool {
    let first = chunks_of_file(file).next();
    first.is_some_and(|chunk| {
        chunk.name == b"VP8X"
            && chunk
                .data
                .first()
                .is_some_and(|flags| flags & ANIMATION != 0)
    })
}

/// The features that `VP8X` announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    pub(crate) has_icc: bool,
    pub(crate) has_alpha: bool,
    pub(crate) is_animated: bool,
}

/// Writes a file in the extended format: `VP8X` with these features, then `chunks` as they are.
pub(crate) fn extended_file(size: Size, features: Features, chunks: &[u8]) -> Vec<u8> {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    let flags = flag(features.has_icc, ICC)
        | flag(features.has_alpha, ALPHA)
        | flag(features.is_animated, ANIMATION);
    let mut header = vec![flags, 0, 0, 0];
    push_u24(&mut header, size.width - 1);
    push_u24(&mut header, size.height - 1);
    let mut body = b"WEBP".to_vec();
    push_chunk(&mut body, b"VP8X", &header);
    body.extend_from_slice(chunks);
    let mut file = Vec::with_capacity(body.len() + 8);
    push_chunk(&mut file, b"RIFF", &body);
    file
}

/// Appends the low 24 bits of a number.
pub(crate) fn push_u24(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes()[..3]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_between_chunks_is_skipped() {
        let bytes = b"one \x03\0\0\0abc\0two \x02\0\0\0de";
        let found: Vec<_> = chunks(bytes)
            .map(|chunk| (chunk.name, chunk.data))
            .collect();
        assert_eq!(found, [(b"one ", &b"abc"[..]), (b"two ", &b"de"[..])]);
    }

    #[test]
    fn a_truncated_chunk_has_its_remaining_content() {
        let found: Vec<_> = chunks(b"one \xff\xff\xff\xffab").collect();
        assert_eq!((found.len(), found[0].data), (1, &b"ab"[..]));
        assert_eq!(chunks(b"one \x03\0\0").count(), 0);
    }

    #[test]
    fn an_extended_file_states_its_features_and_its_size() {
        let features = Features {
            has_icc: true,
            has_alpha: true,
            is_animated: true,
        };
        let file = extended_file(Size::new(300, 2), features, b"");
        let expected = [
            b"RIFF\x16\0\0\0WEBP".as_slice(),
            b"VP8X\x0a\0\0\0\x32\0\0\0\x2b\x01\0\x01\0\0",
        ]
        .concat();
        assert_eq!(file, expected);
    }
}
