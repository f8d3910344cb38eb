//! The RIFF container of WebP (RFC 9649), as far as a colour profile needs one.

const ALPHA_FLAG: u8 = 0x10;
const ICC_FLAG: u8 = 0x20;
/// `RIFF`, the length of what follows, `WEBP`.
const FILE_HEADER: usize = 12;

/// Puts a colour profile into a still WebP of this size that libwebp made, as its ICCP chunk.
pub(super) fn with_icc(file: &[u8], size: (u32, u32), has_alpha: bool, icc: &[u8]) -> Vec<u8> {
    let mut flags = ICC_FLAG;
    if has_alpha {
        flags |= ALPHA_FLAG;
    }
    let mut header = vec![flags, 0, 0, 0];
    for side in [size.0, size.1] {
        header.extend(&(side - 1).to_le_bytes()[..3]);
    }
    let mut body = b"WEBP".to_vec();
    push_chunk(&mut body, b"VP8X", &header);
    push_chunk(&mut body, b"ICCP", icc);
    let mut rest = file.get(FILE_HEADER..).unwrap_or_default();
    while let Some((name, chunk)) = split_chunk(&mut rest) {
        if name != b"VP8X" {
            body.extend_from_slice(chunk);
        }
    }
    let mut file = Vec::with_capacity(body.len() + 8);
    push_chunk(&mut file, b"RIFF", &body);
    file
}

/// Takes the next chunk, header and padding included, off the front.
fn split_chunk<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
    let whole = (8 + length + (length & 1)).min(rest.len());
    let (chunk, after) = rest.split_at(whole);
    *rest = after;
    Some((&chunk[..4], chunk))
}

/// Appends a chunk, padded to an even length.
fn push_chunk(to: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    // A picture in memory is far from 4 GiB.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(name);
    to.extend(length.to_le_bytes());
    to.extend_from_slice(body);
    if body.len() % 2 == 1 {
        to.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_comes_before_the_picture_and_lengths_are_even() {
        let mut plain = Vec::new();
        push_chunk(&mut plain, b"RIFF", b"WEBPVP8 \x03\0\0\0abc\0");
        let file = with_icc(&plain, (300, 2), true, b"profile");
        let expected = [
            b"RIFF\x32\0\0\0WEBP".as_slice(),
            b"VP8X\x0a\0\0\0\x30\0\0\0\x2b\x01\0\x01\0\0",
            b"ICCP\x07\0\0\0profile\0",
            b"VP8 \x03\0\0\0abc\0",
        ]
        .concat();
        assert_eq!(file, expected);
    }
}
