//! The image header of a PNG (W3C PNG, third edition, section 11.2.1).

use super::{Header, corrupt, cut_short, u32_be};
use crate::{Rejection, SourceFormat};

/// IHDR comes first; of an APNG only the default image counts, so there is one frame.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    if bytes.get(12..16).ok_or_else(cut_short)? != b"IHDR" {
        return Err(corrupt("the first chunk is not the image header"));
    }
    let width = u32_be(bytes, 16).ok_or_else(cut_short)?;
    let height = u32_be(bytes, 20).ok_or_else(cut_short)?;
    // "Zero is an invalid value", and so is more than 2^31 - 1.
    if width.max(height) > 0x7fff_ffff {
        return Err(corrupt("the size in the image header is out of range"));
    }
    Ok(Header::still(SourceFormat::Png, width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_stands_in_the_first_chunk() {
        let bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x02";
        let header = read(bytes).unwrap();
        assert_eq!((header.width, header.height), (256, 2));
        for end in 8..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "cut at {end}");
        }
    }
}
