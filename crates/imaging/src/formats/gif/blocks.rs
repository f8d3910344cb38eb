//! The blocks of a GIF (GIF 89a specification).

use crate::formats::bytes::u16_le;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// The length of the signature and the logical screen descriptor.
const SCREEN_LENGTH: usize = 13;
/// The length of an image descriptor without its introducer.
const DESCRIPTOR_LENGTH: usize = 9;

/// The logical screen.
#[derive(Clone, Copy)]
pub(super) struct Screen<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    /// The global color table, as red, green and blue; empty if there is none.
    pub(super) palette: &'a [u8],
}

/// A block.
pub(super) enum Block<'a> {
    Image(Image<'a>),
    Extension { label: u8, data: SubBlocks<'a> },
}

/// An image block, which is one frame.
pub(super) struct Image<'a> {
    pub(super) left: u16,
    pub(super) top: u16,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) is_interlaced: bool,
    /// The local color table; empty if there is none.
    pub(super) palette: &'a [u8],
    /// The LZW minimum code size, which is the number of bits of a color index; 0 if the file ends
    /// before this byte.
    pub(super) lzw_minimum_code_size: u8,
    pub(super) data: SubBlocks<'a>,
}

/// An iterator over the blocks of a file. It ends at the trailer or at anything that is not a
/// block.
///
/// If the file ends within the data of a block, that block contains the data up to the end. A block
/// with an incomplete descriptor is dropped.
#[derive(Clone)]
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    after_end: Option<&'a [u8]>,
}

impl<'a> Blocks<'a> {
    /// Creates the iterator and reads the logical screen of a file; `None` if the file ends within
    /// the screen.
    pub(super) fn new(file: &'a [u8]) -> Option<(Screen<'a>, Self)> {
        let (screen, rest) = file.split_at_checked(SCREEN_LENGTH)?;
        let (palette, rest) = split_palette(rest, screen[10]);
        let blocks = Self {
            rest,
            after_end: None,
        };
        let screen = Screen {
            width: u16_le(screen, 6)?,
            height: u16_le(screen, 8)?,
            palette,
        };
        Some((screen, blocks))
    }

    /// Returns the bytes after the trailer. If something that is not a block ends the blocks,
    /// returns the bytes from there on. Returns `None` until the iterator has ended, and if the
    /// file ends without a trailer.
    pub(super) const fn after_end(&self) -> Option<&'a [u8]> {
        self.after_end
    }

    fn image(&mut self) -> Option<Image<'a>> {
        let (descriptor, rest) = self.rest.split_at_checked(DESCRIPTOR_LENGTH)?;
        let packed = descriptor[8];
        let (palette, rest) = split_palette(rest, packed);
        let (lzw_minimum_code_size, rest) = rest.split_first().unwrap_or((&0, &[]));
        let (data, rest) = SubBlocks::split_from(rest);
        self.rest = rest;
        Some(Image {
            left: u16_le(descriptor, 0)?,
            top: u16_le(descriptor, 2)?,
            width: u16_le(descriptor, 4)?,
            height: u16_le(descriptor, 6)?,
            is_interlaced: packed & 0x40 != 0,
            palette,
            lzw_minimum_code_size: *lzw_minimum_code_size,
            data,
        })
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        if self.after_end.is_some() {
            return None;
        }
        // Stray zeros between blocks are common: they are surplus block terminators.
        while let Some((0, rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        match self.rest.split_first()? {
            (&EXTENSION, rest) => {
                let (label, rest) = rest.split_first()?;
                let (data, rest) = SubBlocks::split_from(rest);
                self.rest = rest;
                Some(Block::Extension {
                    label: *label,
                    data,
                })
            }
            (&IMAGE, rest) => {
                self.rest = rest;
                self.image().map(Block::Image)
            }
            (&TRAILER, rest) => {
                self.after_end = Some(rest);
                None
            }
            _ => {
                self.after_end = Some(self.rest);
                None
            }
        }
    }
}

/// Splits off the color table that a packed field announces.
fn split_palette(bytes: &[u8], packed: u8) -> (&[u8], &[u8]) {
    let length = match packed & 0x80 {
        0 => 0,
        _ => 3 << ((packed & 0x07) + 1),
    };
    bytes.split_at(bytes.len().min(length))
}

/// The data sub-blocks of a block.
#[derive(Clone, Copy)]
pub(super) struct SubBlocks<'a> {
    /// The sub-blocks with their lengths, up to and including the empty one that ends them.
    bytes: &'a [u8],
}

impl<'a> SubBlocks<'a> {
    /// Splits off the sub-blocks at the beginning of `bytes`.
    pub(super) fn split_from(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut end = 0;
        while let Some(length) = bytes.get(end) {
            end += 1 + usize::from(*length);
            if *length == 0 {
                break;
            }
        }
        let (bytes, rest) = bytes.split_at(end.min(bytes.len()));
        (Self { bytes }, rest)
    }

    /// Returns the remaining sub-blocks with their lengths.
    pub(super) const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a> Iterator for SubBlocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.bytes.split_first()?;
        let (block, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        self.bytes = rest;
        (*length > 0).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: &[u8] = b"GIF89a\x09\0\x08\0\x80\0\0\x01\x02\x03\x04\x05\x06";

    fn blocks<'a>(file: &'a [u8]) -> (Vec<Block<'a>>, Option<&'a [u8]>) {
        let (_, mut blocks) = Blocks::new(file).unwrap();
        let found = blocks.by_ref().collect();
        (found, blocks.after_end())
    }

    #[test]
    fn a_screen_has_its_size_and_its_palette() {
        let (screen, _) = Blocks::new(SCREEN).unwrap();
        assert_eq!((screen.width, screen.height), (9, 8));
        assert_eq!(screen.palette, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn stray_zeros_between_blocks_are_skipped() {
        let image = b"\x2c\x01\0\x02\0\x03\0\x04\0\x40\x02\x01\xaa\x01\xbb\0";
        let file = [SCREEN, b"\x21\xc0\x02ab\0\0\0", image, b"\x3btail"].concat();
        let (found, after) = blocks(&file);
        let [Block::Extension { label, data }, Block::Image(image)] = found.as_slice() else {
            panic!("{}", found.len());
        };
        assert_eq!((*label, data.count()), (0xc0, 1));
        assert_eq!((image.left, image.top), (1, 2));
        assert_eq!((image.width, image.height), (3, 4));
        assert!(image.is_interlaced && image.palette.is_empty());
        assert_eq!(
            (
                image.lzw_minimum_code_size,
                image.data.collect::<Vec<_>>().concat()
            ),
            (2, vec![0xaa, 0xbb])
        );
        assert_eq!(after, Some(&b"tail"[..]));
    }

    #[test]
    fn a_truncated_block_is_kept_unless_its_descriptor_is_truncated() {
        let file = [SCREEN, b"\x2c\x01\0\x02\0\x03\0\x04\0\0\x02\x09\xaa\xbb"].concat();
        for cut in 0..=4 {
            let (found, after) = blocks(&file[..file.len() - cut]);
            assert_eq!((found.len(), after), (1, None), "{cut}");
        }
        assert_eq!(blocks(&file[..SCREEN.len() + 9]).0.len(), 0);
        assert!(Blocks::new(&SCREEN[..12]).is_none());
    }

    #[test]
    fn anything_that_is_not_a_block_ends_the_blocks() {
        let file = [SCREEN, b"\x21\xfe\0garbage"].concat();
        let (found, after) = blocks(&file);
        assert_eq!((found.len(), after), (1, Some(&b"garbage"[..])));
    }
}
