//! The image header of a PNG (W3C PNG, third edition, section 11.2.1).

use crate::Rejection;
use crate::decoded::Channels;
use crate::formats::DecodingMemory;
use crate::formats::bytes::u32_be;
use crate::formats::header::{Header, truncated};

/// Reads the IHDR chunk, which must come first. The frame count is always 1, because only the
/// default image of an APNG is decoded.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    // In Apple's variant for its devices, the pixel data has no zlib header, and pixels are
    // premultiplied and in another channel order.
    if bytes.get(12..16) == Some(b"CgBI") {
        return Err(Rejection::unsupported(
            "the file is an iPhone-optimized PNG (CgBI), which is not supported",
        ));
    }
    if bytes.get(12..16).ok_or_else(truncated)? != b"IHDR" {
        return Err(Rejection::corrupt(
            "the first chunk is not the image header",
        ));
    }
    let width = u32_be(bytes, 16).ok_or_else(truncated)?;
    let height = u32_be(bytes, 20).ok_or_else(truncated)?;
    // The specification limits integers to 2^31 - 1.
    if width.max(height) > 0x7fff_ffff {
        return Err(Rejection::corrupt(
            "the size in the image header is out of range",
        ));
    }
    Ok(Header::still(width, height))
}

/// Estimates the memory for decoding. Samples of 16 bits in an interlaced image are in memory twice.
pub(super) fn decoding_memory(bytes: &[u8], header: &Header) -> Result<DecodingMemory, Rejection> {
    let [depth, color_type, _, _, interlace] = bytes
        .get(24..)
        .and_then(|rest| rest.first_chunk())
        .ok_or_else(truncated)?;
    let channels = match color_type {
        0 => Channels::Gray,
        4 => Channels::GrayAlpha,
        6 => Channels::Rgba,
        _ => Channels::Rgb,
    };
    let pixels = header.size().area();
    let sample_bytes = if *depth == 16 { 2 } else { 1 };
    let twice = *depth == 16 && *interlace == 1;
    let scratch = match twice {
        true => pixels.saturating_mul(2 * channels.count() as u64),
        false => 0,
    };
    Ok(DecodingMemory::new(pixels, channels, sample_bytes, scratch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cgbi_file_is_unsupported_and_named_in_the_message() {
        let bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBI\x50\0\x20\x02";
        let rejection = read(bytes).unwrap_err();
        assert_eq!(rejection.code, crate::RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains("CgBI"), "{rejection}");
    }

    #[test]
    fn the_size_is_in_the_first_chunk() {
        let bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x02";
        let header = read(bytes).unwrap();
        assert_eq!((header.width, header.height), (256, 2));
        for end in 8..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "truncated to {end}");
        }
    }
}
