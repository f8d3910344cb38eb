//! Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2).

use super::fields::Fields;
use crate::metadata::{MetadataKind, is_padding};

/// The UUID of the box with C2PA content credentials (C2PA specification, 11.3.2).
const C2PA: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];

/// A four-character code: the type of a box, an item, a reference or a brand.
pub(super) type Code = [u8; 4];

/// A box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) code: Code,
    /// The content without the header; shorter than stated if the file is truncated.
    pub(super) body: &'a [u8],
    /// `false` if the stated length exceeds the bytes that are left.
    pub(super) is_whole: bool,
}

impl Part<'_> {
    /// Returns the kind of metadata in a top-level box that is not a part of the image; `None` for
    /// padding.
    pub(super) fn kind_of_metadata(&self) -> Option<MetadataKind> {
        match &self.code {
            b"free" | b"skip" | b"wide" => {
                (!is_padding(self.body)).then_some(MetadataKind::Application)
            }
            b"uuid" if self.body.starts_with(&C2PA) => Some(MetadataKind::ContentCredentials),
            // The video of a motion photo: Samsung's `mpvd`, or a movie in the same file.
            b"mpvd" | b"moov" => Some(MetadataKind::TrailingData),
            _ if !self.is_whole => Some(MetadataKind::TrailingData),
            _ => Some(MetadataKind::Application),
        }
    }
}

/// An iterator over the boxes in a sequence of bytes. It ends where there is no valid header.
pub(super) struct Boxes<'a> {
    /// The bytes that are not read yet.
    pub(super) rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let mut fields = Fields(self.rest);
        let length = u64::from(fields.u32()?);
        let code = fields.array()?;
        let length = match length {
            // The box extends to the end.
            0 => self.rest.len() as u64,
            1 => fields.integer(8)?,
            length => length,
        };
        let header = self.rest.len() - fields.0.len();
        let body = length.checked_sub(header as u64)?;
        let body = usize::try_from(body).unwrap_or(usize::MAX);
        let is_whole = body <= fields.0.len();
        let body = fields.bytes(body.min(fields.0.len()))?;
        self.rest = fields.0;
        Some(Part {
            code,
            body,
            is_whole,
        })
    }
}

/// Returns the content of the first box with this code.
pub(super) fn find<'a>(bytes: &'a [u8], code: &Code) -> Option<&'a [u8]> {
    Boxes::new(bytes)
        .find(|part| part.code == *code)
        .map(|part| part.body)
}

/// Returns the version, the flags and the other fields of a `FullBox`, which is a box with a
/// version.
pub(super) fn versioned(body: &[u8]) -> Option<(u8, u32, Fields<'_>)> {
    let mut fields = Fields(body);
    let [version, flags @ ..] = fields.array::<4>()?;
    let [high, middle, low] = flags;
    let flags = u32::from_be_bytes([0, high, middle, low]);
    Some((version, flags, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(bytes: &[u8]) -> Vec<(Code, usize, bool)> {
        Boxes::new(bytes)
            .map(|part| (part.code, part.body.len(), part.is_whole))
            .collect()
    }

    #[test]
    fn a_length_may_have_64_bits_or_mean_up_to_the_end() {
        let wide = b"\0\0\0\x01wide\0\0\0\0\0\0\0\x12ab";
        let bytes = [wide.as_slice(), b"\0\0\0\0restabc"].concat();
        let expected = [(*b"wide", 2, true), (*b"rest", 3, true)];
        assert_eq!(codes(&bytes), expected);
    }

    #[test]
    fn a_truncated_box_is_the_last_and_an_impossible_length_ends_the_boxes() {
        assert_eq!(codes(b"\0\0\x01\0mdatabc"), [(*b"mdat", 3, false)]);
        assert!(codes(b"\0\0\0\x07mdat").is_empty());
        assert!(codes(b"\0\0\0\x01mdat\xff\xff\xff\xff").is_empty());
        let huge = b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xffa";
        assert_eq!(codes(huge), [(*b"mdat", 1, false)]);
    }
}
