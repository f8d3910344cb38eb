//! The chunks of a WebP (RFC 9649).

use super::{Header, corrupt, cut_short, u16_le, u24_le, u32_le};
use crate::{Rejection, SourceFormat};

const ANIMATION_FLAG: u8 = 0x02;
const CHUNK_HEADER: usize = 8;
/// Origin, size, duration and flags of a frame, before its own chunks.
const FRAME_HEADER: usize = 16;

/// Reads the canvas and counts the ANMF chunks of an animation.
///
/// The size within each bitstream is held against the canvas or frame that it claims to fill: a
/// decoder allocates by the bitstream's.
pub(super) fn read(bytes: &[u8], frame_cap: u32) -> Result<Header, Rejection> {
    match bytes.get(12..16).ok_or_else(cut_short)? {
        b"VP8X" => extended(bytes, frame_cap),
        _ => {
            let (width, height) = bitstream_size(bytes, 12)?
                .ok_or_else(|| corrupt("the first chunk of the WebP is not a picture"))?;
            Ok(Header::still(SourceFormat::Webp, width, height))
        }
    }
}

fn extended(bytes: &[u8], frame_cap: u32) -> Result<Header, Rejection> {
    let flags = *bytes.get(20).ok_or_else(cut_short)?;
    let width = u24_le(bytes, 24).ok_or_else(cut_short)? + 1;
    let height = u24_le(bytes, 27).ok_or_else(cut_short)? + 1;
    let mut header = Header::still(SourceFormat::Webp, width, height);
    let animated = flags & ANIMATION_FLAG != 0;
    header.frames = 0;
    let mut at = 12;
    while header.frames <= frame_cap && at + CHUNK_HEADER <= bytes.len() {
        let size = if animated {
            frame_size(bytes, at)?
        } else {
            bitstream_size(bytes, at)?
        };
        if let Some((frame_width, frame_height)) = size {
            if !animated && (frame_width, frame_height) != (width, height) {
                return Err(corrupt("the WebP's canvas and its picture differ in size"));
            }
            if frame_width > width || frame_height > height {
                return Err(corrupt("a frame of the WebP is larger than its canvas"));
            }
            header.frames += 1;
            if !animated {
                break;
            }
        }
        at = after_chunk(bytes, at).ok_or_else(cut_short)?;
    }
    if header.frames == 0 {
        return Err(corrupt("there is no picture in the WebP"));
    }
    Ok(header)
}

/// The size that an ANMF chunk states, or `None` for a chunk of another kind.
fn frame_size(bytes: &[u8], at: usize) -> Result<Option<(u32, u32)>, Rejection> {
    if bytes.get(at..at + 4) != Some(b"ANMF") {
        return Ok(None);
    }
    let body = at + CHUNK_HEADER;
    let width = u24_le(bytes, body + 6).ok_or_else(cut_short)? + 1;
    let height = u24_le(bytes, body + 9).ok_or_else(cut_short)? + 1;
    let end = after_chunk(bytes, at)
        .ok_or_else(cut_short)?
        .min(bytes.len());
    let mut inner = body + FRAME_HEADER;
    while inner + CHUNK_HEADER <= end {
        if let Some(size) = bitstream_size(bytes, inner)? {
            if size != (width, height) {
                return Err(corrupt(
                    "a frame of the WebP and its picture differ in size",
                ));
            }
            break;
        }
        inner = after_chunk(bytes, inner).ok_or_else(cut_short)?;
    }
    Ok(Some((width, height)))
}

/// The size within a VP8 (RFC 6386, 9.1) or VP8L bitstream, or `None` for another chunk.
fn bitstream_size(bytes: &[u8], at: usize) -> Result<Option<(u32, u32)>, Rejection> {
    let body = at + CHUNK_HEADER;
    match bytes.get(at..at + 4).ok_or_else(cut_short)? {
        b"VP8 " => {
            let width = u16_le(bytes, body + 6).ok_or_else(cut_short)?;
            let height = u16_le(bytes, body + 8).ok_or_else(cut_short)?;
            Ok(Some((
                u32::from(width & 0x3fff),
                u32::from(height & 0x3fff),
            )))
        }
        b"VP8L" => {
            let packed = u32_le(bytes, body + 1).ok_or_else(cut_short)?;
            Ok(Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1)))
        }
        _ => Ok(None),
    }
}

/// Chunks are padded to an even length.
fn after_chunk(bytes: &[u8], at: usize) -> Option<usize> {
    let length = usize::try_from(u32_le(bytes, at + 4)?).ok()?;
    at.checked_add(CHUNK_HEADER)?
        .checked_add(length)?
        .checked_add(length & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap();
        let mut bytes = [name.as_slice(), &length.to_le_bytes(), body].concat();
        if body.len() % 2 == 1 {
            bytes.push(0);
        }
        bytes
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = [b"WEBP".to_vec(), chunks.concat()].concat();
        chunk(b"RIFF", &body)
    }

    fn vp8(width: u8, height: u8) -> Vec<u8> {
        chunk(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, width, 0, height, 0])
    }

    fn frame(width: u8, height: u8, picture: &[u8]) -> Vec<u8> {
        let mut body = vec![0; FRAME_HEADER];
        body[6] = width - 1;
        body[9] = height - 1;
        body.extend(picture);
        chunk(b"ANMF", &body)
    }

    fn canvas(flags: u8, width: u8, height: u8) -> Vec<u8> {
        chunk(
            b"VP8X",
            &[flags, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0],
        )
    }

    #[test]
    fn a_simple_file_states_its_size_in_the_bitstream() {
        let lossy = read(&webp(&[vp8(7, 5)]), 100).unwrap();
        assert_eq!((lossy.width, lossy.height), (7, 5));
        let packed: u32 = 6 | 4 << 14;
        let body = [[0x2f].as_slice(), &packed.to_le_bytes()].concat();
        let lossless = read(&webp(&[chunk(b"VP8L", &body)]), 100).unwrap();
        assert_eq!((lossless.width, lossless.height), (7, 5));
    }

    #[test]
    fn frames_of_an_animation_are_counted_up_to_the_cap() {
        let one = frame(3, 2, &vp8(3, 2));
        let bytes = webp(&[vec![canvas(2, 9, 9)], vec![one; 5]].concat());
        assert_eq!(read(&bytes, 100).unwrap().frames, 5);
        assert_eq!(read(&bytes, 2).unwrap().frames, 3);
    }

    #[test]
    fn a_picture_larger_than_its_canvas_is_corrupt() {
        let still = webp(&[canvas(0, 9, 9), vp8(200, 200)]);
        assert!(read(&still, 100).is_err());
        let animated = webp(&[canvas(2, 9, 9), frame(9, 9, &vp8(200, 200))]);
        assert!(read(&animated, 100).is_err());
    }
}
