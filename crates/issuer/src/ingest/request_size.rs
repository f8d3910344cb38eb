//! The size of the largest request.

/// The maximum number of images in one request.
pub(crate) const MAX_IMAGES: usize = 16;

/// The size limit of a base64 body, which the service decodes in memory. Base64 is a third larger
/// than the images that it encodes.
pub(crate) const MAX_ENCODED_BYTES: u64 = 64 * 1024 * 1024;

/// Returns the number of bytes that the largest request needs in temporary files: either as many
/// images as are allowed, or a base64 body together with its decoded images.
pub(crate) fn largest_request(max_image_bytes: u64) -> u64 {
    let images = max_image_bytes.saturating_mul(MAX_IMAGES as u64);
    images.max(MAX_ENCODED_BYTES + images.min(MAX_ENCODED_BYTES / 4 * 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn a_base64_body_needs_space_for_itself_and_for_its_images() {
        assert_eq!(largest_request(40 * MIB), 16 * 40 * MIB);
        assert_eq!(largest_request(MIB), (64 + 16) * MIB);
        assert_eq!(largest_request(5 * MIB), (64 + 48) * MIB);
    }
}
