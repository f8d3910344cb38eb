//! The chunks of a WebP (RFC 9649).

use super::{Header, corrupt, cut_short, u16_le, u24_le, u32_le};
use crate::riff::{Chunk, chunks_of_file, chunks_of_frame, is_animated};
use crate::{Rejection, SourceFormat};

/// Reads the canvas and counts the ANMF chunks of an animation.
///
/// The size within each bitstream is held against the canvas or frame that it claims to fill: a
/// decoder allocates by the bitstream's.
pub(super) fn read(bytes: &[u8], frame_cap: u32) -> Result<Header, Rejection> {
    let first = chunks_of_file(bytes).next().ok_or_else(cut_short)?;
    if first.name == b"VP8X" {
        return extended(bytes, first.data, frame_cap);
    }
    let (width, height) = bitstream_size(&first)?
        .ok_or_else(|| corrupt("the first chunk of the WebP is not a picture"))?;
    Ok(Header::still(SourceFormat::Webp, width, height))
}

fn extended(bytes: &[u8], canvas: &[u8], frame_cap: u32) -> Result<Header, Rejection> {
    let width = u24_le(canvas, 4).ok_or_else(cut_short)? + 1;
    let height = u24_le(canvas, 7).ok_or_else(cut_short)? + 1;
    let mut header = Header::still(SourceFormat::Webp, width, height);
    if !is_animated(bytes) {
        let picture = picture_size(chunks_of_file(bytes))?
            .ok_or_else(|| corrupt("there is no picture in the WebP"))?;
        return if picture == (width, height) {
            Ok(header)
        } else {
            Err(corrupt("the WebP's canvas and its picture differ in size"))
        };
    }
    header.frames = count_frames(bytes, (width, height), frame_cap)?;
    Ok(header)
}

fn count_frames(bytes: &[u8], canvas: (u32, u32), cap: u32) -> Result<u32, Rejection> {
    let mut frames = 0;
    for chunk in chunks_of_file(bytes).filter(|chunk| chunk.name == b"ANMF") {
        let (width, height) = frame_size(chunk.data)?;
        if width > canvas.0 || height > canvas.1 {
            return Err(corrupt("a frame of the WebP is larger than its canvas"));
        }
        frames += 1;
        if frames > cap {
            break;
        }
    }
    match frames {
        0 => Err(corrupt("there is no picture in the WebP")),
        _ => Ok(frames),
    }
}

/// The size that an ANMF chunk states.
fn frame_size(frame: &[u8]) -> Result<(u32, u32), Rejection> {
    let width = u24_le(frame, 6).ok_or_else(cut_short)? + 1;
    let height = u24_le(frame, 9).ok_or_else(cut_short)? + 1;
    match picture_size(chunks_of_frame(frame))? {
        Some(size) if size != (width, height) => Err(corrupt(
            "a frame of the WebP and its picture differ in size",
        )),
        _ => Ok((width, height)),
    }
}

/// The size of the first picture among these chunks.
fn picture_size<'a>(
    mut chunks: impl Iterator<Item = Chunk<'a>>,
) -> Result<Option<(u32, u32)>, Rejection> {
    chunks
        .find_map(|chunk| bitstream_size(&chunk).transpose())
        .transpose()
}

/// The size within a VP8 (RFC 6386, 9.1) or VP8L bitstream, or `None` for another chunk.
fn bitstream_size(chunk: &Chunk<'_>) -> Result<Option<(u32, u32)>, Rejection> {
    match chunk.name {
        b"VP8 " => {
            let width = u16_le(chunk.data, 6).ok_or_else(cut_short)?;
            let height = u16_le(chunk.data, 8).ok_or_else(cut_short)?;
            Ok(Some((
                u32::from(width & 0x3fff),
                u32::from(height & 0x3fff),
            )))
        }
        b"VP8L" => {
            let packed = u32_le(chunk.data, 1).ok_or_else(cut_short)?;
            Ok(Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1)))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::riff::{FRAME_HEADER_BYTES, push_chunk};

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

    fn frame(width: u8, height: u8, picture: &[u8]) -> Vec<u8> {
        let mut body = vec![0; FRAME_HEADER_BYTES];
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
