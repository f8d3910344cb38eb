//! Metadata of GIF files (GIF 89a specification; application extensions by their owners).

use super::color_table::color_table_length;
use crate::metadata::MetadataKind::{Application, Comment, Icc, Text, TrailingData};
use crate::metadata::{MetadataScan, is_padding, xmp};

mod introducer {
    pub(super) const EXTENSION: u8 = 0x21;
    pub(super) const IMAGE: u8 = 0x2c;
    pub(super) const TRAILER: u8 = 0x3b;
}

mod label {
    pub(super) const PLAIN_TEXT: u8 = 0x01;
    pub(super) const GRAPHIC_CONTROL: u8 = 0xf9;
    pub(super) const COMMENT: u8 = 0xfe;
    pub(super) const APPLICATION: u8 = 0xff;
}

/// The length of the header and the logical screen descriptor.
const SCREEN_LENGTH: usize = 13;

/// Scans every extension and the bytes after the trailer.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    let mut cursor = Cursor { rest: bytes };
    let _ = scan_blocks(&mut cursor, scan);
}

/// Scans all blocks; `None` if the file ends before its trailer, which is not an error here.
fn scan_blocks(cursor: &mut Cursor<'_>, scan: &mut MetadataScan) -> Option<()> {
    let screen = cursor.take(SCREEN_LENGTH)?;
    cursor.take(color_table_length(screen[10]))?;
    loop {
        match cursor.byte()? {
            introducer::EXTENSION => extension(cursor, scan)?,
            introducer::IMAGE => {
                let descriptor = cursor.take(9)?;
                // The local color table and the initial code size of the pixels.
                cursor.take(color_table_length(descriptor[8]) + 1)?;
                cursor.sub_blocks(|_| {})?;
            }
            introducer::TRAILER => {
                if !is_padding(cursor.rest) {
                    scan.add(TrailingData);
                }
                return Some(());
            }
            // Zero bytes between blocks are common, and decoders skip them.
            0 => {}
            _ => return None,
        }
    }
}

fn extension(cursor: &mut Cursor<'_>, scan: &mut MetadataScan) -> Option<()> {
    match cursor.byte()? {
        label::APPLICATION => application(cursor, scan),
        label => {
            match label {
                label::GRAPHIC_CONTROL => {}
                label::COMMENT => scan.add(Comment),
                label::PLAIN_TEXT => scan.add(Text),
                _ => scan.add(Application),
            }
            cursor.sub_blocks(|_| {})
        }
    }
}

/// Scans an application extension: its identifier is in the first block, its data in the others.
fn application(cursor: &mut Cursor<'_>, scan: &mut MetadataScan) -> Option<()> {
    let length = cursor.byte()?;
    match cursor.take(usize::from(length))? {
        // The loop count of an animation.
        b"NETSCAPE2.0" | b"ANIMEXTS1.0" => cursor.sub_blocks(|_| {}),
        b"XMP DataXMP" => {
            // The packet is not divided into blocks. A reader that takes its text for block lengths
            // reaches the trailer after it, which leads to the end.
            let start = cursor.rest;
            let end = cursor.sub_blocks(|_| {});
            xmp::read(&start[..start.len() - cursor.rest.len()], scan);
            end
        }
        b"ICCRGBG1012" => {
            scan.add(Icc);
            let mut profile = Vec::new();
            cursor.sub_blocks(|block| profile.extend_from_slice(block))?;
            scan.icc.get_or_insert(profile);
            Some(())
        }
        _ => {
            scan.add(Application);
            if length == 0 {
                return Some(());
            }
            cursor.sub_blocks(|_| {})
        }
    }
}

/// The unread bytes of a file.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    /// Calls `each` with every data sub-block, up to the empty one that ends them.
    fn sub_blocks(&mut self, mut each: impl FnMut(&'a [u8])) -> Option<()> {
        loop {
            match self.byte()? {
                0 => return Some(()),
                length => each(self.take(usize::from(length))?),
            }
        }
    }
}
