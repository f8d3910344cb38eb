//! The canvas and the frame count of a GIF.

use super::blocks::{Block, Blocks, Image};
use crate::Rejection;
use crate::decoded::Channels;
use crate::formats::DecodingMemory;
use crate::formats::header::{Header, truncated};

/// Reads the logical screen and counts the frames.
///
/// The canvas is the logical screen, enlarged if necessary to contain the first frame, as in
/// browsers. In some old files, the size of the screen is zero. In a truncated file, every frame
/// with a complete descriptor counts.
pub(super) fn read(bytes: &[u8], max_frames: u32) -> Result<Header, Rejection> {
    let (screen, blocks) = Blocks::new(bytes).ok_or_else(truncated)?;
    let mut header = Header::still(screen.width.into(), screen.height.into());
    header.frames = 0;
    for block in blocks {
        if let Block::Image(image) = block {
            add_frame(&image, &mut header);
        }
        if header.frames > max_frames {
            break;
        }
    }
    if header.frames == 0 {
        return Err(Rejection::corrupt("the GIF has no frame"));
    }
    Ok(header)
}

fn add_frame(image: &Image<'_>, header: &mut Header) {
    let [width, height] = [image.width, image.height].map(u32::from);
    if header.frames == 0 {
        header.width = header.width.max(u32::from(image.left) + width);
        header.height = header.height.max(u32::from(image.top) + height);
    }
    header.frames += 1;
    header.max_frame_width = header.max_frame_width.max(width);
    header.max_frame_height = header.max_frame_height.max(height);
}

/// Estimates the memory for decoding the first frame: a canvas, the frame with its indices, and a copy
/// of the canvas.
pub(super) fn decoding_memory(_: &[u8], header: &Header) -> Result<DecodingMemory, Rejection> {
    const CANVAS_BYTES: u64 = 4;
    const FRAME_BYTES: u64 = 5;
    let pixels = header.size().area();
    let frame = u64::from(header.max_frame_width) * u64::from(header.max_frame_height);
    let canvas = pixels.saturating_mul(CANVAS_BYTES);
    let scratch = canvas.saturating_add(frame.min(pixels).saturating_mul(FRAME_BYTES));
    Ok(DecodingMemory::new(pixels, Channels::Rgba, 1, scratch))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: u8 = 0x2c;

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
    fn only_images_count_as_frames_not_extensions() {
        let header = read(&gif([9, 8], 3), 100).unwrap();
        assert_eq!((header.width, header.height, header.frames), (9, 8, 3));
    }

    #[test]
    fn counting_stops_one_above_the_limit() {
        assert_eq!(read(&gif([9, 8], 50), 7).unwrap().frames, 8);
    }

    #[test]
    fn the_canvas_contains_the_first_frame() {
        for (screen, canvas) in [
            ([0, 0], (4, 6)),
            ([2, 8], (4, 8)),
            ([9, 3], (9, 6)),
            ([9, 8], (9, 8)),
        ] {
            let header = read(&gif(screen, 2), 100).unwrap();
            assert_eq!((header.width, header.height), canvas, "{screen:?}");
        }
    }

    #[test]
    fn a_gif_without_a_frame_is_corrupt() {
        assert!(read(&gif([9, 8], 0), 100).is_err());
    }
}
