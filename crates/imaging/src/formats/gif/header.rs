//! The logical screen and the frame count of a GIF (GIF 89a specification).

use super::color_table::color_table_length;
use crate::Rejection;
use crate::formats::bytes::u16_le;
use crate::formats::header::{Header, truncated};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const DESCRIPTOR_LENGTH: usize = 10;

/// Reads the logical screen and counts the image descriptors.
///
/// Some old files have a screen without a size. As in browsers, it then has the extent of the first
/// frame. In a truncated file, the frames that begin before its end are counted.
pub(super) fn read(bytes: &[u8], max_frames: u32) -> Result<Header, Rejection> {
    let width = u16_le(bytes, 6).ok_or_else(truncated)?;
    let height = u16_le(bytes, 8).ok_or_else(truncated)?;
    let packed = *bytes.get(10).ok_or_else(truncated)?;
    let mut header = Header::still(u32::from(width), u32::from(height));
    header.frames = 0;
    let mut at = 13 + color_table_length(packed);
    while header.frames <= max_frames
        && let Some(next) = read_block(bytes, at, &mut header)
    {
        at = next;
    }
    if header.frames == 0 {
        return Err(Rejection::corrupt("the GIF has no frame"));
    }
    Ok(header)
}

/// Reads the block at the offset `at` and returns the offset of the next one; `None` at the trailer,
/// at the end of the file, and at anything that is not a block.
fn read_block(bytes: &[u8], at: usize, header: &mut Header) -> Option<usize> {
    match *bytes.get(at)? {
        EXTENSION => skip_sub_blocks(bytes, at + 2),
        IMAGE => {
            let packed = *bytes.get(at + 9)?;
            add_frame(bytes, at, header)?;
            let data = at + DESCRIPTOR_LENGTH + color_table_length(packed) + 1;
            skip_sub_blocks(bytes, data)
        }
        _ => None,
    }
}

fn add_frame(bytes: &[u8], at: usize, header: &mut Header) -> Option<()> {
    let left = u32::from(u16_le(bytes, at + 1)?);
    let top = u32::from(u16_le(bytes, at + 3)?);
    let width = u32::from(u16_le(bytes, at + 5)?);
    let height = u32::from(u16_le(bytes, at + 7)?);
    if header.frames == 0 && (header.width == 0 || header.height == 0) {
        header.width = left + width;
        header.height = top + height;
    }
    header.frames += 1;
    header.max_frame_width = header.max_frame_width.max(width);
    header.max_frame_height = header.max_frame_height.max(height);
    Some(())
}

fn skip_sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
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
    fn counting_stops_one_above_the_limit() {
        assert_eq!(read(&gif([9, 8], 50), 7).unwrap().frames, 8);
    }

    #[test]
    fn a_screen_without_a_size_has_the_extent_of_the_first_frame() {
        let header = read(&gif([0, 0], 1), 100).unwrap();
        assert_eq!((header.width, header.height), (4, 6));
    }

    #[test]
    fn a_gif_without_a_frame_is_corrupt() {
        assert!(read(&gif([9, 8], 0), 100).is_err());
    }
}
