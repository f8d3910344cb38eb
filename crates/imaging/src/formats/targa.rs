//! Truevision TGA images. The header has no signature, but files of version 2 end with one.

use super::bytes::u16_le;

const HEADER_LENGTH: usize = 18;
const SIGNATURE: &[u8] = b"TRUEVISION-XFILE.\0";

/// Returns whether a file ends with the signature of TGA, or begins with a plausible header.
pub(super) fn is_targa(bytes: &[u8]) -> bool {
    bytes.ends_with(SIGNATURE) || has_plausible_header(bytes).unwrap_or(false)
}

/// Returns whether the fields of the header have values that the format allows (Truevision TGA File
/// Format Specification, version 2.0); `None` if the file ends within the header.
fn has_plausible_header(bytes: &[u8]) -> Option<bool> {
    let header = bytes.get(..HEADER_LENGTH)?;
    let (has_color_map, image_type) = (header[1], header[2]);
    let map_length = u16_le(header, 5)?;
    let (map_depth, depth, descriptor) = (header[7], header[16], header[17]);
    let is_map_plausible = match has_color_map {
        0 => map_length == 0 && matches!(map_depth, 0 | 15 | 16 | 24 | 32),
        1 => map_length > 0 && matches!(map_depth, 15 | 16 | 24 | 32),
        _ => false,
    };
    let (is_depth_plausible, alpha_bits) = (
        match image_type {
            1 | 9 => has_color_map == 1 && matches!(depth, 8 | 15 | 16),
            2 | 10 => matches!(depth, 15 | 16 | 24 | 32),
            3 | 11 => matches!(depth, 8 | 16),
            _ => false,
        },
        descriptor & 0x0f,
    );
    let has_size = u16_le(header, 12)? > 0 && u16_le(header, 14)? > 0;
    let is_descriptor_plausible = descriptor & 0xc0 == 0 && matches!(alpha_bits, 0 | 1 | 8);
    Some(is_map_plausible && is_depth_plausible && has_size && is_descriptor_plausible)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the header of an image of 32 x 16 pixels.
    fn header(map: [u8; 4], image_type: u8, depth: u8, descriptor: u8) -> Vec<u8> {
        let [has_map, low, high, map_depth] = map;
        let mut bytes = vec![0, has_map, image_type, 0, 0, low, high, map_depth];
        bytes.extend([0, 0, 0, 0, 32, 0, 16, 0, depth, descriptor]);
        bytes
    }

    #[test]
    fn every_usual_header_is_plausible() {
        for (map, image_type, depth, descriptor) in [
            ([0; 4], 2, 24, 0),
            ([0; 4], 2, 32, 0x28),
            ([0; 4], 2, 16, 1),
            ([0; 4], 3, 8, 0x20),
            ([1, 0, 1, 24], 1, 8, 0),
            ([1, 0, 1, 32], 9, 8, 0),
            ([0; 4], 10, 24, 0),
            ([0; 4], 11, 8, 0),
        ] {
            let bytes = header(map, image_type, depth, descriptor);
            assert!(is_targa(&bytes), "{image_type} {depth}");
            assert!(!is_targa(&bytes[..17]));
        }
    }

    #[test]
    fn a_header_with_impossible_fields_is_not_plausible() {
        assert!(!is_targa(&header([0; 4], 0, 24, 0)));
        assert!(!is_targa(&header([0; 4], 2, 23, 0)));
        assert!(!is_targa(&header([0; 4], 1, 8, 0)));
        assert!(!is_targa(&header([2, 0, 0, 0], 2, 24, 0)));
        assert!(!is_targa(&header([0; 4], 2, 24, 0xc0)));
        assert!(!is_targa(&[0; 4096]));
    }

    #[test]
    fn the_signature_at_the_end_is_enough() {
        assert!(is_targa(b"anything TRUEVISION-XFILE.\0"));
    }
}
