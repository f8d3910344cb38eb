//! The RIFF container of WebP (RFC 9649, section 2.3).

use crate::formats::bytes::u32_le;
use crate::geometry::Size;

/// The length of the file header: `RIFF`, a length, `WEBP`.
pub(crate) const FILE_HEADER_BYTES: usize = 12;
/// The length of a chunk header: a name and a length.
pub(super) const CHUNK_HEADER_BYTES: usize = 8;
/// A file without chunks. Its length is not set yet.
const EMPTY_FILE: &[u8; FILE_HEADER_BYTES] = b"RIFF\0\0\0\0WEBP";
/// The length of the fields in front of the chunks in an `ANMF` chunk: position, size, duration and
/// flags.
pub(crate) const FRAME_HEADER_BYTES: usize = 16;

/// The flags of `VP8X`.
const ANIMATION: u8 = 0x02;
const XMP: u8 = 0x04;
const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

/// A chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub(crate) name: &'a [u8; 4],
    /// The content, without padding; shorter than stated if the chunk is truncated.
    pub(crate) data: &'a [u8],
    /// `false` if the chunk is truncated.
    pub(crate) is_whole: bool,
}

/// The names of the chunks that the format defines.
const NAMES: [&[u8; 4]; 9] = [
    b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ",
];

/// Returns the chunks in `bytes`, which must begin with a chunk.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (data, after) = after.split_at(length.min(after.len()));
        rest = without_padding(after, length);
        let is_whole = data.len() == length;
        Some(Chunk {
            name,
            data,
            is_whole,
        })
    })
}

/// Skips the padding byte after a chunk of odd length. Some writers forget this byte, so nothing is
/// skipped if a known chunk begins in its place and none begins a byte later.
fn without_padding(after: &[u8], length: usize) -> &[u8] {
    let begins_chunk = |bytes: &[u8]| NAMES.iter().any(|name| bytes.starts_with(*name));
    match after.split_first() {
        Some((_, padded)) if length % 2 == 1 && (begins_chunk(padded) || !begins_chunk(after)) => {
            padded
        }
        _ => after,
    }
}

/// Returns the chunks of a whole file.
pub(crate) fn chunks_of_file(file: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    chunks(split_file(file).0)
}

/// Returns the chunks of a file as bytes, and the bytes after them.
///
/// Tools that change a file may leave a wrong length in its header. The length is used only if the whole
/// image lies within it. Otherwise, the chunks extend to the end of the file.
pub(super) fn split_file(file: &[u8]) -> (&[u8], &[u8]) {
    let body = file.get(FILE_HEADER_BYTES..).unwrap_or_default();
    let stated = u32_le(file, 4).unwrap_or_default() as usize;
    let stated = stated.saturating_sub(4).next_multiple_of(2);
    let Some((inside, after)) = body.split_at_checked(stated) else {
        return (body, &[]);
    };
    let mut has_image = false;
    for chunk in chunks(inside) {
        let is_image = is_image_chunk(chunk.name) || chunk.name == b"ANMF";
        if is_image && !chunk.is_whole {
            return (body, &[]);
        }
        has_image |= is_image;
    }
    match has_image {
        true => (inside, after),
        false => (body, &[]),
    }
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

/// Returns whether a file is an animation: it is in the extended format and has frames, and either
/// `VP8X` announces an animation or there is no other image.
pub(crate) fn is_animated(file: &[u8]) -> bool {
    let mut chunks = chunks_of_file(file);
    let Some(first) = chunks.next().filter(|chunk| chunk.name == b"VP8X") else {
        return false;
    };
    let is_announced = first
        .data
        .first()
        .is_some_and(|flags| flags & ANIMATION != 0);
    let (mut has_frames, mut has_image) = (false, false);
    for chunk in chunks {
        has_frames |= chunk.name == b"ANMF";
        has_image |= matches!(chunk.name, b"VP8 " | b"VP8L");
    }
    has_frames && (is_announced || !has_image)
}

/// The features that `VP8X` announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    pub(crate) has_icc: bool,
    pub(crate) has_alpha: bool,
    pub(crate) is_animated: bool,
}

/// Writes a file in the simple format, with this bitstream.
pub(crate) fn simple_file(name: &[u8; 4], bitstream: &[u8]) -> Vec<u8> {
    let mut file = EMPTY_FILE.to_vec();
    push_chunk(&mut file, name, bitstream);
    with_length(file)
}

/// Writes a file in the extended format: `VP8X` with these features, followed by `chunks`.
pub(crate) fn extended_file(size: Size, features: Features, chunks: &[u8]) -> Vec<u8> {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    let flags = flag(features.has_icc, ICC)
        | flag(features.has_alpha, ALPHA)
        | flag(features.is_animated, ANIMATION);
    let mut header = vec![flags, 0, 0, 0];
    push_u24(&mut header, size.width - 1);
    push_u24(&mut header, size.height - 1);
    let mut file = EMPTY_FILE.to_vec();
    push_chunk(&mut file, b"VP8X", &header);
    file.extend_from_slice(chunks);
    with_length(file)
}

/// Adds an XMP packet to a file of this size (width and height) that has none.
pub(crate) fn with_xmp(file: &[u8], (width, height): (u32, u32), packet: &[u8]) -> Vec<u8> {
    let mut with_xmp = match chunks_of_file(file).next() {
        Some(first) if first.name == b"VP8X" => file.to_vec(),
        first => {
            let features = Features {
                has_icc: false,
                has_alpha: first.is_some_and(|first| has_lossless_alpha(&first)),
                is_animated: false,
            };
            let chunks = file.get(FILE_HEADER_BYTES..).unwrap_or_default();
            extended_file(Size::new(width, height), features, chunks)
        }
    };
    if let Some(flags) = with_xmp.get_mut(FILE_HEADER_BYTES + CHUNK_HEADER_BYTES) {
        *flags |= XMP;
    }
    push_chunk(&mut with_xmp, b"XMP ", packet);
    with_length(with_xmp)
}

/// Returns `true` if a lossless bitstream has alpha. Its header consists of a signature, 14 bits each
/// for width and height, and a bit for alpha.
fn has_lossless_alpha(chunk: &Chunk<'_>) -> bool {
    chunk.name == b"VP8L" && chunk.data.get(4).is_some_and(|bits| bits & 0x10 != 0)
}

/// Sets the length in the header of a file.
fn with_length(mut file: Vec<u8>) -> Vec<u8> {
    // An image in memory is far smaller than 4 GiB.
    let length = u32::try_from(file.len() - CHUNK_HEADER_BYTES).unwrap_or(u32::MAX);
    file[4..CHUNK_HEADER_BYTES].copy_from_slice(&length.to_le_bytes());
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
        assert!(!found[0].is_whole);
        assert_eq!(chunks(b"one \x03\0\0").count(), 0);
    }

    #[test]
    fn padding_may_be_missing_before_a_known_chunk() {
        for bytes in [
            &b"EXIF\x01\0\0\0aVP8 \0\0\0\0"[..],
            b"EXIF\x01\0\0\0a\0VP8 \0\0\0\0",
            b"EXIF\x01\0\0\0a\0what\0\0\0\0",
        ] {
            assert_eq!(chunks(bytes).count(), 2);
        }
    }

    #[test]
    fn the_length_in_the_header_counts_if_the_image_lies_within_it() {
        let image = b"VP8 \x02\0\0\0ab";
        let file = |length: u32| {
            let header = [&b"RIFF"[..], &length.to_le_bytes(), b"WEBP"].concat();
            [&header, &image[..], b"after this"].concat()
        };
        assert_eq!(split_file(&file(14)), (&image[..], &b"after this"[..]));
        for wrong in [0, 3, 4, 12, 25, 1000, u32::MAX] {
            let file = file(wrong);
            assert_eq!(split_file(&file), (&file[12..], &b""[..]), "{wrong}");
        }
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
