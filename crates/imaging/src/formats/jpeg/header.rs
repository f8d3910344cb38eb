//! The frame header of a JPEG.

use darkroom_jpeg::Frame;

use super::decode::rejection;
use crate::Rejection;
use crate::formats::header::Header;

/// Reads the first frame header.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Rejection> {
    let frame = Frame::find(bytes).map_err(rejection)?;
    Ok(Header::still(frame.width, frame.height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RejectionCode;

    #[test]
    fn an_arithmetic_coded_jpeg_is_unsupported_and_named_in_the_message() {
        let bytes = b"\xff\xd8\xff\xc9\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0";
        let rejection = read(bytes).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains("arithmetic"));
    }

    #[test]
    fn a_truncated_header_is_corrupt() {
        let rejection = read(b"\xff\xd8\xff\xc0\0\x0b\x08\0").unwrap_err();
        assert_eq!(rejection.code, RejectionCode::Corrupt);
    }
}
