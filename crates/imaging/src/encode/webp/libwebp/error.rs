//! Errors of libwebp.

use libwebp_sys::WebPEncodingError;

use crate::pixels::out_of_memory;
use crate::{Rejection, RejectionCode};

/// Converts an error code of libwebp.
pub(super) fn rejection(code: WebPEncodingError) -> Rejection {
    use WebPEncodingError as Code;
    match code {
        Code::VP8_ENC_ERROR_OUT_OF_MEMORY
        | Code::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        | Code::VP8_ENC_ERROR_BAD_WRITE => out_of_memory(),
        Code::VP8_ENC_ERROR_BAD_DIMENSION => Rejection::new(
            RejectionCode::DimensionsExceeded,
            "WebP allows at most 16383 x 16383 px",
        ),
        other => Rejection::new(
            RejectionCode::OutputTooLarge,
            format!("libwebp cannot encode this image ({other:?})"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exceeds_the_limits_of_webp_is_an_output_that_is_too_large() {
        for code in [
            WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW,
            WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW,
            WebPEncodingError::VP8_ENC_ERROR_FILE_TOO_BIG,
        ] {
            assert_eq!(rejection(code).code, RejectionCode::OutputTooLarge);
        }
    }
}
