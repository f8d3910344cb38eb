//! The frame header of a JPEG (ITU-T T.81, annex B).

use super::{Header, corrupt, cut_short, u16_be};
use crate::{Rejection, RejectionCode, SourceFormat};

/// Walks the marker segments to the first frame header.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    let mut at = 2;
    loop {
        let (marker, body) = next_marker(bytes, at)?;
        match marker {
            0xc0..=0xc2 => return frame_header(bytes, body),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(unread_process(marker)),
            0xd9 | 0xda => return Err(corrupt("there is no frame header before the pixels")),
            0x01 | 0xd0..=0xd8 => at = body,
            _ => {
                let length = u16_be(bytes, body).ok_or_else(cut_short)?;
                at = body + usize::from(length.max(2));
            }
        }
    }
}

/// The marker at or after `at`, and where its segment begins. Fill bytes may stand before a
/// marker (B.1.1.2); other stray bytes are skipped, as every decoder does.
fn next_marker(bytes: &[u8], at: usize) -> Result<(u8, usize), Rejection> {
    let rest = bytes.get(at..).ok_or_else(cut_short)?;
    let found = rest
        .windows(2)
        .position(|pair| pair[0] == 0xff && pair[1] != 0xff && pair[1] != 0)
        .ok_or_else(cut_short)?;
    let marker_at = at + found + 1;
    Ok((bytes[marker_at], marker_at + 1))
}

fn frame_header(bytes: &[u8], at: usize) -> Result<Header, Rejection> {
    let precision = *bytes.get(at + 2).ok_or_else(cut_short)?;
    if precision != 8 {
        return Err(unread("a JPEG of more than 8 bits a sample is not read"));
    }
    let components = *bytes.get(at + 7).ok_or_else(cut_short)?;
    if !matches!(components, 1 | 3 | 4) {
        return Err(unread(
            "a JPEG that is neither grey, colour nor CMYK is not read",
        ));
    }
    let height = u16_be(bytes, at + 3).ok_or_else(cut_short)?;
    let width = u16_be(bytes, at + 5).ok_or_else(cut_short)?;
    if height == 0 {
        return Err(unread(
            "a JPEG that states its height after the pixels (DNL) is not read",
        ));
    }
    Ok(Header::still(
        SourceFormat::Jpeg,
        u32::from(width),
        u32::from(height),
    ))
}

fn unread_process(marker: u8) -> Rejection {
    let process = match marker {
        0xc3 => "lossless",
        0xc5..=0xc7 => "hierarchical",
        _ => "arithmetic-coded",
    };
    unread(&format!("a JPEG that is {process} is not read"))
}

fn unread(message: &str) -> Rejection {
    Rejection::new(RejectionCode::UnsupportedFormat, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg_with(marker: u8, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff".to_vec();
        bytes.extend([0xff, marker, 0, 11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend([1, 44, 1, 1, 0x11, 0]);
        bytes
    }

    #[test]
    fn size_stands_in_the_frame_header_after_other_segments() {
        let header = read(&jpeg_with(0xc2, 200)).unwrap();
        assert_eq!((header.width, header.height, header.frames), (300, 200, 1));
    }

    #[test]
    fn an_arithmetic_coded_picture_is_unsupported_by_name() {
        let rejection = read(&jpeg_with(0xc9, 200)).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains("arithmetic"));
    }

    #[test]
    fn every_cut_of_a_header_is_corrupt() {
        let whole = jpeg_with(0xc0, 200);
        for end in 2..18 {
            let rejection = read(&whole[..end]).unwrap_err();
            assert_eq!(rejection.code, RejectionCode::Corrupt, "cut at {end}");
        }
    }
}
