//! The extensions of a GIF (GIF 89a specification). The owners of application extensions define
//! their content.

use super::blocks::SubBlocks;
use crate::animation::Disposal;
use crate::formats::bytes::u16_le;

pub(super) mod label {
    pub(in crate::formats::gif) const PLAIN_TEXT: u8 = 0x01;
    pub(in crate::formats::gif) const GRAPHIC_CONTROL: u8 = 0xf9;
    pub(in crate::formats::gif) const COMMENT: u8 = 0xfe;
    pub(in crate::formats::gif) const APPLICATION: u8 = 0xff;
}

/// The fields of a graphic control extension, which apply to the next frame.
#[derive(Clone, Copy)]
pub(super) struct GraphicControl {
    pub(super) disposal: Disposal,
    pub(super) duration_ms: u32,
    /// The index of the transparent color.
    pub(super) transparent: Option<u8>,
}

impl Default for GraphicControl {
    fn default() -> Self {
        Self {
            disposal: Disposal::Keep,
            duration_ms: 0,
            transparent: None,
        }
    }
}

impl GraphicControl {
    /// Reads the extension; `None` if it is too short. Some writers add a fifth byte, which is ignored.
    pub(super) fn read(mut data: SubBlocks<'_>) -> Option<Self> {
        let fields = data.next()?;
        let packed = *fields.first()?;
        let index = *fields.get(3)?;
        Some(Self {
            disposal: match packed >> 2 & 0x07 {
                2 => Disposal::Clear,
                3 => Disposal::Restore,
                _ => Disposal::Keep,
            },
            duration_ms: u32::from(u16_le(fields, 1)?) * 10,
            transparent: (packed & 0x01 != 0).then_some(index),
        })
    }
}

/// Returns the loop count in an application extension; 0 means forever.
pub(super) fn loop_count(mut data: SubBlocks<'_>) -> Option<u16> {
    match data.next()? {
        b"NETSCAPE2.0" | b"ANIMEXTS1.0" => {}
        _ => return None,
    }
    data.find(|block| block.first() == Some(&1))
        .and_then(|block| u16_le(block, 1))
}
