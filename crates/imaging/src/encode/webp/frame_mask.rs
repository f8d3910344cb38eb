//! Masking of a frame: unchanged pixels become transparent, so that the previous frame shows
//! through.

use std::ops::Range;

use crate::pixels::{Pixels, looks_equal};

/// The side of a macroblock of VP8, in pixels.
const BLOCK: usize = 16;
/// A frame is masked if the unchanged fraction of its pixels or blocks is at least 1 divided by
/// this number.
const MIN_UNCHANGED: usize = 4;

/// Returns the RGBA frame `after`, with each unchanged block of 16 x 16 pixels made transparent.
///
/// VP8 codes a block if any of its pixels changes, and spends almost no bits on an unchanged block.
/// Masking whole blocks keeps the edges of the transparency out of the coded blocks, where they
/// would cost bits and quality.
///
/// Returns `None` if blending the result over `before` does not yield `after`, or if too few blocks
/// are unchanged.
pub(super) fn changed_blocks(before: &Pixels, after: &Pixels) -> Option<Pixels> {
    let stride = after.stride();
    let columns_of_blocks = || {
        let starts = (0..stride).step_by(BLOCK * 4);
        starts.map(|start| start..stride.min(start + BLOCK * 4))
    };
    let old_bands = || before.data.chunks(stride * BLOCK);
    // A frame that changes everywhere is recognized here, before it is copied.
    let (mut unchanged_count, mut count) = (0, 0);
    for (new, old) in after.data.chunks(stride * BLOCK).zip(old_bands()) {
        for columns in columns_of_blocks() {
            count += 1;
            unchanged_count += usize::from(is_unchanged(new, old, stride, &columns));
        }
    }
    if unchanged_count * MIN_UNCHANGED < count {
        return None;
    }
    let mut frame = after.clone();
    for (new, old) in frame.data.chunks_mut(stride * BLOCK).zip(old_bands()) {
        for columns in columns_of_blocks() {
            mask_block(new, old, stride, columns)?;
        }
    }
    Some(frame)
}

/// Returns whether a block looks the same in both bands.
fn is_unchanged(new: &[u8], old: &[u8], stride: usize, columns: &Range<usize>) -> bool {
    new.chunks(stride)
        .zip(old.chunks(stride))
        .all(|(new, old)| {
            let (new, old) = (&new[columns.clone()], &old[columns.clone()]);
            let mut pixels = new.as_chunks::<4>().0.iter().zip(old.as_chunks::<4>().0);
            new == old || pixels.all(|(new, old)| looks_equal(new, old))
        })
}

/// Makes an unchanged block transparent. In a changed block, makes only unchanged translucent
/// pixels transparent, because they must not be blended again. Returns `None` if a translucent
/// pixel has changed.
fn mask_block(new: &mut [u8], old: &[u8], stride: usize, columns: Range<usize>) -> Option<()> {
    let is_unchanged = is_unchanged(new, old, stride, &columns);
    for (new, old) in new.chunks_mut(stride).zip(old.chunks(stride)) {
        let (new, old) = (&mut new[columns.clone()], &old[columns.clone()]);
        if is_unchanged {
            new.fill(0);
            continue;
        }
        for (new, old) in new.as_chunks_mut::<4>().0.iter_mut().zip(old.as_chunks().0) {
            match (new[3], looks_equal(new, old)) {
                (255, _) => {}
                (_, true) => *new = [0; 4],
                (_, false) => return None,
            }
        }
    }
    Some(())
}

/// Returns the RGBA frame `after`, with each unchanged pixel made transparent. This suits lossless
/// coding.
///
/// Returns `None` if blending the result over `before` does not yield `after`, or if too few pixels
/// are unchanged.
pub(super) fn changed_pixels(before: &Pixels, after: &Pixels) -> Option<Pixels> {
    let mut changed = after.clone();
    let mut unchanged_count = 0;
    let pixels = changed.data.as_chunks_mut::<4>().0;
    for (pixel, old) in pixels.iter_mut().zip(before.data.as_chunks::<4>().0) {
        if looks_equal(old, pixel) {
            *pixel = [0; 4];
            unchanged_count += 1;
        } else if pixel[3] < 255 {
            return None;
        }
    }
    (unchanged_count * MIN_UNCHANGED >= pixels.len()).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    /// Returns a gray image of 40 x 20 pixels: three columns and two rows of blocks.
    fn gray() -> Pixels {
        Pixels {
            width: 40,
            height: 20,
            layout: Layout::Rgba,
            data: [9, 9, 9, 255].repeat(40 * 20),
        }
    }

    fn with_pixel(x: usize, y: usize, pixel: [u8; 4]) -> Pixels {
        let mut image = gray();
        image.data[(y * 40 + x) * 4..][..4].copy_from_slice(&pixel);
        image
    }

    fn opaque_count(frame: &Pixels) -> usize {
        let pixels = frame.data.as_chunks::<4>().0;
        pixels.iter().filter(|pixel| pixel[3] == 255).count()
    }

    #[test]
    fn only_blocks_that_change_are_kept() {
        let before = gray();
        let middle = changed_blocks(&before, &with_pixel(17, 3, [1, 1, 1, 255]));
        assert_eq!(opaque_count(&middle.unwrap()), 16 * 16);
        let corner = changed_blocks(&before, &with_pixel(39, 19, [1, 1, 1, 255]));
        assert_eq!(opaque_count(&corner.unwrap()), 8 * 4);
    }

    #[test]
    fn a_frame_is_masked_if_a_quarter_of_its_blocks_is_unchanged() {
        let mask = |changed: &[(usize, usize)]| {
            let mut after = gray();
            for (x, y) in changed {
                after.data[(y * 40 + x) * 4] = 1;
            }
            changed_blocks(&gray(), &after).map(|frame| opaque_count(&frame))
        };
        let four = [(0, 0), (16, 0), (32, 0), (0, 16)];
        assert_eq!(mask(&four), Some(2 * 16 * 16 + 8 * 16 + 16 * 4));
        let five = [(0, 0), (16, 0), (32, 0), (0, 16), (16, 16)];
        assert_eq!(mask(&five), None);
    }

    #[test]
    fn a_pixel_that_becomes_translucent_prevents_a_mask() {
        let (before, after) = (gray(), with_pixel(3, 3, [9, 9, 9, 128]));
        assert!(changed_blocks(&before, &after).is_none());
        assert!(changed_pixels(&before, &after).is_none());
    }

    #[test]
    fn an_unchanged_translucent_pixel_is_not_blended_again() {
        let before = with_pixel(3, 3, [9, 9, 9, 128]);
        let mut after = before.clone();
        after.data[..4].copy_from_slice(&[1, 1, 1, 255]);
        let frame = changed_blocks(&before, &after).unwrap();
        assert_eq!(frame.data[(3 * 40 + 3) * 4 + 3], 0);
        assert_eq!(opaque_count(&frame), 16 * 16 - 1);
    }

    #[test]
    fn a_frame_that_changes_everywhere_is_not_masked() {
        let mut after = gray();
        after.data.as_chunks_mut::<4>().0.fill([1, 1, 1, 255]);
        assert!(changed_blocks(&gray(), &after).is_none());
        assert!(changed_pixels(&gray(), &after).is_none());
    }
}
