//! The blocks of a GIF (CompuServe GIF 89a specification).

use super::{Header, corrupt, cut_short, u16_le};
use crate::{Rejection, SourceFormat};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const DESCRIPTOR_BYTES: usize = 10;

/// Reads the logical screen and walks the blocks to count image descriptors.
///
/// A screen of no size stands in some old files; browsers take the first frame's extent then, and
/// so does this. A file cut short counts the frames that begin in it.
pub(super) fn read(bytes: &[u8], frame_cap: u32) -> Result<Header, Rejection> {
    let width = u16_le(bytes, 6).ok_or_else(cut_short)?;
    let height = u16_le(bytes, 8).ok_or_else(cut_short)?;
    let flags = *bytes.get(10).ok_or_else(cut_short)?;
    let mut header = Header::still(SourceFormat::Gif, u32::from(width), u32::from(height));
    header.frames = 0;
    let mut at = 13 + colour_table_bytes(flags);
    while header.frames <= frame_cap
        && let Some(next) = step(bytes, at, &mut header)
    {
        at = next;
    }
    if header.frames == 0 {
        return Err(corrupt("there is no picture in the GIF"));
    }
    Ok(header)
}

/// Takes in the block at `at` and tells where the next one begins; `None` at the trailer, at the
/// end of the file and at anything that is no block.
fn step(bytes: &[u8], at: usize, header: &mut Header) -> Option<usize> {
    match *bytes.get(at)? {
        EXTENSION => after_sub_blocks(bytes, at + 2),
        IMAGE => {
            let flags = *bytes.get(at + 9)?;
            note_frame(bytes, at, header)?;
            let data = at + DESCRIPTOR_BYTES + colour_table_bytes(flags) + 1;
            after_sub_blocks(bytes, data)
        }
        _ => None,
    }
}

fn note_frame(bytes: &[u8], at: usize, header: &mut Header) -> Option<()> {
    let left = u32::from(u16_le(bytes, at + 1)?);
    let top = u32::from(u16_le(bytes, at + 3)?);
    let width = u32::from(u16_le(bytes, at + 5)?);
    let height = u32::from(u16_le(bytes, at + 7)?);
    if header.frames == 0 && (header.width == 0 || header.height == 0) {
        header.width = left + width;
        header.height = top + height;
    }
    header.frames += 1;
    header.widest_frame = header.widest_frame.max(width);
    header.highest_frame = header.highest_frame.max(height);
    Some(())
}

fn colour_table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

fn after_sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gif(screen: [u8; 2], frames: usize) -> Vec<u8> {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend([
            screen[0], 0, screen[1], 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
        ]);
        for _ in 0..frames {
            bytes.extend(b"\x21\xf9\x04\0\x0a\0\0\0");
            bytes.extend([IMAGE, 1, 0, 2, 0, 3, 0, 4, 0, 0, 2, 2, 0x4c, 1, 0]);
        }
        bytes.push(0x3b);
        bytes
    }

    #[test]
    fn frames_are_counted_over_extensions() {
        let header = read(&gif([9, 8], 3), 100).unwrap();
        assert_eq!((header.width, header.height, header.frames), (9, 8, 3));
    }

    #[test]
    fn counting_stops_one_above_the_cap() {
        assert_eq!(read(&gif([9, 8], 50), 7).unwrap().frames, 8);
    }

    #[test]
    fn a_screen_without_size_takes_the_extent_of_the_first_frame() {
        let header = read(&gif([0, 0], 1), 100).unwrap();
        assert_eq!((header.width, header.height), (4, 6));
    }

    #[test]
    fn a_gif_without_a_frame_is_corrupt() {
        assert!(read(&gif([9, 8], 0), 100).is_err());
    }
}
