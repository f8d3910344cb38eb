//! Metadata of GIF files (GIF89a specification; application extensions by their owners).

use super::MetadataKind::{Application, Comment, Icc, Text, TrailingData};
use super::survey::is_padding;
use super::{Survey, xmp};

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

/// Header and logical screen descriptor.
const SCREEN_LENGTH: usize = 13;

/// Surveys every extension and what follows the trailer.
pub(super) fn survey(bytes: &[u8], survey: &mut Survey) {
    let mut cursor = Cursor { rest: bytes };
    let _ = blocks(&mut cursor, survey);
}

/// `None` where the file ends before its trailer, which is no error here.
fn blocks(cursor: &mut Cursor<'_>, survey: &mut Survey) -> Option<()> {
    let screen = cursor.take(SCREEN_LENGTH)?;
    cursor.take(color_table_length(screen[10]))?;
    loop {
        match cursor.byte()? {
            introducer::EXTENSION => extension(cursor, survey)?,
            introducer::IMAGE => {
                let descriptor = cursor.take(9)?;
                // The local colour table and the initial code size of the pixels.
                cursor.take(color_table_length(descriptor[8]) + 1)?;
                cursor.sub_blocks(|_| {})?;
            }
            introducer::TRAILER => {
                if !is_padding(cursor.rest) {
                    survey.found(TrailingData);
                }
                return Some(());
            }
            // Zero bytes between blocks are common, and decoders skip them.
            0 => {}
            _ => return None,
        }
    }
}

fn extension(cursor: &mut Cursor<'_>, survey: &mut Survey) -> Option<()> {
    match cursor.byte()? {
        label::APPLICATION => application(cursor, survey),
        label => {
            match label {
                label::GRAPHIC_CONTROL => {}
                label::COMMENT => survey.found(Comment),
                label::PLAIN_TEXT => survey.found(Text),
                _ => survey.found(Application),
            }
            cursor.sub_blocks(|_| {})
        }
    }
}

/// An application extension: its identifier in the first block, its data in the others.
fn application(cursor: &mut Cursor<'_>, survey: &mut Survey) -> Option<()> {
    let length = cursor.byte()?;
    match cursor.take(usize::from(length))? {
        // How often an animation is played.
        b"NETSCAPE2.0" | b"ANIMEXTS1.0" => cursor.sub_blocks(|_| {}),
        b"XMP DataXMP" => {
            // The packet is not cut into blocks: its text is read as lengths until the trailer
            // that follows it leads any such reader to the end.
            let start = cursor.rest;
            let end = cursor.sub_blocks(|_| {});
            xmp::read(&start[..start.len() - cursor.rest.len()], survey);
            end
        }
        b"ICCRGBG1012" => {
            survey.found(Icc);
            let mut profile = Vec::new();
            cursor.sub_blocks(|block| profile.extend_from_slice(block))?;
            survey.icc.get_or_insert(profile);
            Some(())
        }
        _ => {
            survey.found(Application);
            if length == 0 {
                return Some(());
            }
            cursor.sub_blocks(|_| {})
        }
    }
}

/// Bytes of a colour table, from the packed field that announces it.
const fn color_table_length(packed: u8) -> usize {
    if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 0x07) + 1)
    }
}

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

    /// Gives every data sub-block to `each`, up to and with the empty one that ends them.
    fn sub_blocks(&mut self, mut each: impl FnMut(&'a [u8])) -> Option<()> {
        loop {
            match self.byte()? {
                0 => return Some(()),
                length => each(self.take(usize::from(length))?),
            }
        }
    }
}
