//! The frame header of a JPEG (ITU-T T.81, annex B).

use super::marker::Marker;
use crate::Rejection;
use crate::formats::bytes::u16_be;
use crate::formats::header::{Header, truncated};

/// Reads the first frame header.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    let mut at = 2;
    loop {
        let marker = Marker::find(bytes, at).ok_or_else(truncated)?;
        match marker.code {
            0xc0..=0xc2 => return frame_header(bytes, marker.end),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(unsupported_process(marker.code));
            }
            0xd9 | 0xda => {
                return Err(Rejection::corrupt(
                    "there is no frame header before the pixels",
                ));
            }
            _ if marker.is_standalone() => at = marker.end,
            _ => {
                let length = u16_be(bytes, marker.end).ok_or_else(truncated)?;
                at = marker.end + usize::from(length.max(2));
            }
        }
    }
}

/// Reads the frame header at the offset `at` (B.2.2).
fn frame_header(bytes: &[u8], at: usize) -> Result<Header, Rejection> {
    let precision = *bytes.get(at + 2).ok_or_else(truncated)?;
    if precision != 8 {
        return Err(Rejection::unsupported(
            "a JPEG with more than 8 bits per sample is not supported",
        ));
    }
    let components = *bytes.get(at + 7).ok_or_else(truncated)?;
    if !matches!(components, 1 | 3 | 4) {
        return Err(Rejection::unsupported(
            "a JPEG that is neither gray, color nor CMYK is not supported",
        ));
    }
    let height = u16_be(bytes, at + 3).ok_or_else(truncated)?;
    let width = u16_be(bytes, at + 5).ok_or_else(truncated)?;
    if height == 0 {
        return Err(Rejection::unsupported(
            "a JPEG that states its height after the pixels (DNL) is not supported",
        ));
    }
    Ok(Header::still(u32::from(width), u32::from(height)))
}

fn unsupported_process(code: u8) -> Rejection {
    let process = match code {
        0xc3 => "lossless",
        0xc5..=0xc7 => "hierarchical",
        _ => "arithmetic-coded",
    };
    Rejection::unsupported(format!("{process} JPEG is not supported"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RejectionCode;

    fn jpeg_with(marker: u8, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff".to_vec();
        bytes.extend([0xff, marker, 0, 11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend([1, 44, 1, 1, 0x11, 0]);
        bytes
    }

    #[test]
    fn the_size_is_in_the_frame_header_after_other_segments() {
        let header = read(&jpeg_with(0xc2, 200)).unwrap();
        assert_eq!((header.width, header.height, header.frames), (300, 200, 1));
    }

    #[test]
    fn an_arithmetic_coded_jpeg_is_unsupported_and_named() {
        let rejection = read(&jpeg_with(0xc9, 200)).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains("arithmetic"));
    }

    #[test]
    fn a_truncated_header_is_corrupt() {
        let whole = jpeg_with(0xc0, 200);
        for end in 2..18 {
            let rejection = read(&whole[..end]).unwrap_err();
            assert_eq!(rejection.code, RejectionCode::Corrupt, "cut at {end}");
        }
    }
}
