//! The canvas and the frame count of a WebP (RFC 9649).

use super::riff::{Chunk, chunks_of_file, chunks_of_frame, is_animated};
use crate::Rejection;
use crate::formats::bytes::{u16_le, u24_le, u32_le};
use crate::formats::header::{Header, truncated};
use crate::geometry::Size;

/// Reads the canvas and counts the ANMF chunks of an animation.
///
/// The limits are checked against the canvas, but decoders allocate memory for the size in the
/// bitstream. So each bitstream must have the size of its canvas or frame.
pub(super) fn read(bytes: &[u8], max_frames: u32) -> Result<Header, Rejection> {
    let first = chunks_of_file(bytes).next().ok_or_else(truncated)?;
    if first.name == b"VP8X" {
        return extended(bytes, first.data, max_frames);
    }
    let size = first_bitstream_size(chunks_of_file(bytes))?.ok_or_else(no_bitstream)?;
    Ok(Header::still(size.width, size.height))
}

/// Reads the header of a file in the extended format.
fn extended(bytes: &[u8], canvas: &[u8], max_frames: u32) -> Result<Header, Rejection> {
    let width = u24_le(canvas, 4).ok_or_else(truncated)? + 1;
    let height = u24_le(canvas, 7).ok_or_else(truncated)? + 1;
    let mut header = Header::still(width, height);
    if !is_animated(bytes) {
        let size = first_bitstream_size(chunks_of_file(bytes))?.ok_or_else(no_bitstream)?;
        return if size == header.size() {
            Ok(header)
        } else {
            Err(Rejection::corrupt(
                "the sizes of the WebP's canvas and bitstream differ",
            ))
        };
    }
    header.frames = count_frames(bytes, header.size(), max_frames)?;
    Ok(header)
}

/// Counts frames, and stops at one more than `max_frames`.
fn count_frames(bytes: &[u8], canvas: Size, max_frames: u32) -> Result<u32, Rejection> {
    let mut frames = 0;
    for chunk in chunks_of_file(bytes).filter(|chunk| chunk.name == b"ANMF") {
        let size = frame_size(chunk.data)?;
        if size.width > canvas.width || size.height > canvas.height {
            return Err(Rejection::corrupt(
                "a frame of the WebP is larger than its canvas",
            ));
        }
        frames += 1;
        if frames > max_frames {
            break;
        }
    }
    match frames {
        0 => Err(no_bitstream()),
        _ => Ok(frames),
    }
}

/// Returns the size that an ANMF chunk states, and checks that its bitstream has the same size.
fn frame_size(frame: &[u8]) -> Result<Size, Rejection> {
    let width = u24_le(frame, 6).ok_or_else(truncated)? + 1;
    let height = u24_le(frame, 9).ok_or_else(truncated)? + 1;
    let size = Size::new(width, height);
    match first_bitstream_size(chunks_of_frame(frame))? {
        Some(bitstream) if bitstream != size => Err(Rejection::corrupt(
            "the sizes of a WebP frame and its bitstream differ",
        )),
        _ => Ok(size),
    }
}

/// Returns the size of the first bitstream among these chunks.
fn first_bitstream_size<'a>(
    mut chunks: impl Iterator<Item = Chunk<'a>>,
) -> Result<Option<Size>, Rejection> {
    chunks
        .find_map(|chunk| bitstream_size(&chunk).transpose())
        .transpose()
}

/// Returns the size in a VP8 (RFC 6386, 9.1) or VP8L bitstream; `None` for another chunk.
pub(super) fn bitstream_size(chunk: &Chunk<'_>) -> Result<Option<Size>, Rejection> {
    match chunk.name {
        b"VP8 " => {
            let width = u16_le(chunk.data, 6).ok_or_else(truncated)?;
            let height = u16_le(chunk.data, 8).ok_or_else(truncated)?;
            let [width, height] = [width, height].map(|side| u32::from(side & 0x3fff));
            Ok(Some(Size::new(width, height)))
        }
        b"VP8L" => {
            let packed = u32_le(chunk.data, 1).ok_or_else(truncated)?;
            let [width, height] = [packed, packed >> 14].map(|side| (side & 0x3fff) + 1);
            Ok(Some(Size::new(width, height)))
        }
        _ => Ok(None),
    }
}

fn no_bitstream() -> Rejection {
    Rejection::corrupt("the WebP has no bitstream")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::webp::riff::{FRAME_HEADER_BYTES, push_chunk};

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_chunk(&mut bytes, name, data);
        bytes
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = [b"WEBP".to_vec(), chunks.concat()].concat();
        chunk(b"RIFF", &body)
    }

    fn vp8(width: u8, height: u8) -> Vec<u8> {
        chunk(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, width, 0, height, 0])
    }

    fn frame(width: u8, height: u8, bitstream: &[u8]) -> Vec<u8> {
        let mut body = vec![0; FRAME_HEADER_BYTES];
        body[6] = width - 1;
        body[9] = height - 1;
        body.extend(bitstream);
        chunk(b"ANMF", &body)
    }

    fn canvas(flags: u8, width: u8, height: u8) -> Vec<u8> {
        chunk(
            b"VP8X",
            &[flags, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0],
        )
    }

    #[test]
    fn the_size_of_a_simple_file_is_in_the_bitstream() {
        let lossy = read(&webp(&[vp8(7, 5)]), 100).unwrap();
        assert_eq!((lossy.width, lossy.height), (7, 5));
        let packed: u32 = 6 | 4 << 14;
        let body = [[0x2f].as_slice(), &packed.to_le_bytes()].concat();
        let lossless = read(&webp(&[chunk(b"VP8L", &body)]), 100).unwrap();
        assert_eq!((lossless.width, lossless.height), (7, 5));
    }

    #[test]
    fn the_frames_of_an_animation_are_counted_up_to_the_limit() {
        let one = frame(3, 2, &vp8(3, 2));
        let bytes = webp(&[vec![canvas(2, 9, 9)], vec![one; 5]].concat());
        assert_eq!(read(&bytes, 100).unwrap().frames, 5);
        assert_eq!(read(&bytes, 2).unwrap().frames, 3);
    }

    #[test]
    fn the_chunks_decide_if_the_flags_are_wrong() {
        let one = frame(3, 2, &vp8(3, 2));
        let unannounced = webp(&[canvas(0, 9, 9), one.clone(), one]);
        assert_eq!(read(&unannounced, 100).unwrap().frames, 2);
        let still = webp(&[canvas(2, 9, 9), vp8(9, 9)]);
        assert_eq!(read(&still, 100).unwrap().frames, 1);
    }

    #[test]
    fn a_bitstream_larger_than_its_canvas_or_frame_is_corrupt() {
        let still = webp(&[canvas(0, 9, 9), vp8(200, 200)]);
        assert!(read(&still, 100).is_err());
        let animated = webp(&[canvas(2, 9, 9), frame(9, 9, &vp8(200, 200))]);
        assert!(read(&animated, 100).is_err());
    }
}
